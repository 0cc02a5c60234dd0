"""Whatever happens to a tube, what is stored is what `merge` says of it, and nothing is lost."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from server.delivery.models import Delivery
from server.errors import DomainError
from server.lab import queries as lab
from server.lab import services
from server.lab.words import Call, Rejection
from server.outcomes import queries
from server.outcomes.facts import facts_of
from server.outcomes.merge import Status, merge
from server.outcomes.models import Callback, Outcome
from server.outcomes.services import key_of, release
from server.sampling.conflicts import decide_conflict
from server.sampling.queries import conflicts_of, pairings_of

LAN, MINH = "user:lan", "user:minh"


class Tale:
    """One tube, and everything that people can do to it; a refusal is part of the tale."""

    def __init__(self, scene: Any, *, pool: bool) -> None:
        self.scene, self.session, self.now = scene, scene.session, scene.now
        self.tube = scene.tube(90 if pool else 26)
        self.people = [scene.person(name) for name in ("Lê An", "Trần Bình")]

    def pair(self, chance: int) -> None:
        station = f"ban-{chance // 2 % 2 + 1}"
        self.scene.pair(self.tube, self.people[chance % 2], station=station)

    def void(self, chance: int) -> None:
        if pairings := pairings_of(self.session, self.tube):
            self.scene.void(pairings[chance % len(pairings)])

    def decide(self, chance: int) -> None:
        for conflict in conflicts_of(self.session, self.tube):
            keep = [None, *(claim.pairing_id for claim in conflict.claims)]
            decide_conflict(
                self.session, conflict.id, keep=keep[chance % len(keep)], reason="đã hỏi",
                by="user:hoa", now=self.now,
            )  # fmt: skip

    def receive(self, _chance: int) -> None:
        services.receive_tube(self.session, self.tube, box="H1", by=LAN, now=self.now)

    def reject(self, chance: int) -> None:
        if chance == 0:  # seldom, or there would be few results
            services.reject_tube(self.session, self.tube, Rejection.EMPTY, by=LAN, now=self.now)

    def enter(self, chance: int) -> None:
        finding = services.Finding(list(Call)[chance % 4])
        if results := lab.results_of(self.session, self.tube):
            services.correct_result(
                self.session, results[chance % len(results)].id, finding, reason="đọc nhầm",
                by=LAN, now=self.now,
            )  # fmt: skip
        else:
            services.enter_result(self.session, self.tube, finding, by=LAN, now=self.now)

    def verify(self, chance: int) -> None:
        if results := lab.to_verify(self.session):
            last = results[chance % len(results)]
            services.verify_result(self.session, last.id, by=MINH, now=self.now)

    def release(self, _chance: int) -> None:
        waiting = [each.id for each in lab.to_release(self.session) if each.tube == self.tube]
        release(self.session, waiting, by=MINH, now=self.now)


ACTS = ("pair", "void", "decide", "receive", "reject", "enter", "verify", "release")
USUAL = ("pair", "receive", "enter", "verify", "release")
AGAIN = ("enter", "verify", "release")
Steps = list[tuple[str, int]]


@st.composite
def tales(draw: st.DrawFn) -> Steps:
    """The usual course, with anything in between, perhaps corrected, and anything after it."""
    anything = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 7)), max_size=2)
    steps: Steps = []
    for name in [*USUAL, *AGAIN * draw(st.integers(0, 2))]:
        steps += draw(anything)
        steps.append((name, draw(st.integers(0, 7))))
    return steps + draw(anything) + draw(anything)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    kind=st.sampled_from(["single", "pool"]),
    acts=tales(),
)
def test_what_is_stored_is_what_follows_from_the_facts(scene: Any, kind: str, acts: Steps) -> None:
    tale = Tale(scene, pool=kind == "pool")
    for name, chance in acts:
        act: Callable[[int], None] = getattr(tale, name)
        with suppress(DomainError):
            act(chance)
        agree(tale)
    event(f"{len(queries.versions_of(tale.session, tale.tube))} versions")


def agree(tale: Tale) -> None:
    session, tube = tale.session, tale.tube
    wanted = {each.person: each for each in merge(facts_of(session, tube)).outcomes}
    stored = queries.current_of(session, tube)
    holding = {person: each for person, each in stored.items() if each.status != Status.WITHDRAWN}
    assert {person: each.status for person, each in holding.items()} == {
        person: each.status for person, each in wanted.items()
    }
    versions = list(session.scalars(select(Outcome).where(Outcome.tube == tube)))
    for person in stored:
        mine = sorted(each.version for each in versions if each.person_id == person)
        assert mine == list(range(1, len(mine) + 1))
    told = set(session.scalars(select(Delivery.key).where(Delivery.key.startswith(f"{tube}/"))))
    assert told == {key_of(each) for each in versions}
    calls = select(Callback.person_id).where(Callback.tube == tube, Callback.done_at.is_(None))
    again = {Status.RESAMPLE, Status.INCONCLUSIVE, Status.INVALID}
    assert set(session.scalars(calls)) == {
        person for person, each in holding.items() if Status(each.status) in again
    }
