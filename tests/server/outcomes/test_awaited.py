"""Tubes of which only a pairing is known are settled as by the usual way; others are left to it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from contract.tubes import TubeId
from server.lab.services import receive_tube
from server.outcomes import awaited
from server.outcomes.desk_models import DeskItem
from server.outcomes.models import Outcome
from server.outcomes.settling import settle_many, settle_usual
from server.people.models import Person
from server.sampling import changes
from server.sampling.models import TubeConflict

HAPPENS = ["stands", "void", "foreign void", "moved", "second", "no place", "received", "conflict"]
Life = frozenset[str]


def live(scene: Any, person: Person, life: Life) -> TubeId:
    """Pair a tube, and let happen to it what *life* names."""
    tube: TubeId = scene.tube()
    _give(scene, person, tube, life)
    if "received" in life:
        receive_tube(scene.session, tube, box="H1", by="user:lan", now=scene.now)
    if "conflict" in life:
        scene.session.add(
            TubeConflict(id=uuid4(), tube=tube, kind="two-persons", opened_at=scene.now, claims=[])
        )
    scene.session.flush()
    return tube


def _give(scene: Any, person: Person, tube: TubeId, life: Life) -> None:
    pairing = scene.pair(tube, person)
    if "stands" in life:
        settle_usual(scene.session, [tube], scene.now)
    if "moved" in life:
        pairing.paired_at += timedelta(hours=1)
    if "no place" in life:
        pairing.place = ""
    if "second" in life:
        scene.pair(tube, person)
    if "void" in life:
        scene.void(pairing)
    if "foreign void" in life:
        scene.void(pairing, station="ban-2")


def rows(session: Any, tubes: list[TubeId]) -> list[str]:
    """Return what settling says of *tubes*: where they stand, and what was said of people."""
    desks = [getattr(DeskItem, name) for name in awaited.COLUMNS]
    said = Outcome.tube, Outcome.version, Outcome.status, Outcome.reason
    stands = session.execute(select(*desks).where(DeskItem.tube.in_(tubes)))
    told = session.execute(select(*said).where(Outcome.tube.in_(tubes)))
    return sorted(map(repr, [*stands, *told]))


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(lives=st.lists(st.frozensets(st.sampled_from(HAPPENS), max_size=3), min_size=1, max_size=4))
@example(lives=[frozenset[str](), *(frozenset({each}) for each in HAPPENS)])
@example(lives=[frozenset({"stands", each}) for each in HAPPENS])
def test_awaited_tubes_stand_as_by_the_usual_way(scene: Any, lives: list[Life]) -> None:
    person = scene.person()
    changes.listeners.clear()
    tubes = [live(scene, person, life) for life in lives]
    with scene.session.begin_nested() as trial:
        settle_usual(scene.session, tubes, scene.now)
        usual = rows(scene.session, tubes)
        trial.rollback()
    settle_many(scene.session, tubes, scene.now)
    assert rows(scene.session, tubes) == usual


def test_a_tube_of_which_only_its_pairing_is_known_is_awaited_and_no_other(scene: Any) -> None:
    person, session = scene.person(), scene.session
    changes.listeners.clear()
    plain = live(scene, person, frozenset())
    others = [live(scene, person, frozenset({each})) for each in HAPPENS if each != "stands"]
    moved = others[HAPPENS.index("moved") - 1]  # stood nowhere yet: only its time is another
    assert awaited.place(session, [plain, *others]) == {plain.text, moved.text}
