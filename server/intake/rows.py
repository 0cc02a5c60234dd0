"""The writer's SQL: what must be fast goes through the driver, the rest through SQLAlchemy Core.

`insert_events` is the seam: SQLite takes tuples through its driver; another database gets the
portable statement, and may get a faster one of its own here.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import chain
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as _postgresql_insert

from server.intake.chain import Head, Known, Span, Stored
from server.intake.models import ChainAlert, StationEpoch, WireEvent
from server.intake.upload import Arrival, Upload

COLUMNS = (
    "event_id", "station", "epoch", "seq", "kind", "hash", "prev", "payload", "received_at",
    "state", "problem", "applied_at",
)  # fmt: skip
TOGETHER = 200  # rows in one statement
_MANY = 500  # values in one IN (...)
_HEAD = ("station", "epoch", "last_seq", "last_hash")
_NEW_HEAD = _postgresql_insert(StationEpoch)
_UPSERT = _NEW_HEAD.on_conflict_do_update(
    index_elements=["station", "epoch"],
    set_={
        "last_seq": _NEW_HEAD.excluded.last_seq,
        "last_hash": _NEW_HEAD.excluded.last_hash,
    },
)
Row = tuple[str, str, str, int, str, str, str, bytes, str, str, str | None, None]


def rows_of(upload: Upload, arrivals: Iterable[Arrival]) -> list[Row]:
    """Return *arrivals* as SQLite stores them."""
    station = upload.station
    at = upload.received_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return [
        (
            each.id.hex, station, each.epoch, each.seq, each.kind, each.hash, each.prev,
            each.payload, at, "refused" if each.problem else "pending", each.problem, None,
        )
        for each in arrivals
    ]  # fmt: skip


def insert_events(connection: Connection, rows: Sequence[Row]) -> None:
    """Store *rows*; raises IntegrityError (the driver's or SQLAlchemy's) if one is known."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        _insert_sqlite(connection, rows)
    else:
        connection.execute(insert(WireEvent), [_portable(row) for row in rows])


def _insert_sqlite(connection: Connection, rows: Sequence[Row]) -> None:
    """One statement for many rows: the driver lets go of the interpreter once for each statement,
    and among busy threads it takes long to get it back."""
    cursor = connection.connection.cursor()
    for start in range(0, len(rows), TOGETHER):
        some = rows[start : start + TOGETHER]
        cursor.execute(_statement(len(some)), list(chain.from_iterable(some)))


@cache
def _statement(count: int) -> str:
    one = f"({', '.join('?' * len(COLUMNS))})"
    return f"INSERT INTO wire_event ({', '.join(COLUMNS)}) VALUES {', '.join([one] * count)}"  # noqa: S608


def _portable(row: Row) -> dict[str, object]:
    known: dict[str, object] = dict(zip(COLUMNS, row, strict=True))
    known["event_id"] = UUID(row[0])
    known["received_at"] = datetime.fromisoformat(row[8]).replace(tzinfo=UTC)
    return known


def head_of(connection: Connection, station: str, epoch: str) -> Head:
    statement = select(StationEpoch.last_seq, StationEpoch.last_hash).where(
        StationEpoch.station == station, StationEpoch.epoch == epoch
    )
    row = connection.execute(statement).first()
    return Head(row[0], row[1]) if row else Head()


def save_heads(connection: Connection, heads: Mapping[tuple[str, str], Head]) -> None:
    """Note how far each epoch is stored."""
    rows = [(*key, head.seq, head.hash) for key, head in heads.items()]
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        connection.connection.cursor().execute(_upsert(len(rows)), list(chain.from_iterable(rows)))
    else:
        connection.execute(_UPSERT, [dict(zip(_HEAD, row, strict=True)) for row in rows])


@cache
def _upsert(count: int) -> str:
    return (
        f"INSERT INTO station_epoch ({', '.join(_HEAD)}) VALUES {', '.join(['(?, ?, ?, ?)'] * count)}"  # noqa: E501, S608
        " ON CONFLICT (station, epoch)"
        " DO UPDATE SET last_seq = excluded.last_seq, last_hash = excluded.last_hash"
    )


def known_to(connection: Connection, upload: Upload) -> Known:
    """Return what is stored around the events of *upload*."""
    known = Known()
    for epoch in {each.epoch for each in upload.arrivals}:
        numbers = [each.seq for each in upload.arrivals if each.epoch == epoch]
        known.heads[epoch] = head_of(connection, upload.station, epoch)
        wanted = {at + step for at in numbers for step in (-1, 0, 1)}
        for at, stored in _around(connection, upload.station, epoch, sorted(wanted)):
            known.at[epoch, at] = stored
    ids = [each.id for each in upload.arrivals]
    for start in range(0, len(ids), _MANY):
        some = WireEvent.event_id.in_(ids[start : start + _MANY])
        for row in connection.execute(select(WireEvent.event_id, WireEvent.hash).where(some)):
            known.ids[row.event_id] = row.hash
    return known


def _around(
    connection: Connection, station: str, epoch: str, numbers: Sequence[int]
) -> Iterable[tuple[int, Stored]]:
    for start in range(0, len(numbers), _MANY):
        statement = select(WireEvent.seq, WireEvent.hash, WireEvent.prev).where(
            WireEvent.station == station,
            WireEvent.epoch == epoch,
            WireEvent.seq.in_(numbers[start : start + _MANY]),
        )
        for row in connection.execute(statement):
            yield row.seq, Stored(row.hash, row.prev)


def close_filled_gaps(
    connection: Connection, station: str, epochs: Iterable[str], now: datetime
) -> None:
    """Close the alerts about gaps in which nothing is missing any more."""
    statement = select(ChainAlert.id, ChainAlert.epoch, ChainAlert.seq, ChainAlert.last_seq).where(
        ChainAlert.station == station,
        ChainAlert.epoch.in_(sorted(set(epochs))),
        ChainAlert.kind == "gap",
        ChainAlert.closed_at.is_(None),
    )
    for gap in connection.execute(statement).all():
        if stored_in(connection, station, Span(gap.epoch, gap.seq, gap.last_seq)) == (
            gap.last_seq - gap.seq + 1
        ):
            closed = update(ChainAlert).where(ChainAlert.id == gap.id)
            connection.execute(closed.values(closed_at=now))


def stored_in(connection: Connection, station: str, span: Span) -> int:
    """Return how many events of *span* are stored."""
    statement = select(func.count()).where(
        WireEvent.station == station,
        WireEvent.epoch == span.epoch,
        WireEvent.seq.between(span.first, span.last),
    )
    return connection.execute(statement).scalar_one()
