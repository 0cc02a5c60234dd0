"""One tube, and everything that people can do to it; a refusal is part of the tale."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from server.accounts.within import ANYWHERE
from server.errors import DomainError
from server.lab import arrivals, services
from server.lab import queries as lab
from server.lab.words import Call, Rejection
from server.outcomes.services import release
from server.sampling.conflicts import decide_conflict
from server.sampling.decisions import About, latest
from server.sampling.queries import conflicts_of, pairings_of

LAN, MINH = "user:lan", "user:minh"


class Tale:
    """A tube's life so far, and what happens next."""

    def __init__(self, scene: Any, *, pool: bool, people: Sequence[Any] = ()) -> None:
        self.scene, self.session = scene, scene.session
        self.tube = scene.tube(90 if pool else 26)
        self.people = people or [scene.person(name) for name in ("Lê An", "Trần Bình")]

    @property
    def now(self) -> datetime:
        """All tales have one clock."""
        now: datetime = self.scene.now
        return now

    def wait(self, _chance: int) -> None:
        self.scene.now += timedelta(hours=1)

    def act(self, name: str, chance: int) -> None:
        """Let one thing happen, or be refused."""
        with suppress(DomainError):
            getattr(self, name)(chance)

    def pair(self, chance: int) -> None:
        station = f"ban-{chance // 2 % 2 + 1}"
        self.scene.pair(self.tube, self.people[chance % len(self.people)], station=station)

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

    def redecide(self, chance: int) -> None:
        """Supersede one of the decisions about the tube."""
        decided = [
            (each, last)
            for each in conflicts_of(self.session, self.tube)
            if (last := latest(self.session, About.CONFLICT, each.id))
        ]
        for conflict, last in decided[chance % 2 :][:1]:
            keep = [None, *(claim.pairing_id for claim in conflict.claims)]
            decide_conflict(
                self.session, conflict.id, keep=keep[chance // 2 % len(keep)], reason="nhầm sổ",
                by="user:hoa", now=self.now, instead_of=last.id,
            )  # fmt: skip

    def receive(self, _chance: int) -> None:
        services.receive_tube(self.session, self.tube, box="H1", by=LAN, now=self.now)

    def reject(self, chance: int) -> None:
        if chance == 0:  # seldom, or there would be few results
            services.reject_tube(self.session, self.tube, Rejection.EMPTY, by=LAN, now=self.now)

    def unreceive(self, chance: int) -> None:
        if chance < 3:  # else little would go on
            arrivals.withdraw(
                self.session, self.tube, ANYWHERE, reason="nhầm ống", by=LAN, now=self.now
            )

    def enter(self, chance: int) -> None:
        finding = services.Finding(list(Call)[chance % 4])
        every = lab.results_of(self.session, self.tube)
        if results := [each for each in every if each.withdrawn_at is None]:
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


LATER = ("receive", "unreceive", "reject", "enter", "verify", "release", "wait")
ACTS = ("pair", "void", "decide", "redecide", *LATER)
EARLY = ((), (), ("wait",), ("enter", "wait"), ("receive", "wait"))  # before anybody is sampled
USUAL = ("pair", "receive", "enter", "verify", "release")
AGAIN = ("enter", "verify", "release")
Steps = list[tuple[str, int]]


@st.composite
def tales(draw: st.DrawFn) -> Steps:
    """The usual course, with anything in between, perhaps corrected, and anything after it."""
    anything = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 7)), max_size=2)
    steps: Steps = [(name, draw(st.integers(0, 7))) for name in draw(st.sampled_from(EARLY))]
    for name in [*USUAL, *AGAIN * draw(st.integers(0, 2))]:
        steps += draw(anything)
        steps.append((name, draw(st.integers(0, 7))))
    return steps + draw(anything) + draw(anything)
