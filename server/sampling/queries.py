"""What is known about tubes.  Reads only."""

from collections.abc import Iterable, Set
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, select, true
from sqlalchemy.orm import Session, aliased, selectinload

from contract.tubes import Tube, TubeId
from server.accounts.actors import of_stations
from server.accounts.models import Station
from server.accounts.within import ANYWHERE, Within
from server.sampling.models import (
    ConflictClaim,
    Lot,
    LotCode,
    Pairing,
    PairingVoid,
    PoolClosing,
    StationTally,
    TubeConflict,
)


def pairings_of(session: Session, tube: Tube) -> list[Pairing]:
    """Return every pairing of *tube*, void or not, oldest first."""
    statement = select(Pairing).where(Pairing.tube == tube)
    return list(session.scalars(statement.order_by(Pairing.paired_at, Pairing.id)))


def voids_of(session: Session, tube: Tube) -> list[PairingVoid]:
    """Return the voids about *tube*.  A station voids only what it paired itself.

    A void counts for the tube of its pairing; for the one that it names where no pairing came yet.
    Two questions, each by an index: one for both would look through every void.
    """
    own = and_(PairingVoid.pairing_id == Pairing.id, PairingVoid.station == Pairing.station)
    paired = select(PairingVoid).join(Pairing, own).where(Pairing.tube == tube)
    early = select(PairingVoid).where(
        PairingVoid.tube == tube, ~exists().where(Pairing.id == PairingVoid.pairing_id)
    )
    return [*session.scalars(paired), *session.scalars(early)]


def closings_of(session: Session, tube: Tube) -> list[PoolClosing]:
    return list(session.scalars(select(PoolClosing).where(PoolClosing.tube == tube)))


def conflicts_of(session: Session, tube: Tube) -> list[TubeConflict]:
    """Return every conflict about *tube* with its claims, open or decided, oldest first."""
    statement = (
        select(TubeConflict)
        .where(TubeConflict.tube == tube)
        .options(selectinload(TubeConflict.claims))
        .order_by(TubeConflict.opened_at)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(statement))


def set_aside(session: Session, tube: Tube) -> Set[UUID]:
    """Return the pairings of *tube* that a decided conflict did not uphold."""
    statement = (
        select(ConflictClaim.pairing_id)
        .join(TubeConflict)
        .where(TubeConflict.tube == tube, ConflictClaim.upheld.is_(False))
    )
    return frozenset(session.scalars(statement))


def live_pairings(session: Session, tube: Tube) -> list[Pairing]:
    """Return the pairings of *tube* that are neither void nor set aside, oldest first."""
    gone = set_aside(session, tube) | {void.pairing_id for void in voids_of(session, tube)}
    return [pairing for pairing in pairings_of(session, tube) if pairing.id not in gone]


def open_conflicts(session: Session, within: Within = ANYWHERE) -> list[TubeConflict]:
    """Return every conflict that waits for a decision, with claims and persons, oldest first."""
    statement = select(TubeConflict).where(TubeConflict.decided_at.is_(None), claimed(within))
    return list(session.scalars(_with_claims(statement).order_by(TubeConflict.opened_at)))


def decided_conflicts(
    session: Session, limit: int, within: Within = ANYWHERE
) -> list[TubeConflict]:
    """Return the conflicts that were decided or ended last."""
    decided = TubeConflict.decided_at.is_not(None), claimed(within)
    statement = select(TubeConflict).where(*decided).limit(limit)
    newest_first = _with_claims(statement).order_by(TubeConflict.decided_at.desc())
    return list(session.scalars(newest_first))


def claimed(within: Within) -> ColumnElement[bool]:
    """Whoever sees one claim must see both: who decides has to know all of it."""
    if within.everywhere:
        return true()
    one, claim = aliased(Pairing), aliased(ConflictClaim)
    mine = claim.conflict_id == TubeConflict.id, claim.pairing_id == one.id
    return exists().where(*mine, within.rows(one.place))  # conflicts are few, pairings are not


def _with_claims(statement: Select[TubeConflict]) -> Select[TubeConflict]:
    loaded = selectinload(TubeConflict.claims).joinedload(ConflictClaim.pairing)
    return statement.options(loaded.joinedload(Pairing.person))


def open_conflict_of(session: Session, tube: Tube) -> TubeConflict | None:
    """Return the conflict about *tube* that nobody has decided yet."""
    return next((each for each in conflicts_of(session, tube) if each.decided_at is None), None)


def lot_of(session: Session, tube: Tube) -> Lot | None:
    """Return the registered lot that *tube* belongs to."""
    return lots_of(session, [tube]).get(tube)


def lots_of(session: Session, tubes: Iterable[Tube]) -> dict[Tube, Lot]:
    """Return the registered lot of each of *tubes* that has one."""
    wanted = set(tubes)
    own = [tube for tube in wanted if isinstance(tube, TubeId)]
    foreign = {tube.text: tube for tube in wanted if not isinstance(tube, TubeId)}
    found: dict[Tube, Lot] = {}
    for series in {tube.series for tube in own}:
        serials = {tube.serial: tube for tube in own if tube.series == series}
        for lot in session.scalars(lots_between(series, min(serials), max(serials))):
            covers = range(lot.first or 0, (lot.last or -1) + 1)
            found |= {tube: lot for serial, tube in serials.items() if serial in covers}
    if foreign:
        listed = select(LotCode.code, Lot).join(Lot, Lot.id == LotCode.lot_id)
        rows = session.execute(listed.where(LotCode.code.in_(foreign)))
        found |= {foreign[code]: lot for code, lot in rows}
    return found


def lots_between(series: int, first: int, last: int) -> Select[Lot]:
    return select(Lot).where(Lot.series == series, Lot.first <= last, Lot.last >= first)


def lots_registered(session: Session) -> int:
    """Return how many lots there are: a tube that had none may have one now."""
    return session.scalar(select(func.count()).select_from(Lot)) or 0


def paired_before(session: Session, tubes: Iterable[Tube]) -> set[Tube]:
    """Return those of *tubes* that were given to somebody already."""
    return set(session.scalars(select(Pairing.tube).where(Pairing.tube.in_(set(tubes)))))


def newest_lots(session: Session, limit: int) -> list[Lot]:
    newest_first = select(Lot).order_by(Lot.created_at.desc(), Lot.id.desc()).limit(limit)
    return list(session.scalars(newest_first))


def stations(session: Session, within: Within = ANYWHERE) -> list[Station]:
    """Return the stations that a lot can be issued to."""
    statement = select(Station).where(Station.state != "revoked", within.rows(Station.place))
    return list(session.scalars(statement.order_by(Station.id)))


def tallies(session: Session, within: Within = ANYWHERE) -> list[StationTally]:
    found = select(StationTally).where(of_stations(within, StationTally.station))
    return list(session.scalars(found.order_by(StationTally.day)))
