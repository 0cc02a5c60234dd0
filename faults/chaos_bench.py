"""Laboratory and officers of the chaos run: each acknowledged deed is noted for the reference."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from contract.tubes import Tube, TubeKind, tube
from faults.chaos_model import Found, Told
from faults.chaos_world import World
from server.errors import DomainError, NotFound
from server.lab import services as lab
from server.lab.words import Call, Rejection
from server.outcomes.services import release
from server.people.models import Identity
from server.sampling import conflicts, matter_decisions, shifts, slip_decisions
from server.sampling.decision_models import Matter, SlipGroup
from server.sampling.matters import Kind
from server.sampling.models import Pairing, TubeConflict
from server.sampling.withdrawals import is_live

LAN, MINH, MAI = "user:lan", "user:minh", "user:mai"
Deed = Callable[[Session], None]


@dataclass
class Bench:
    """People with a screen.  What the server refuses, or cannot do now, did not happen."""

    world: World
    told: Told
    lot: Random
    refused: int = 0
    troubled: int = 0
    done: dict[str, int] = field(default_factory=dict)

    def do(self, name: str, deed: Deed) -> bool:
        """Do *deed* in one transaction; return whether it was answered for."""
        try:
            with self.world.database.write() as session:
                deed(session)
        except DomainError:
            self.refused += 1
            return False
        except OperationalError:  # the disk is full
            self.troubled += 1
            return False
        self.done[name] = self.done.get(name, 0) + 1
        return True

    def receive(self, text: str) -> None:
        now = self.world.now
        if text in self.told.received:
            return
        if self.do("receive", lambda s: _receive(s, tube(text), self.world)):
            self.told.received[text] = now

    def reject(self, text: str) -> None:
        now, why = self.world.now, Rejection.LEAKING
        if text in self.told.rejected:
            return
        if self.do("reject", lambda s: _reject(s, tube(text), why, self.world)):
            self.told.received[text], self.told.rejected[text] = now, why.value

    def enter(self, text: str) -> None:
        """Enter a first result, or amend the last one."""
        chain, at = self.told.results.setdefault(text, []), self.world.now
        call, made = self.lot.choice(list(Call)), []

        def deed(session: Session) -> None:
            now, finding = self.world.now, lab.Finding(call)
            if not chain:
                made.append(lab.enter_result(session, tube(text), finding, by=LAN, now=now).id)
                return
            made.append(
                lab.correct_result(
                    session, chain[-1].id, finding, reason="đọc nhầm", by=LAN, now=now
                ).id
            )

        if self.do("amend" if chain else "enter", deed):
            chain.append(Found(made[0], call.value, chain[-1].id if chain else None))
            self.told.tested.setdefault(text, at)

    def verify(self, text: str) -> None:
        if chain := self.told.results.get(text):
            last = chain[-1].id
            self.do("verify", lambda s: _verify(s, last, self.world))

    def release(self, text: str) -> None:
        if not (chain := self.told.results.get(text)):
            return
        last = chain[-1]
        if self.do("release", lambda s: _release(s, last.id, self.world)):
            last.released = True

    def deny(self, pairing: UUID) -> None:
        """Believe a person who says that this was not they."""

        def deed(session: Session) -> None:
            if session.get(Pairing, pairing) is None:
                raise NotFound("Chưa có lần ghép này.", "The pairing has not come.")
            matter_decisions.deny_pairing(
                session, pairing, reason="không phải tôi", by=MAI, now=self.world.now
            )

        if self.do("deny", deed):
            self.told.denied.add(pairing)

    # --- what waits for a person ------------------------------------------------------------

    def decide_conflicts(self) -> None:
        with self.world.database.read() as session:
            open_ = select(TubeConflict.id).where(TubeConflict.decided_at.is_(None))
            ids = sorted(session.scalars(open_))
        for each in ids:
            said: list[tuple[str, str]] = []
            if self.do("conflict", lambda s, each=each, said=said: self._decide(s, each, said)):
                self.told.kept.update(said)

    def _decide(self, session: Session, which: UUID, said: list[tuple[str, str]]) -> None:
        conflict = session.get_one(TubeConflict, which)
        live = [each.pairing for each in conflict.claims if is_live(session, each.pairing)]
        keep = self.lot.choice([None, *sorted(live, key=lambda pairing: pairing.id)])
        conflicts.decide_conflict(
            session, which, keep=keep.id if keep else None, reason="đã hỏi", by=MAI,
            now=self.world.now,
        )  # fmt: skip
        side = ""
        if keep is not None:
            pool = conflict.tube.kind is TubeKind.POOL
            side = keep.station if pool else number_of(session, keep.person_id)
        said.append((conflict.tube.text, side))

    def look_at_everything(self) -> None:
        """Find nothing wrong with what is held, until nothing waits."""
        while True:
            before = sum(self.done.values())
            self.decide_conflicts()
            with self.world.database.write() as session:
                self._let_go(session)
            if sum(self.done.values()) == before:
                return

    def _let_go(self, session: Session) -> None:
        now, why = self.world.now, "đã xem"
        for suspicion in shifts.open_suspicions(session):
            slip_decisions.decide_suspicion(
                session, suspicion.event_id, slipped=False, reason=why, by=MAI, now=now
            )
            self.done["look"] = self.done.get("look", 0) + 1
        for group in list(session.scalars(_open(SlipGroup))):
            slip_decisions.decide_group(session, group.id, wrong=(), reason=why, by=MAI, now=now)
            self.done["look"] = self.done.get("look", 0) + 1
        for matter in list(session.scalars(_open(Matter))):
            twice = matter.kind == Kind.PERSON_TWICE
            verdict = (
                matter_decisions.Verdict.BOTH if twice else matter_decisions.Verdict.VOID_STANDS
            )
            matter_decisions.decide_matter(
                session, matter.id, verdict=verdict, reason=why, by=MAI, now=now
            )
            self.done["look"] = self.done.get("look", 0) + 1


def number_of(session: Session, person: UUID) -> str:
    """Return the citizen number of a person on record."""
    asked = select(Identity).where(Identity.person_id == person, Identity.system == "cccd")
    return session.scalars(asked).one().value


def _open(model: type[SlipGroup] | type[Matter]):  # type: ignore[no-untyped-def]
    return select(model).where(model.decided_at.is_(None)).order_by(model.id)


def _receive(session: Session, given: Tube, world: World) -> None:
    lab.receive_tube(session, given, box="H1", by=LAN, now=world.now)


def _reject(session: Session, given: Tube, why: Rejection, world: World) -> None:
    lab.reject_tube(session, given, why, by=LAN, now=world.now, box="H1")


def _verify(session: Session, result: UUID, world: World) -> None:
    lab.verify_result(session, result, by=MINH, now=world.now)


def _release(session: Session, result: UUID, world: World) -> None:
    release(session, [result], by=MINH, now=world.now)
