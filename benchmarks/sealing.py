"""What encryption of a person's columns costs: insert, read by page, exact search, room on disk.

The peer is the same table, rows and statements with plain text columns, in the same run; rounds
take turns.  `insert`, `read`, `search` are our rate over the plain one; `room` is our bytes over
the plain ones.
`python -m benchmarks.sealing --people 100000`
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter
from uuid import UUID

from sqlalchemy import Column, Engine, MetaData, String, Table, Uuid, create_engine, select, text

from benchmarks.report import Report, arguments
from contract import specimens
from server import vault
from server.db import Encrypted

COLUMNS = ("name", "birth", "address", "number")
AT_ONCE, PAGE, SEARCHES = 500, 50, 300


def table_of(kind: str) -> Table:
    """Return the table: 'sealed' with a search key beside its columns, or 'plain'."""
    columns = [
        Column(name, Encrypted(f"{kind}.{name}") if kind == "sealed" else String(200))
        for name in COLUMNS
    ]
    return Table(
        kind, MetaData(), Column("id", Uuid(), primary_key=True), *columns,
        Column("found_by", String(32), index=True),
    )  # fmt: skip


def rows_of(count: int) -> list[dict[str, object]]:
    rng = Random(7)  # noqa: S311 - the same people each time
    return [
        {"id": UUID(int=rng.getrandbits(128)), "name": one.name, "birth": str(one.birth),
         "address": one.address, "number": one.number}
        for one in specimens.people(count, rng)
    ]  # fmt: skip


def insert(engine: Engine, table: Table, rows: list[dict[str, object]], kind: str) -> float:
    began = perf_counter()
    for start in range(0, len(rows), AT_ONCE):
        some = [
            {**row, "found_by": _key(kind, row["number"])} for row in rows[start : start + AT_ONCE]
        ]
        with engine.begin() as connection:
            connection.execute(table.insert(), some)
    return len(rows) / (perf_counter() - began)


def read(engine: Engine, table: Table, rows: list[dict[str, object]]) -> float:
    """Read pages of people by their ids, as a list page does; return people a second."""
    ids = [row["id"] for row in rows]
    began = perf_counter()
    for start in range(0, len(ids), PAGE):
        asked = select(table).where(table.c.id.in_(ids[start : start + PAGE]))
        with engine.connect() as connection:
            connection.execute(asked).all()
    return len(ids) / (perf_counter() - began)


def search(engine: Engine, table: Table, rows: list[dict[str, object]], kind: str) -> float:
    began = perf_counter()
    for row in rows[:SEARCHES]:
        with engine.connect() as connection:
            asked = select(table).where(table.c.found_by == _key(kind, row["number"]))
            connection.execute(asked).all()
    return min(SEARCHES, len(rows)) / (perf_counter() - began)


def _key(kind: str, number: object) -> str:
    said = str(number)
    return vault.current().blind("identity.value", said) if kind == "sealed" else said


def measure(folder: Path, people: int, rounds: int) -> Report:
    """Return the report of *rounds* of both kinds, each into a file of its own."""
    report, rows = Report("sealing"), rows_of(people)
    seen: dict[str, list[float]] = {}
    for round_ in range(rounds):
        for kind in ("sealed", "plain") if round_ % 2 else ("plain", "sealed"):
            _one(folder / f"{kind}-{round_}.sqlite", kind, rows, seen)
    for what, unit in (("insert", "people/s"), ("read", "people/s"), ("search", "searches/s")):
        for kind in ("sealed", "plain"):
            report.figures[f"{what}_{kind}"] = (median(seen[f"{what} {kind}"]), unit)
        pairs = zip(seen[f"{what} sealed"], seen[f"{what} plain"], strict=True)
        report.ratios[what] = median(ours / plain for ours, plain in pairs)
    report.ratios["room"] = median(seen["room sealed"]) / median(seen["room plain"])
    report.figures["microseconds_a_value"] = (_alone(rows), "µs to seal and open one")
    return report


def _one(
    path: Path, kind: str, rows: list[dict[str, object]], seen: dict[str, list[float]]
) -> None:
    engine, table = create_engine(f"sqlite:///{path}"), table_of(kind)
    with engine.begin() as connection:
        connection.execute(text("PRAGMA journal_mode=WAL"))
    table.metadata.create_all(engine)
    acts: dict[str, Callable[[], float]] = {
        "insert": lambda: insert(engine, table, rows, kind),
        "read": lambda: read(engine, table, rows),
        "search": lambda: search(engine, table, rows, kind),
    }
    for what, act in acts.items():
        seen.setdefault(f"{what} {kind}", []).append(act())
    engine.dispose()
    seen.setdefault(f"room {kind}", []).append(float(path.stat().st_size))


def _alone(rows: list[dict[str, object]]) -> float:
    """Return the microseconds that one value takes to be sealed and opened, nothing else."""
    keys, some = vault.current(), [str(row["name"]) for row in rows[:2000]]
    began = perf_counter()
    for name in some:
        keys.decrypt("person.name", keys.encrypt("person.name", name))
    return (perf_counter() - began) / len(some) * 1e6


def main(words: list[str] | None = None) -> int:
    parser = arguments(__doc__)
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        vault.install(vault.Vault.create(Path(folder) / "vault.json"))
        measure(Path(folder), asked.people, asked.rounds).print(asked.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
