"""The tubes with a label at one station, as it asks for them: keyed hashes, no names.

A label names somebody on every day, not on that of its list alone: a station hears of lists of
later days, which it may have to know off-line in the morning, and for a while of what was left of
those before.  The key is of this station and of the day of asking alone.  A row without a number is
left out: nobody could prove to be its owner at the table, so its tube is as free as any other.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from hashlib import sha256
from typing import TypeVarTuple

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from contract import signing
from contract.identities import System
from contract.lots import AssignmentWire, RosterWire, assignment_tag
from contract.tubes import Tube
from server import vault
from server.people.models import Identity
from server.sampling import lot_queries
from server.sampling.lot_models import LotMove, LotPart, Roster, RosterEntry, TubeVoid
from server.sampling.models import Pairing
from server.sampling.roster_models import RosterMatch

Ts = TypeVarTuple("Ts")
_NO_PROOF = {System.PHONE, System.FINGERPRINT}
LEFT_OVER = timedelta(days=30)  # so long are labels told of whose owners did not come on their day


def roster_for(session: Session, station: str, *, day: date) -> RosterWire:
    """Return what stands ready, on *day* or another, among the tubes that *station* holds."""
    key = vault.current().derive("roster.key", f"{station}|{day.isoformat()}")
    told = and_(_ready(station, day), or_(_not_before(day), ~_was_given()))
    tags: defaultdict[tuple[Tube, date | None], set[str]] = defaultdict(set)
    listed = _held(select(RosterEntry.tube, Roster.day, RosterEntry.system, RosterEntry.number))
    for tube, planned, system, number in session.execute(listed.where(told)):
        if system and number:
            tags[tube, planned].add(assignment_tag(key, system, number))
    proofs = _held(select(RosterMatch.tube, Roster.day, Identity.system, Identity.value))
    proofs = proofs.join(RosterMatch, RosterMatch.tube == RosterEntry.tube)
    proofs = proofs.join(Identity, Identity.person_id == RosterMatch.person_id)
    for tube, planned, system, number in session.execute(proofs.where(told, _proven())):
        tags[tube, planned].add(assignment_tag(key, system, number))
    return RosterWire(signing.encode(key), tuple(_wires(tags.items())), day.isoformat())


def version_of(session: Session, station: str, *, day: date) -> str:
    """Return what changes when `roster_for` may; much cheaper, for stations ask each minute.

    A tube that was given may be told of until something else changes: it does no harm.
    """
    rows = _held(select(func.count(), func.min(RosterEntry.tube), func.max(RosterEntry.tube)))
    listed = session.execute(rows.where(_ready(station, day))).one()
    moved = session.execute(select(func.count(), func.max(LotMove.at))).one()
    void = session.execute(select(func.count(), func.count(TubeVoid.lifted_at))).one()
    confirmed = select(func.count(), func.max(RosterMatch.decided_at))
    matched = session.execute(confirmed.where(RosterMatch.state == "confirmed")).one()
    links = select(func.count(), func.max(Identity.linked_at), func.max(Identity.unlinked_at))
    of_matched = links.join(RosterMatch, RosterMatch.person_id == Identity.person_id)
    linked = session.execute(of_matched.where(RosterMatch.state == "confirmed")).one()
    said = repr((station, day, *listed, *moved, *void, *matched, *linked))
    return sha256(said.encode()).hexdigest()[:32]


def _held(asked: Select[*Ts]) -> Select[*Ts]:
    """Ask *asked* of the entries whose tubes somebody holds, part by part."""
    held = and_(
        LotPart.lot_id == Roster.lot_id,
        RosterEntry.position.between(LotPart.first, LotPart.last),
    )
    joined = asked.select_from(RosterEntry).join(Roster, Roster.id == RosterEntry.roster_id)
    return joined.join(LotPart, held)


def _ready(station: str, day: date) -> ColumnElement[bool]:
    return and_(
        LotPart.station == station,
        LotPart.void_id.is_(None),
        or_(Roster.day.is_(None), Roster.day >= day - LEFT_OVER),
    )


def _not_before(day: date) -> ColumnElement[bool]:
    return or_(Roster.day.is_(None), Roster.day >= day)


def _was_given() -> ColumnElement[bool]:
    given = exists().where(Pairing.tube == RosterEntry.tube)
    return given.where(~lot_queries.undone(), ~lot_queries.put_aside())


def _proven() -> ColumnElement[bool]:
    return and_(
        RosterMatch.state == "confirmed",
        Identity.unlinked_at.is_(None),
        Identity.claimed.is_(False),
        Identity.system.not_in([str(system) for system in _NO_PROOF]),
    )


def _wires(tags: Iterable[tuple[tuple[Tube, date | None], set[str]]]) -> list[AssignmentWire]:
    wires = [
        AssignmentWire(tube.text, tuple(sorted(own)), day.isoformat() if day else "")
        for (tube, day), own in tags
    ]
    return sorted(wires, key=lambda wire: wire.tube)
