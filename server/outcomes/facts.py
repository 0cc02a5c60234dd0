"""Gather what is known of tubes, in the words of `merge`: a few questions for any number of them.

Tubes are asked for by their text and answered for by it: reading a million ids back into checked
ones costs more than merging them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, String, and_, exists, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from contract.tubes import Tube, TubeKind
from contract.tubes import tube as tube_of
from server.db import among, listed
from server.lab import moves, taken_back
from server.lab import queries as lab
from server.lab.final import Said, final
from server.lab.models import Reception, Result
from server.lab.move_models import ArrivalWithdrawal
from server.lab.words import Call
from server.outcomes.known import Facts, Held, Paired, PoolCount, Received, Resulted
from server.outcomes.untold import every_hold_of
from server.sampling.models import ConflictClaim, Pairing, PairingVoid, PoolClosing, TubeConflict

CHUNK = 2500  # tubes in one question: so much is in memory at once


Closing = tuple[str, int, datetime]  # of a pool: by which station, of how many, when


@dataclass(slots=True)
class Known:
    """What is known of one tube: its facts, and what its message and its desk say beside them.

    `sampled`, `places`, `stations` and `undone` are by pairing, `released` and `verified` times by
    result.
    """

    kind: TubeKind
    pairings: set[Paired] = field(default_factory=set)
    voided: set[UUID] = field(default_factory=set)
    set_aside: set[UUID] = field(default_factory=set)
    conflicts: set[UUID] = field(default_factory=set)
    receptions: set[Received] = field(default_factory=set)
    results: set[Resulted] = field(default_factory=set)
    closings: set[Closing] = field(default_factory=set)
    holds: set[Held] = field(default_factory=set)
    upheld: set[tuple[UUID, UUID]] = field(default_factory=set)
    sampled: dict[UUID, datetime] = field(default_factory=dict)
    places: dict[UUID, str] = field(default_factory=dict)
    stations: dict[UUID, str] = field(default_factory=dict)
    undone: dict[UUID, datetime] = field(default_factory=dict)
    released: dict[UUID, datetime] = field(default_factory=dict)
    verified: set[UUID] = field(default_factory=set)
    box: str = ""
    closed_at: datetime | None = None

    def facts(self) -> Facts:
        return Facts(
            kind=self.kind,
            pairings=frozenset(self.pairings),
            voided=frozenset(self.voided),
            set_aside=frozenset(self.set_aside),
            open_conflicts=frozenset(self.conflicts),
            receptions=frozenset(self.receptions),
            results=frozenset(self.results),
            pool_counts=frozenset(map(self._count, self.closings)),
            holds=frozenset(self.holds),
            upheld=frozenset(self.upheld),
        )

    def _count(self, closing: Closing) -> PoolCount:
        station, said, at = closing
        gone = {each for each, undone_at in self.undone.items() if undone_at <= at}
        own = {each for each, of in self.stations.items() if of == station}
        return PoolCount(said, len(own - gone))


CALLS = {call.value: call for call in Call}
Gathered = dict[str, Known]  # by the tube's text


def facts_of(session: Session, tube: Tube) -> Facts:
    """Return everything that is known about *tube*."""
    return facts_of_all(session, [tube])[tube]


def facts_of_all(session: Session, tubes: Sequence[Tube]) -> dict[Tube, Facts]:
    """Return everything that is known about each of *tubes*."""
    return {tube: known.facts() for tube, known in known_of_all(session, tubes).items()}


def known_of_all(session: Session, tubes: Sequence[Tube]) -> dict[Tube, Known]:
    """Return everything that is known about each of *tubes*, in their order."""
    known = {tube.text: Known(tube.kind) for tube in tubes}
    by_text = {tube.text: tube for tube in tubes}
    names = list(known)
    for start in range(0, len(names), CHUNK):
        some = listed(names[start : start + CHUNK])
        these = list(by_text.values())[start : start + CHUNK]
        for tube, why, about in every_hold_of(session, these):
            known[tube.text].holds.add(Held(about, why))
        _sampled(session, some, known)
        _disputed(session, some, known)
        _examined(session, some, known)
        _pooled(session, some, known)
    return {tube: known[tube.text] for tube in tubes}


def text_of(column: InstrumentedAttribute[Any]) -> Any:
    """Return a tube's column as the text it is."""
    return type_coerce(column, String)


def _sampled(session: Session, tubes: str, known: Gathered) -> None:
    asked = (Pairing.id, Pairing.person_id, Pairing.station)
    when = (Pairing.paired_at, Pairing.trusted, Pairing.place)
    for row in _ask(session, Pairing.tube, tubes, *asked, *when):
        tube, pairing, person, station, at, trusted, place = row
        one = known[tube]
        claim = station if one.kind is TubeKind.POOL else str(person)
        one.pairings.add(Paired(pairing, person, claim, at, trusted))
        one.places[pairing], one.stations[pairing], one.sampled[pairing] = place, station, at
    for tube, pairing, at, by in session.execute(_VOIDS, {"tubes": tubes}):
        one = known[tube]
        one.voided.add(pairing)
        if by.startswith(moves.STATION):  # what a person withdrew, the station counted
            one.undone[pairing] = min(one.undone.get(pairing, at), at)


