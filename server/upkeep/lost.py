"""What was done after the backup that came back, read from the database that it replaces.

That one may be of another shape, and damaged: only columns that were there always are asked for,
and a time that cannot be read costs none of the rest.
"""

from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import String, func, select, type_coerce

from contract.tubes import TubeId
from server.audit.models import AuditEntry
from server.db import Database
from server.sampling.models import Lot

# What has to be done again, in this order: who must not be found or let in any more comes first.
AGAIN = (
    "keys.rotated", "person.erased", "consent.withdrawn", "request.asked", "request.answered",
    "retention.run", "user.access-taken", "user.moved", "user.second-factor-ended",
    "user.password-set", "user.password-chosen", "user.password-changed", "user.log-ins-ended",
    "user.recovery-codes-made", "user.recovery-code-used", "my-link.ended",
    "partner.revoked", "partner.token-renewed", "station.revoked", "station.enrolled",
    "point.keeper-link-ended", "result.withdrawn", "run.withdrawn", "pairing.decided",
    "tube.voided", "tube.arrival-withdrawn", "tube.rejected", "retest.ordered", "plate.unlocked",
    "plate.moved", "plate.cleared", "person.corrected", "person.merged", "person.parted",
    "identity.unlinked", "check-in.voided", "user.added", "partner.added", "station.created",
    "lot.voided",
)  # fmt: skip
# What a station did of these is in its journal, and comes again by itself.
OF_STATIONS = frozenset({"tube.voided", "tube.rejected", "check-in.voided"})
_NEAR = 5_000  # numbers of entries are given before they are committed, so some come late


@dataclass(frozen=True, slots=True)
class Deed:
    """One entry of the trail that is gone."""

    at: datetime | None  # None: it cannot be read
    actor: str
    action: str
    subject: str
    detail: str = ""

    @property
    def comes_by_itself(self) -> bool:
        return self.action in OF_STATIONS and self.actor.startswith("station:")


@dataclass(frozen=True, slots=True)
class LostLot:
    """A lot that is gone; `first` and `last` are '' where its codes are a maker's."""

    name: str
    first: str
    last: str
    station: str


@dataclass
class Lost:
    """What the database that is replaced had, and the restored one has not."""

    again: list[Deed] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    lots: list[LostLot] = field(default_factory=list)


def compare(replaced: Database, restored: Database) -> Lost:
    """Return what is lost.  Raises SQLAlchemyError, ValueError or TypeError where *replaced* cannot
    be read."""
    lost = Lost()
    for deed in _deeds(replaced, restored):
        if deed.action in AGAIN and not deed.comes_by_itself:
            lost.again.append(deed)
        else:
            lost.others[deed.action] += 1
    lost.again.sort(key=lambda deed: AGAIN.index(deed.action))
    lost.lots = _lots(replaced, _ids(restored))
    return lost


def _deeds(replaced: Database, restored: Database) -> list[Deed]:
    with restored.read() as session:
        newest = session.scalar(select(func.max(AuditEntry.id))) or 0
        near = set(session.scalars(select(AuditEntry.id).where(AuditEntry.id > newest - _NEAR)))
    at = type_coerce(AuditEntry.at, String)  # as it is stored: read one by one, below
    asked = select(
        AuditEntry.id,
        at,
        AuditEntry.actor,
        AuditEntry.action,
        AuditEntry.subject,
        func.coalesce(AuditEntry.detail, ""),
    ).where(AuditEntry.id > newest - _NEAR)
    with replaced.read() as session:
        rows = session.execute(asked.order_by(AuditEntry.id)).all()
    return [Deed(_moment(row[1]), *row[2:]) for row in rows if row[0] not in near]


def _moment(stored: object) -> datetime | None:
    """Read a time as SQLite has it (a text) or PostgreSQL; damaged, it is none."""
    with suppress(ValueError):
        found = stored if isinstance(stored, datetime) else datetime.fromisoformat(str(stored))
        return found.replace(tzinfo=UTC)
    return None


def _ids(database: Database) -> set[str]:
    with database.read() as session:
        return set(session.scalars(select(Lot.id)))


def _lots(replaced: Database, known: Collection[str]) -> list[LostLot]:
    asked = select(Lot.id, Lot.series, Lot.first, Lot.last, Lot.station).order_by(Lot.id)
    with replaced.read() as session:
        rows = session.execute(asked).all()
    return [
        LostLot(name, _tube(series, first), _tube(series, last), station or "")
        for name, series, first, last, station in rows
        if name not in known
    ]


def _tube(series: int | None, serial: int | None) -> str:
    own = series is not None and serial is not None
    return TubeId.mint(series or 0, serial or 0).grouped if own else ""
