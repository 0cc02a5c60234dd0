"""The tubes that stand ready at one station today, as it asks for them: keyed hashes, no names.

The key is of this station and this day alone.  A row without a number is left out: nobody could
prove to be its owner at the table, so its tube is as free as any other.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from typing import TypeVarTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from contract import signing
from contract.identities import System
from contract.lots import AssignmentWire, RosterWire, assignment_tag
from contract.tubes import Tube
from server import vault
from server.people.models import Identity
from server.sampling.lot_models import LotMove, LotPart, Roster, RosterEntry
from server.sampling.roster_models import RosterMatch

Ts = TypeVarTuple("Ts")
_NO_PROOF = {System.PHONE, System.FINGERPRINT}


def roster_for(session: Session, station: str, *, day: date) -> RosterWire:
    """Return what stands ready on *day* among the tubes that *station* holds."""
    key = vault.current().derive("roster.key", f"{station}|{day.isoformat()}")
    tags: defaultdict[Tube, set[str]] = defaultdict(set)
    listed = _held(select(RosterEntry.tube, RosterEntry.system, RosterEntry.number))
    for tube, system, number in session.execute(listed.where(_ready(station, day))):
        if system and number:
            tags[tube].add(assignment_tag(key, system, number))
    proofs = _held(select(RosterMatch.tube, Identity.system, Identity.value))
    proofs = proofs.join(RosterMatch, RosterMatch.tube == RosterEntry.tube)
    proofs = proofs.join(Identity, Identity.person_id == RosterMatch.person_id)
    for tube, system, number in session.execute(proofs.where(_ready(station, day), _proven())):
        tags[tube].add(assignment_tag(key, system, number))
    return RosterWire(signing.encode(key), tuple(_wires(tags.items())))


def version_of(session: Session, station: str, *, day: date) -> str:
    """Return what changes when `roster_for` may; much cheaper, for stations ask each minute."""
    rows = _held(select(func.count(), func.min(RosterEntry.tube), func.max(RosterEntry.tube)))
    listed = session.execute(rows.where(_ready(station, day))).one()
    moved = session.execute(select(func.count(), func.max(LotMove.at))).one()
    confirmed = select(func.count(), func.max(RosterMatch.decided_at))
    matched = session.execute(confirmed.where(RosterMatch.state == "confirmed")).one()
    links = select(func.count(), func.max(Identity.linked_at), func.max(Identity.unlinked_at))
    of_matched = links.join(RosterMatch, RosterMatch.person_id == Identity.person_id)
    linked = session.execute(of_matched.where(RosterMatch.state == "confirmed")).one()
    said = repr((station, day, *listed, *moved, *matched, *linked))
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
        or_(Roster.day.is_(None), Roster.day == day),
    )


def _proven() -> ColumnElement[bool]:
    return and_(
        RosterMatch.state == "confirmed",
        Identity.unlinked_at.is_(None),
        Identity.claimed.is_(False),
        Identity.system.not_in([str(system) for system in _NO_PROOF]),
    )


def _wires(tags: Iterable[tuple[Tube, set[str]]]) -> list[AssignmentWire]:
    wires = [AssignmentWire(tube.text, tuple(sorted(own))) for tube, own in tags]
    return sorted(wires, key=lambda wire: wire.tube)