def _voids() -> Select[Any, UUID, datetime, str]:
    """Ask which pairings were voided, by the station that made them and whatever tube it named."""
    own = and_(PairingVoid.pairing_id == Pairing.id, PairingVoid.station == Pairing.station)
    found = select(text_of(Pairing.tube), Pairing.id, PairingVoid.voided_at, PairingVoid.by)
    found = found.join(PairingVoid, own)
    return found.where(among(Pairing.tube, "tubes"))


def _pooled(session: Session, tubes: str, known: Gathered) -> None:
    closing = (PoolClosing.station, PoolClosing.members, PoolClosing.closed_at)
    for tube, station, members, at in _ask(session, PoolClosing.tube, tubes, *closing):
        known[tube].closings.add((station, members, at))
        known[tube].closed_at = min(known[tube].closed_at or at, at)


def _disputed(session: Session, tubes: str, known: Gathered) -> None:
    for tube, conflict, open_, pairing, upheld in session.execute(_CONFLICTS, {"tubes": tubes}):
        if open_:
            known[tube].conflicts.add(conflict)
        if upheld is False:
            known[tube].set_aside.add(pairing)
        elif upheld:
            known[tube].upheld.add((conflict, pairing))


def _conflicts() -> Select[Any, UUID, bool, UUID, bool | None]:
    found = select(
        text_of(TubeConflict.tube),
        TubeConflict.id,
        TubeConflict.decided_at.is_(None),
        ConflictClaim.pairing_id,
        ConflictClaim.upheld,
    )
    return found.outerjoin(ConflictClaim).where(among(TubeConflict.tube, "tubes"))


def _examined(session: Session, tubes: str, known: Gathered) -> None:
    reception = (Reception.id, Reception.reason, Reception.at, Reception.box, Reception.lab)
    labs: dict[str, str] = {}
    several: set[str] = set()
    differing: set[str] = set()
    untold: set[str] = set()  # of which a result was withdrawn before it was told
    asked = _ask(session, Reception.tube, tubes, *reception, _TAKEN_BACK)
    for tube, each, reason, at, box, where, once in asked:
        known[tube].receptions.add(Received(reason, at, each))
        known[tube].box, labs[tube] = box, where
        differing |= {tube} if once else set()
    said = (Result.id, Result.call, Result.corrects, Result.withdrawn_at.is_not(None), Result.lab)
    when = (Result.entered_at, Result.verified_at.is_not(None), Result.released_at)
    for row in _ask(session, Result.tube, tubes, *said, *when):
        tube, each, call, corrects, withdrawn, gave, at, verified, released_at = row
        one, released = known[tube], released_at is not None
        one.results.add(
            Resulted(each, CALLS[call], released, corrects, withdrawn=bool(withdrawn), at=at)
        )
        if released:
            one.released[each] = released_at
        if verified:
            one.verified.add(each)
        untold |= {tube} if withdrawn and not released else set()
        several |= {tube} if len(one.results) > 1 else set()
        differing |= {tube} if gave != labs.get(tube, gave) else set()
    _elsewhere(session, sorted(differing), known)
    _gone(session, sorted(untold), known)
    _finals(session, sorted(several), known)


def _elsewhere(session: Session, tubes: Sequence[str], known: Gathered) -> None:
    """Mark the results of *tubes* whose laboratory had not got the tube."""
    odd = moves.why_odd_of(session, listed(tubes)) if tubes else {}
    for name in tubes if odd else ():
        known[name].results = {
            replace(
                each,
                elsewhere=each.id in odd,
                before=odd.get(each.id) is moves.Odd.BEFORE,
                taken_back=odd.get(each.id) is moves.Odd.TAKEN_BACK,
            )
            for each in known[name].results
        }


def _gone(session: Session, tubes: Sequence[str], known: Gathered) -> None:
    """Mark the results of *tubes* that went with an arrival that was taken back."""
    gone = taken_back.gone_of(session, listed(tubes)) if tubes else set()
    for name in tubes if gone else ():
        known[name].results = {replace(each, gone=each.id in gone) for each in known[name].results}


def _finals(session: Session, tubes: Sequence[str], known: Gathered) -> None:
    """Mark the result of each of *tubes* that the laboratory's rule, or a person, chose."""
    decisions = lab.decisions_of(session, [tube_of(name) for name in tubes]) if tubes else {}
    for name in tubes:
        results = known[name].results
        said = [
            Said(each.id, each.call, at, each.released, each.corrects, each.withdrawn)
            for each in results
            if (at := known[name].released.get(each.id, each.at)) is not None
        ]
        chosen = final(said, decisions.get(tube_of(name), ())).result
        if chosen is not None:
            known[name].results = {replace(each, final=each.id == chosen.id) for each in results}


def _ask(
    session: Session,
    of: InstrumentedAttribute[Any],
    tubes: str,
    *columns: ColumnElement[Any] | InstrumentedAttribute[Any],
) -> Iterator[Row[*tuple[Any, ...]]]:
    question = select(text_of(of), *columns).where(among(of, "tubes"))
    yield from session.execute(question, {"tubes": tubes})


_VOIDS, _CONFLICTS = _voids(), _conflicts()
_TAKEN_BACK = exists().where(ArrivalWithdrawal.tube == Reception.tube)
