"""Where a tube is kept, what a rack holds, what is due to be discarded.  Reads only."""

from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.accounts.within import ANYWHERE, Within
from server.lab import sight
from server.lab.storage.models import StorageStep, StoredTube

SHOWN = 400


def place_of(session: Session, tube: Tube) -> StoredTube | None:
    return session.get(StoredTube, tube)


def steps_of(session: Session, tube: Tube) -> list[StorageStep]:
    """Return where *tube* was kept, oldest first."""
    found = select(StorageStep).where(StorageStep.tube == tube)
    return list(session.scalars(found.order_by(StorageStep.at, StorageStep.id)))


def standing_at(
    session: Session, lab: str, freezer: str, rack: str, position: str
) -> list[StoredTube]:
    found = select(StoredTube).where(*_in_rack(lab, freezer, rack), StoredTube.position == position)
    return list(session.scalars(found))


def rack_of(
    session: Session, lab: str, freezer: str, rack: str, within: Within = ANYWHERE
) -> list[StoredTube]:
    """Return what stands in a rack of *lab*, newest first."""
    found = select(StoredTube).where(*_in_rack(lab, freezer, rack))
    found = found.where(sight.tubes(within, StoredTube.tube))
    return list(session.scalars(found.order_by(StoredTube.at.desc(), StoredTube.tube)))


def _in_rack(lab: str, freezer: str, rack: str) -> tuple[ColumnElement[bool], ...]:
    return _of(lab), StoredTube.freezer == freezer, StoredTube.rack == rack


def _of(lab: str) -> ColumnElement[bool]:
    """Say that a tube was put away by somebody of *lab*: its people may have its place, one in it,
    or one around it."""
    parts = lab.split(".")
    around = [".".join(parts[:count]) for count in range(len(parts))]
    return or_(
        StoredTube.lab.in_([lab, *filter(None, around)]), Within.of([lab]).rows(StoredTube.lab)
    )


def racks(session: Session, within: Within = ANYWHERE) -> list[tuple[str, str, str, int]]:
    """Return (laboratory, freezer, rack, tubes) for every rack that holds any."""
    rack = (StoredTube.lab, StoredTube.freezer, StoredTube.rack)
    found = select(*rack, func.count()).where(sight.tubes(within, StoredTube.tube))
    rows = session.execute(found.group_by(*rack).order_by(*rack))
    return [(lab, freezer, name, count) for lab, freezer, name, count in rows]


def due(session: Session, *, on: date, within: Within = ANYWHERE) -> list[StoredTube]:
    """Return the tubes that need not be kept longer, by their places."""
    found = select(StoredTube).where(StoredTube.keep_until < on)
    found = found.where(sight.tubes(within, StoredTube.tube))
    order = (StoredTube.lab, StoredTube.freezer, StoredTube.rack, StoredTube.position)
    return list(session.scalars(found.order_by(*order).limit(SHOWN)))
