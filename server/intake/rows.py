"""The writer's SQL: what must be fast goes through the driver, the rest through SQLAlchemy Core.

SQLite takes tuples through its driver; PostgreSQL takes each column as one array, in one statement.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import chain

from sqlalchemy import Connection, func, select, update

from contract.events import NO_EVENT
from server.intake.chain import Head, Known, Span, Stored
from server.intake.models import ChainAlert, StationEpoch, WireEvent
from server.intake.upload import Arrival, Upload

COLUMNS = (
    "event_id", "station", "epoch", "seq", "kind", "hash", "prev", "payload", "received_at",
    "state", "problem", "applied_at",
)  # fmt: skip
TOGETHER, STEP = 512, 32  # rows in one statement: at most, and in what steps from there down
_MANY = 500  # values in one IN (...)
_HEAD = ("station", "epoch", "last_seq", "last_hash")
TYPES = ("uuid", *["text"] * 2, "bigint", *["text"] * 3, "bytea", "timestamp", *["text"] * 2,
          "timestamp")  # fmt: skip
_INSERT = (
    f"INSERT INTO wire_event ({', '.join(COLUMNS)})"  # noqa: S608 - names of ours
    f" SELECT * FROM unnest({', '.join(f'%b::{each}[]' for each in TYPES)})"
)
_SAVE = (
    f"INSERT INTO station_epoch ({', '.join(_HEAD)})"  # noqa: S608
    " SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::text[])"
    " ON CONFLICT (station, epoch)"
    " DO UPDATE SET last_seq = excluded.last_seq, last_hash = excluded.last_hash"
    " WHERE excluded.last_seq > station_epoch.last_seq"
)
_HOLD = (
    f"INSERT INTO station_epoch ({', '.join(_HEAD)})"  # noqa: S608
    " SELECT station, epoch, 0, %s FROM unnest(%s::text[], %s::text[]) AS held (station, epoch)"
    " ON CONFLICT (station, epoch) DO UPDATE SET last_seq = station_epoch.last_seq"
    " RETURNING station, epoch, last_seq, last_hash"
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
        connection.exec_driver_sql(_INSERT, tuple(map(list, zip(*rows, strict=True))))


def _insert_sqlite(connection: Connection, rows: Sequence[Row]) -> None:
    """One statement for many rows: the driver lets go of the interpreter once for each statement,
    and among busy threads it takes long to get it back."""
    cursor = connection.connection.cursor()
    start = 0
    while start < len(rows):
        some = rows[start : start + _together(len(rows) - start)]
        cursor.execute(_statement(len(some)), list(chain.from_iterable(some)))
        start += len(some)


def _together(left: int) -> int:
    """Return how many of *left* rows go into one statement.

    There are few such numbers: to prepare a statement costs more than to run it, and the driver
    remembers a hundred.
    """
    return left if left < STEP else min(left // STEP * STEP, TOGETHER)


@cache
def _statement(count: int) -> str:
    one = f"({', '.join('?' * len(COLUMNS))})"
    return f"INSERT INTO wire_event ({', '.join(COLUMNS)}) VALUES {', '.join([one] * count)}"  # noqa: S608


def head_of(connection: Connection, station: str, epoch: str) -> Head:
    statement = select(StationEpoch.last_seq, StationEpoch.last_hash).where(
        StationEpoch.station == station, StationEpoch.epoch == epoch
    )
    row = connection.execute(statement).first()
    return Head(row[0], row[1]) if row else Head()


def hold_heads(
    connection: Connection, keys: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], Head]:
    """Return the heads of those epochs, new ones too, held until the end of this transaction.

    For databases with several writers: another process that stores events of one of these epochs
    waits, and then sees what was stored here.
    """
    stations, epochs = zip(*sorted(set(keys)), strict=True)
    held = connection.exec_driver_sql(_HOLD, (NO_EVENT, list(stations), list(epochs)))
    return {(row[0], row[1]): Head(row[2], row[3]) for row in held}


def save_heads(connection: Connection, heads: Mapping[tuple[str, str], Head]) -> None:
    """Note how far each epoch is stored."""
    rows = [(*key, head.seq, head.hash) for key, head in heads.items()]
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        connection.connection.cursor().execute(_upsert(len(rows)), list(chain.from_iterable(rows)))
    else:
        connection.exec_driver_sql(_SAVE, tuple(map(list, zip(*sorted(rows), strict=True))))


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
