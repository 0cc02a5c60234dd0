"""What is known about tubes.  Reads only."""

from collections.abc import Set
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, selectinload

from contract.tubes import Tube, TubeId
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
    return list(session.scalars(select(PairingVoid).where(PairingVoid.tube == tube)))


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


def open_conflicts(session: Session) -> list[TubeConflict]:
    statement = (
        select(TubeConflict)
        .where(TubeConflict.decided_at.is_(None))
        .options(selectinload(TubeConflict.claims).joinedload(ConflictClaim.pairing))
        .order_by(TubeConflict.opened_at)
    )
    return list(session.scalars(statement))


def lot_of(session: Session, tube: Tube) -> Lot | None:
    """Return the registered lot that *tube* belongs to."""
    if isinstance(tube, TubeId):
        statement = select(Lot).where(
            Lot.series == tube.series, Lot.first <= tube.serial, Lot.last >= tube.serial
        )
    else:
        statement = select(Lot).where(
            exists().where(LotCode.lot_id == Lot.id, LotCode.code == tube.text)
        )
    return session.scalar(statement)


def lots(session: Session) -> list[Lot]:
    """Return every lot, newest first."""
    return list(session.scalars(select(Lot).order_by(Lot.created_at.desc(), Lot.id.desc())))


def tallies(session: Session) -> list[StationTally]:
    return list(session.scalars(select(StationTally).order_by(StationTally.day)))
