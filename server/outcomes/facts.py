"""Gather what is known of tubes, in the words of `merge`: nine questions for any number of them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from contract.tubes import Tube, TubeKind
from server.lab.models import Reception, Result
from server.lab.words import Call
from server.outcomes.known import Facts, Held, Paired, Received, Resulted
from server.sampling.holds import holds_of
from server.sampling.models import ConflictClaim, Pairing, PairingVoid, PoolClosing, TubeConflict

_CHUNK = 500  # databases limit how many values a question may carry


@dataclass
class _Known:
    """What is known of one tube, while it is gathered."""

    pairings: set[Paired] = field(default_factory=set)
    voided: set[UUID] = field(default_factory=set)
    set_aside: set[UUID] = field(default_factory=set)
    conflicts: set[UUID] = field(default_factory=set)
    receptions: set[Received] = field(default_factory=set)
    results: set[Resulted] = field(default_factory=set)
    members: set[int] = field(default_factory=set)
    holds: set[Held] = field(default_factory=set)
    upheld: set[tuple[UUID, UUID]] = field(default_factory=set)

    def facts(self, kind: TubeKind) -> Facts:
        return Facts(
            kind=kind,
            pairings=frozenset(self.pairings),
            voided=frozenset(self.voided),
            set_aside=frozenset(self.set_aside),
            open_conflicts=frozenset(self.conflicts),
            receptions=frozenset(self.receptions),
            results=frozenset(self.results),
            pool_members=frozenset(self.members),
            holds=frozenset(self.holds),
            upheld=frozenset(self.upheld),
        )


def facts_of(session: Session, tube: Tube) -> Facts:
    """Return everything that is known about *tube*."""
    return facts_of_all(session, [tube])[tube]


def facts_of_all(session: Session, tubes: Sequence[Tube]) -> dict[Tube, Facts]:
    """Return everything that is known about each of *tubes*."""
    known: dict[Tube, _Known] = defaultdict(_Known)
    for start in range(0, len(tubes), _CHUNK):
        some = tubes[start : start + _CHUNK]
        _sampled(session, some, known)
        _disputed(session, some, known)
        _examined(session, some, known)
        for tube, why, about in holds_of(session, some):
            known[tube].holds.add(Held(about, why))
    return {tube: known[tube].facts(tube.kind) for tube in tubes}


def _sampled(session: Session, tubes: Sequence[Tube], known: dict[Tube, _Known]) -> None:
    when = (Pairing.paired_at, Pairing.trusted)
    asked = (Pairing.id, Pairing.person_id, Pairing.station, *when)
    for tube, pairing, person, station, at, trusted in _ask(session, Pairing.tube, tubes, *asked):
        claim = station if tube.kind is TubeKind.POOL else str(person)
        known[tube].pairings.add(Paired(pairing, person, claim, at, trusted))
    for tube, pairing in session.execute(_voids_of(tubes)):
        known[tube].voided.add(pairing)
    for tube, members in _ask(session, PoolClosing.tube, tubes, PoolClosing.members):
        known[tube].members.add(members)


def _voids_of(tubes: Sequence[Tube]) -> Select[Tube, UUID]:
    """Ask which pairings were voided, by the station that made them and whatever tube it named."""
    own = and_(PairingVoid.pairing_id == Pairing.id, PairingVoid.station == Pairing.station)
    return select(Pairing.tube, Pairing.id).join(PairingVoid, own).where(Pairing.tube.in_(tubes))


def _disputed(session: Session, tubes: Sequence[Tube], known: dict[Tube, _Known]) -> None:
    found = (
        select(
            TubeConflict.tube,
            TubeConflict.id,
            TubeConflict.decided_at,
            ConflictClaim.pairing_id,
            ConflictClaim.upheld,
        )
        .outerjoin(ConflictClaim)
        .where(TubeConflict.tube.in_(tubes))
    )
    for tube, conflict, decided_at, pairing, upheld in session.execute(found):
        if decided_at is None:
            known[tube].conflicts.add(conflict)
        if upheld is False:
            known[tube].set_aside.add(pairing)
        elif upheld:
            known[tube].upheld.add((conflict, pairing))


def _examined(session: Session, tubes: Sequence[Tube], known: dict[Tube, _Known]) -> None:
    reception = (Reception.id, Reception.reason, Reception.at)
    for tube, each, reason, at in _ask(session, Reception.tube, tubes, *reception):
        known[tube].receptions.add(Received(reason, at, each))
    results = (Result.id, Result.call, Result.released_at, Result.corrects, Result.entered_at)
    for tube, each, call, released_at, corrects, at in _ask(session, Result.tube, tubes, *results):
        released = released_at is not None
        known[tube].results.add(Resulted(each, Call(call), released, corrects, at=at))


def _ask(
    session: Session,
    of: InstrumentedAttribute[Any],
    tubes: Sequence[Tube],
    *columns: InstrumentedAttribute[Any],
) -> Iterator[Row[*tuple[Any, ...]]]:
    yield from session.execute(select(of, *columns).where(of.in_(tubes)))
