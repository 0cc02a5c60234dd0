"""What the engine itself takes: the same rows, into a table of the same shape, by its own driver.

SQLite: WAL, synchronous=FULL, `executemany`.  PostgreSQL: psycopg's `executemany` (one statement
prepared, pipelined).  A commit a batch on both, one connection.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import make_url

from benchmarks.ingest_rows import schema_of
from server.config import Settings

Batches = Sequence[Sequence[tuple[Any, ...]]]
_COLUMNS = 12


def bare(settings: Settings, batches: Batches) -> float:
    """Insert *batches* of rows of `wire_event`; return rows/s."""
    if settings.database:
        return _postgresql(settings.database, batches)
    return _sqlite(Path(settings.data), batches)


def _sqlite(data: Path, batches: Batches) -> float:
    path = data / "bare.sqlite"
    path.unlink(missing_ok=True)
    schema_of(data / "ghepmau.sqlite", path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")
        marks = ",".join("?" * _COLUMNS)
        began = perf_counter()
        for batch in batches:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(f"INSERT INTO wire_event VALUES ({marks})", batch)  # noqa: S608
            connection.execute("COMMIT")
        return sum(map(len, batches)) / (perf_counter() - began)


def _postgresql(url: str, batches: Batches) -> float:
    import psycopg

    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    marks = ",".join(["%s"] * _COLUMNS)
    with psycopg.connect(plain) as connection:
        connection.execute("DROP TABLE IF EXISTS bare_event")
        connection.execute("CREATE TABLE bare_event (LIKE wire_event INCLUDING ALL)")
        connection.commit()
        began = perf_counter()
        for batch in batches:
            with connection.cursor() as cursor:
                cursor.executemany(f"INSERT INTO bare_event VALUES ({marks})", batch)  # noqa: S608
            connection.commit()
        took = perf_counter() - began
        connection.execute("DROP TABLE bare_event")
    return sum(map(len, batches)) / took
