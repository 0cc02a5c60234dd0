"""Tubes that are settled together come out as if each had been settled alone."""

from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from server.audit.models import AuditEntry
from server.delivery.models import Delivery
from server.lab.queries import to_release
from server.lab.services import Finding, enter_result, receive_tube, verify_result
from server.lab.words import Call
from server.outcomes.callbacks import SYSTEM
from server.outcomes.desk_models import DeskItem
from server.outcomes.models import Callback, Outcome
from server.outcomes.plain import plain_tubes
from server.outcomes.services import release, settle, settle_many
from server.outcomes.settling import settle_usual
from server.sampling import changes
from tests.server.outcomes.tale import LAN, MINH, USUAL, Steps, Tale, tales

KEPT = {
    Outcome: ("tube", "person_id", "version", "status", "reason", "pairing_id", "result_id",
              "place", "sampled_at", "grounds", "since_ordinals"),
    Delivery: ("target", "key", "subject", "version", "payload", "state"),
    DeskItem: ("tube", "desk", "since", "detail", "place", "station", "box"),
    Callback: ("tube", "person_id", "reason", "place", "due_at", "done_by", "ended"),
}  # fmt: skip


def rows(session: Any) -> dict[str, list[Any]]:
    """Everything that settling writes, without the ids that are drawn by lot.

    Of one person's two tubes the later may be settled first: then the call that it would end is
    never written.  Who is to be called is the same, so such calls are left out.
    """
    found = {
        model.__tablename__: sorted(
            map(repr, session.execute(select(*(getattr(model, name) for name in names))))
        )
        for model, names in KEPT.items()
    }
    by_itself = repr((SYSTEM, "resampled"))[1:]
    found["callback"] = [call for call in found["callback"] if not call.endswith(by_itself)]
    written = select(AuditEntry.subject, AuditEntry.detail)
    told = session.execute(written.where(AuditEntry.action == "outcome.written"))
    return found | {"audit": sorted(map(repr, told))}


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(lives=st.lists(st.tuples(st.booleans(), tales()), min_size=1, max_size=4))
def test_settling_together_is_settling_one_by_one(
    scene: Any, lives: list[tuple[bool, Steps]]
) -> None:
    people = [scene.person(name) for name in ("Lê An", "Trần Bình")]
    told = [(Tale(scene, pool=pool, people=people), steps) for pool, steps in lives]
    changes.listeners.clear()  # what happens is settled below
    for tale, steps in told:
        for name, chance in steps:
            tale.act(name, chance)
    tubes = [tale.tube for tale, _ in told]
    with scene.session.begin_nested() as trial:
        settle_many(scene.session, tubes, scene.now)
        together = rows(scene.session)
        trial.rollback()
    for tube in tubes:
        settle(scene.session, tube, scene.now)
    assert rows(scene.session) == together


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    lives=st.lists(tales(), min_size=1, max_size=3),
    smooth=st.lists(st.integers(0, 3), min_size=1, max_size=3),
)
def test_plain_tubes_come_out_as_by_the_usual_way(
    scene: Any, lives: list[Steps], smooth: list[int]
) -> None:
    lives = lives + [[(name, call) for name in USUAL] for call in smooth]
    told = [(Tale(scene, pool=False), steps) for steps in lives]
    changes.listeners.clear()
    for tale, steps in told:
        for name, chance in steps:
            tale.act(name, chance)
    tubes = [tale.tube for tale, _ in told]
    scene.session.flush()
    event(f"{len(plain_tubes(scene.session, tubes))} plain")
    with scene.session.begin_nested() as trial:
        settle_usual(scene.session, tubes, scene.now)
        usual = rows(scene.session)
        trial.rollback()
    settle_many(scene.session, tubes, scene.now)
    assert rows(scene.session) == usual


def test_six_hundred_tubes_are_released_at_once(scene: Any) -> None:
    """More than one question may name: they are asked in parts, and nothing is left out."""
    session, people = scene.session, [scene.person(f"Người {n}") for n in range(40)]
    tubes = [scene.tube() for _ in range(600)]
    with changes.together(session, now=scene.now):
        for number, tube in enumerate(tubes):
            scene.pair(tube, people[number % 40])
            receive_tube(session, tube, box="H1", by=LAN, now=scene.now)
            entered = enter_result(session, tube, Finding(Call.NEGATIVE), by=LAN, now=scene.now)
            verify_result(session, entered.id, by=MINH, now=scene.now)
    waiting = list(session.scalars(select(DeskItem.tube)))
    assert set(waiting) == set(tubes)
    release(session, [each.id for each in to_release(session)], by=MINH, now=scene.now)
    outcomes = list(session.scalars(select(Outcome)))
    assert {(each.tube, each.status, each.version) for each in outcomes} == {
        (tube, "negative", 1) for tube in tubes
    }
    assert list(session.scalars(select(DeskItem))) == []


def test_an_error_within_tells_nobody(scene: Any) -> None:
    tube = scene.tube()
    with suppress(KeyError), changes.together(scene.session, now=scene.now):
        scene.pair(tube, scene.person())
        dict[str, str]().pop("nothing")
    assert list(scene.session.scalars(select(DeskItem))) == []
    scene.pair(scene.tube(), scene.person())
    assert len(list(scene.session.scalars(select(DeskItem)))) == 1
