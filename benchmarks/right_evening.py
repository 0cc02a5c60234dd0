"""The people who decide in the evening: most ask and look, some click without looking.

Whoever looks learns the truth from the people and the tubes; who does not takes the first way out.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks.right_server import MAI, Province
from contract.tubes import Tube
from server.sampling import conflicts, manual_pairs, matter_decisions, shifts, slip_decisions, slips
from server.sampling.decision_models import Matter, SlipGroup
from server.sampling.matters import Kind
from server.sampling.models import Pairing, TubeConflict
from server.sampling.withdrawals import is_live

IsRight = Callable[[str, UUID], bool]  # a tube, and the person on record: is that their swab?
WHY = "đã hỏi lại"


@dataclass
class Evening:
    """One round over everything that waits for a person.  `is_right` is what looking would tell."""

    province: Province
    is_right: IsRight
    careless: float
    lot: Random
    now: datetime
    by_nobody: set[str] = field(default_factory=set)  # tubes that somebody decided without looking
    decided: dict[str, int] = field(default_factory=dict)

    def decide(self) -> None:
        """Decide until nothing new waits: what is decided may bring up neighbours."""
        for _ in range(4):
            before = sum(self.decided.values())
            with self.province.database.write() as session:
                self._conflicts(session)
                self._suspicions(session)
                self._matters(session)
                self._typed(session)
                self._groups(session)
            if sum(self.decided.values()) == before:
                return

    def _looks(self, what: str, *tubes: Tube) -> bool:
        self.decided[what] = self.decided.get(what, 0) + 1
        if self.lot.random() >= self.careless:
            return True
        self.by_nobody.update(each.text for each in tubes)
        return False

    def _right(self, pairing: Pairing) -> bool:
        return self.is_right(pairing.tube.text, pairing.person_id)

    def _conflicts(self, session: Session) -> None:
        open_ = select(TubeConflict).where(TubeConflict.decided_at.is_(None))
        for conflict in list(session.scalars(open_)):
            claims = [claim.pairing for claim in conflict.claims if is_live(session, claim.pairing)]
            keep = self.lot.choice(claims).id if claims else None
            if self._looks("conflict", conflict.tube):
                keep = next((each.id for each in claims if self._right(each)), None)
            conflicts.decide_conflict(
                session, conflict.id, keep=keep, reason=WHY, by=MAI, now=self.now
            )

    def _suspicions(self, session: Session) -> None:
        for suspicion in shifts.open_suspicions(session):
            tubes = slips.tubes_of(suspicion)
            asked = select(Pairing).where(Pairing.tube.in_(tubes))
            wrong = [each for each in session.scalars(asked) if not self._right(each)]
            slipped = self._looks("suspicion", *tubes) and bool(wrong)
            slip_decisions.decide_suspicion(
                session, suspicion.event_id, slipped=slipped, reason=WHY, by=MAI, now=self.now
            )

    def _groups(self, session: Session) -> None:
        open_ = select(SlipGroup).where(SlipGroup.decided_at.is_(None))
        for group in list(session.scalars(open_)):
            looks = self._looks("slip group", *(each.tube for each in group.members))
            wrong = [
                each.pairing_id for each in group.members if looks and not self._right(each.pairing)
            ]
            slip_decisions.decide_group(
                session, group.id, wrong=wrong, reason=WHY, by=MAI, now=self.now
            )

    def _matters(self, session: Session) -> None:
        for matter in list(session.scalars(select(Matter).where(Matter.decided_at.is_(None)))):
            session.refresh(matter)
            if matter.decided_at is not None:
                continue
            tubes = [each for each in (matter.tube, matter.other_tube) if each]
            verdict = self._verdict(matter, looks=self._looks("person twice", *tubes))
            matter_decisions.decide_matter(
                session, matter.id, verdict=verdict, reason=WHY, by=MAI, now=self.now
            )

    def _verdict(self, matter: Matter, *, looks: bool) -> matter_decisions.Verdict:
        verdict = matter_decisions.Verdict
        if matter.kind != Kind.PERSON_TWICE or matter.other is None:
            return verdict.VOID_STANDS
        if not looks:
            return verdict.BOTH
        right = self._right(matter.pairing), self._right(matter.other)
        known = {(True, True): verdict.BOTH, (True, False): verdict.FIRST,
                 (False, True): verdict.SECOND, (False, False): verdict.NEITHER}  # fmt: skip
        return known[right]

    def _typed(self, session: Session) -> None:
        for pairing, _ in manual_pairs.waiting(session):
            if not is_live(session, pairing):
                continue
            right = not self._looks("typed pair", pairing.tube) or self._right(pairing)
            manual_pairs.look_at(session, pairing.id, right=right, reason=WHY, by=MAI, now=self.now)
