"""Usual uploads in one statement, where several processes share a database (PostgreSQL).

A usual upload goes on right after the newest event of its chain, and is signed with the key that
its station has now.  The statement looks for itself, under the lock of the chain's row, so nothing
is asked beforehand: one journey, one commit.  What is not so is not taken, and goes the way on
which everything is compared.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from contract.events import NO_EVENT
from server.intake.chain import Head, is_straight
from server.intake.rows import COLUMNS, TYPES, rows_of
from server.intake.upload import Upload

Chain = tuple[str, str]  # a station and an epoch
_NAMES = ", ".join(COLUMNS)
_TAKE = (  # of names of ours
    "WITH given AS ("  # noqa: S608
    " SELECT told.* FROM unnest(%b::text[], %b::text[], %b::bigint[], %b::text[], %b::bigint[],"
    " %b::text[], %b::text[])"
    " AS told (station, epoch, after_seq, after_hash, last_seq, last_hash, key)"
    " JOIN station ON id = station AND state = 'enrolled' AND public_key = key"
    "), moved AS ("
    " UPDATE station_epoch AS head SET last_seq = given.last_seq, last_hash = given.last_hash"
    " FROM given WHERE head.station = given.station AND head.epoch = given.epoch"
    " AND head.last_seq = after_seq AND head.last_hash = after_hash"
    " RETURNING head.station, head.epoch"
    "), begun AS ("
    " INSERT INTO station_epoch (station, epoch, last_seq, last_hash)"
    " SELECT station, epoch, last_seq, last_hash FROM given WHERE after_seq = 0 AND after_hash = %b"
    " ON CONFLICT DO NOTHING RETURNING station, epoch"
    "), taken AS (SELECT * FROM moved UNION ALL SELECT * FROM begun"
    "), stored AS ("
    f" INSERT INTO wire_event ({_NAMES}) SELECT came.*"
    f" FROM unnest({', '.join(f'%b::{each}[]' for each in TYPES)}) AS came ({_NAMES})"
    " JOIN taken ON taken.station = came.station AND taken.epoch = came.epoch"
    ") SELECT station, epoch FROM taken"
)


def take(connection: Connection, signed: Sequence[tuple[Upload, str]]) -> set[Chain]:
    """Store those of *signed* (uploads, and the key of each signature) that are usual; return
    their chains.  Of one chain the first is looked at."""
    first: dict[Chain, tuple[Upload, str]] = {}
    for upload, key in signed:
        first.setdefault(chain_of(upload), (upload, key))
    usual = {chain: each for chain, each in first.items() if _goes_on(each[0])}
    if not usual:
        return set()
    heads = [_head(*usual[chain]) for chain in sorted(usual)]
    rows = [row for upload, _ in usual.values() for row in rows_of(upload, upload.arrivals)]
    values = [*map(list, zip(*heads, strict=True)), NO_EVENT, *map(list, zip(*rows, strict=True))]
    taken = connection.exec_driver_sql(_TAKE, tuple(values))
    return {(row[0], row[1]) for row in taken}


def chain_of(upload: Upload) -> Chain:
    return upload.station, upload.arrivals[0].epoch


def _goes_on(upload: Upload) -> bool:
    """Return whether the events of *upload* follow one from the other."""
    first = upload.arrivals[0]
    return not upload.fork and is_straight(upload.arrivals, Head(first.seq - 1, first.prev))


def _head(upload: Upload, key: str) -> tuple[str, str, int, str, int, str, str]:
    first, last = upload.arrivals[0], upload.arrivals[-1]
    return (*chain_of(upload), first.seq - 1, first.prev, last.seq, last.hash, key)
