"""What the engine itself takes: the same rows, into a table of the same shape, by its own driver.

SQLite: WAL, synchronous=FULL, `executemany`.  PostgreSQL: each column of a batch as one array, in
one prepared statement (`unnest`), which is up to twice as fast there as `executemany`.  A commit a
batch on both, one connection; the same indexes, checks and foreign key.

The server is held still meanwhile: it applies what came before, gives way to uploads, and would not
give way to these.

Ours has more lines at once, whose batches the server commits together.  A ratio above 1 says that,
and not that a signed upload is faster than the engine.
"""

from pathlib import Path
from time import perf_counter

from benchmarks.ingest_rows import Batches, insert_bare, schema_of
from benchmarks.load_watch import held_still
from benchmarks.postgres import connected
from server.config import Settings
from server.intake.rows import TYPES


def bare(settings: Settings, batches: Batches, server: int) -> float:
    """Insert *batches* of rows of `wire_event`, the process *server* held still; return rows/s."""
    if settings.database:
        return _postgresql(settings.database, batches, server)
    return _sqlite(Path(settings.data), batches, server)


def _sqlite(data: Path, batches: Batches, server: int) -> float:
    path = data / "bare.sqlite"
    path.unlink(missing_ok=True)
    schema_of(data / "ghepmau.sqlite", path)
    with held_still(server):
        return insert_bare(path, batches)


def _postgresql(url: str, batches: Batches, server: int) -> float:
    arrays = ", ".join(f"%b::{each}[]" for each in TYPES)
    with connected(url) as connection:
        connection.execute("DROP TABLE IF EXISTS bare_event")
        connection.execute("CREATE TABLE bare_event (LIKE wire_event INCLUDING ALL)")
        connection.execute("ALTER TABLE bare_event ADD FOREIGN KEY (station) REFERENCES station")
        connection.commit()
        # (the table is made before and dropped after: both need locks that the server may hold)
        with held_still(server):
            began = perf_counter()
            for batch in batches:
                connection.execute(
                    f"INSERT INTO bare_event SELECT * FROM unnest({arrays})",  # noqa: S608
                    tuple(map(list, zip(*batch, strict=True))),
                )
                connection.commit()
            took = perf_counter() - began
        connection.execute("DROP TABLE bare_event")
        connection.commit()
    return sum(map(len, batches)) / took
