"""How the server stands, in figures: one look at the database, the disk and the folders.

Metrics and the operator's `check` say the same, because both come from here.  Cheap at any size:
only what waits is counted, by its index.
"""

import shutil
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from server import schema
from server.accounts import health_queries
from server.audit import anchors, sealing
from server.config import Settings
from server.delivery.circuits import is_away
from server.delivery.models import Circuit, Delivery
from server.delivery.queries import is_open
from server.intake.models import ChainAlert, WireEvent
from server.lab.imports.models import ImportFile
from server.outcomes.desk_models import DeskItem
from server.record import requests
from server.upkeep import copies


@dataclass(frozen=True, slots=True)
class Queue:
    """How much waits, and since when the oldest."""

    count: int = 0
    oldest: datetime | None = None


@dataclass
class Vitals:
    """Everything that is looked at.  Empty where there is nothing of the kind."""

    at: datetime
    revision: str = ""
    newest_revision: str = ""
    database_bytes: int = 0
    events: dict[str, Queue] = field(default_factory=dict)  # by state
    alerts: int = 0
    deliveries: dict[tuple[str, str], Queue] = field(default_factory=dict)  # by target and state
    circuits: dict[str, bool] = field(default_factory=dict)  # whether a target is away
    stations: dict[str, int] = field(default_factory=dict)  # by state
    desks: dict[str, Queue] = field(default_factory=dict)
    imports: dict[str, int] = field(default_factory=dict)  # by state, those under way
    requests_late: int = 0
    audit_waiting: int = 0
    audit_sealed: int = 0
    sealed_at: datetime | None = None
    anchored_at: datetime | None = None
    backup_at: datetime | None = None
    backup_bytes: int = 0
    disk_free: dict[str, int] = field(default_factory=dict)
    disk_size: dict[str, int] = field(default_factory=dict)
    backups_ahead: int = 0  # dated in the future: a clock was wrong, or is


def look(session: Session, settings: Settings, now: datetime) -> Vitals:
    """Return how the server stands at *now*."""
    found = Vitals(now, newest_revision=schema.newest_revision() or "")
    found.revision = session.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""
    found.database_bytes = _size(session)
    found.events = _queues(session, WireEvent.state, WireEvent.received_at,
                           WireEvent.state.in_(("pending", "refused", "waiting")))  # fmt: skip
    open_alerts = select(func.count()).where(ChainAlert.closed_at.is_(None))
    found.alerts = session.scalar(open_alerts) or 0
    found.deliveries = _deliveries(session)
    asked = session.execute(select(Circuit.target, Circuit.open_until)).all()
    found.circuits = {target: is_away(until, now) for target, until in asked}
    for patient in health_queries.ward(session, now):
        state = patient.state.value
        found.stations[state] = found.stations.get(state, 0) + 1
    found.desks = _queues(session, DeskItem.desk, DeskItem.since, None)
    _look_around(session, found, now)
    look_at_folders(found, settings)
    return found


def _look_around(session: Session, found: Vitals, now: datetime) -> None:
    busy = select(ImportFile.state, func.count()).where(
        ImportFile.state.in_(("received", "staging", "entering", "staged"))
    )
    counted = session.execute(busy.group_by(ImportFile.state)).all()
    found.imports = {row[0]: row[1] for row in counted}
    found.requests_late = requests.late(session, now)
    found.audit_waiting = sealing.unsealed(session)
    if (seal := sealing.last_seal(session)) is not None:
        found.audit_sealed, found.sealed_at = seal.position, seal.at


def look_at_folders(found: Vitals, settings: Settings) -> None:
    anchored = [_written(path, found.at) for path in anchors.names_in(settings.anchor_folder)]
    if kept := [at for at in anchored if at <= found.at + copies.CLOCKS_DIFFER]:
        found.anchored_at = max(kept)
    made = copies.names_in(settings.backup_folder)
    ahead = copies.ahead(made, found.at)
    found.backups_ahead = len(ahead)
    if sound := [path for path in made if path not in ahead]:
        found.backup_at = _written(sound[-1], found.at)
        found.backup_bytes = sound[-1].stat().st_size
    for name, folder in (("data", Path(settings.data)), ("backups", settings.backup_folder)):
        place = next((each for each in (folder, *folder.parents) if each.exists()), Path("/"))
        usage = shutil.disk_usage(place)
        found.disk_free[name], found.disk_size[name] = usage.free, usage.total


def _written(path: Path, now: datetime) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, now.tzinfo)


def _queues(session: Session, what: object, since: object, which: object) -> dict[str, Queue]:
    asked = select(what, func.count(), func.min(since)).group_by(what)  # type: ignore[call-overload]
    if which is not None:
        asked = asked.where(which)
    return {name: Queue(count, oldest) for name, count, oldest in session.execute(asked)}


def _deliveries(session: Session) -> dict[tuple[str, str], Queue]:
    asked = (
        select(Delivery.target, Delivery.state, func.count(), func.min(Delivery.created_at))
        .where(is_open())
        .group_by(Delivery.target, Delivery.state)
    )
    return {
        (target, state): Queue(count, oldest)
        for target, state, count, oldest in session.execute(asked)
    }


def _size(session: Session) -> int:
    if session.get_bind().dialect.name == "sqlite":
        asked = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    else:
        asked = "SELECT pg_database_size(current_database())"
    return int(session.execute(text(asked)).scalar() or 0)
