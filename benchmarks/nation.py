"""Sixty-three provinces on paper: what one pairing costs, and what that comes to in a year.

Measures with `benchmarks.costs`, and what one outcome costs the server above; then reckons, for a
district, a province and the nation, with the loads of the mission.  Prints the two tables of
`docs/nation.md`: whoever changes a cost changes the sums with it.  What sending outcomes upward
costs a province is in no column; what taking them in costs is in the nation's.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from uuid import uuid4

from benchmarks import postgres
from benchmarks.costs import NOW, PLACE, both, processors, size_of, size_of_file
from benchmarks.report import Figure, Report, arguments
from contract.upstream import OutcomeWire
from server import schema
from server.accounts.partners import KnownPartner
from server.db import Database, open_database
from server.permissions import Scope
from server.upstream.services import take_outcome

PROVINCES = 63


@dataclass(frozen=True)
class Tier:
    """A server's lot: samples a year, their peak a second, and the costs that it has of each."""

    name: str
    samples: float
    peak: float
    costs: str  # prefix of the figures

    def row(self, figures: Mapping[str, Figure]) -> tuple[str, ...]:
        """Return what the costs come to: cores at the peak, hours and gigabytes a year."""
        each = figures[f"{self.costs}_whole"][0] + figures.get(f"{self.costs}_beside", (0.0,))[0]
        kept = figures[f"{self.costs}_bytes"][0] * self.samples / 1e9
        hours = each * self.samples / 1000 / 3600
        return (
            f"{self.samples:,.0f}",
            f"{self.peak:g}",
            _two_digits(each * self.peak / 1000),
            _two_digits(hours),
            _two_digits(kept),
            _two_digits(kept * 10),
        )


TIERS = (
    Tier("a district (SQLite)", 1e5, 5, "sqlite"),
    Tier("a province (PostgreSQL)", 1e8 / PROVINCES, 12, "postgresql"),
    Tier("the nation, above (PostgreSQL)", 1e8, 200, "postgresql_above"),
)
ROWS = (
    "samples a year",
    "peak of samples, a second",
    "cores at the peak, every result typed by hand",
    "hours of processor in a year",
    "gigabytes kept in a year",
    "with ten years of `keep_days`",
)
STEPS = (
    ("upload (signed, batches of 50)", "upload"),
    ("apply: unseal, person, pairing", "apply"),
    ("laboratory by hand: reception, result, second person, release, merge, outbox", "laboratory"),
    ("deliver into the record", "deliver"),
    ("the database's own processes beside", "beside"),
    ("bytes kept, indexes, outbox and trail included", "bytes"),
    ("above: one outcome taken in", "above_whole"),
    ("above: the database's own processes beside", "above_beside"),
    ("above: bytes kept", "above_bytes"),
)


def measure(folder: Path, size: int) -> Report:
    """Return what one pairing, and one outcome above, cost on both engines."""
    report = Report("nation")
    with ExitStack() as stack:
        cluster = both(report, stack, folder, size)
        sqlite = open_database(f"sqlite:///{folder / 'above.sqlite'}")
        above(report, "sqlite", sqlite, size, lambda: size_of_file(sqlite), lambda: 0.0)
        sqlite.engine.dispose()
        with postgres.connected(cluster.url()) as admin:
            admin.autocommit = True
            admin.execute("CREATE DATABASE above")
        other = open_database(cluster.url("above"))
        above(report, "postgresql", other, size, lambda: size_of(other),
              lambda: processors(cluster))  # fmt: skip
        other.engine.dispose()
    return report


def above(
    report: Report, engine: str, database: Database, size: int, bytes_now: Callable[[], float],
    beside: Callable[[], float],
) -> None:  # fmt: skip
    """Note what one outcome costs the server that it is told to."""
    schema.upgrade(database)
    empty, theirs = bytes_now(), beside()
    report.figures[f"{engine}_above_whole"] = (take(database, size), "ms")
    if engine != "sqlite":
        report.figures[f"{engine}_above_beside"] = ((beside() - theirs) / size * 1000, "ms")
    report.figures[f"{engine}_above_bytes"] = ((bytes_now() - empty) / size, "bytes")


def take(database: Database, size: int) -> float:
    """Take *size* outcomes in, each in a transaction of its own; return milliseconds of each."""
    below = KnownPartner("bac-giang", frozenset({Scope.UPSTREAM}), "vn-2021:24")
    began = process_time()
    for _ in range(size):
        said = OutcomeWire(
            line=uuid4().hex, version=1, status="negative", place=PLACE, day=date(2026, 11, 23),
            pool=False, method="rt-pcr", released_at=NOW,
        )  # fmt: skip
        with database.write() as session:
            take_outcome(session, below, said, NOW)
    return (process_time() - began) / size * 1000


def lines(figures: Mapping[str, Figure]) -> Iterator[str]:
    """Yield both tables, as they stand in the docs."""
    yield "| milliseconds of processor for one pairing | SQLite | PostgreSQL 15 |"
    yield "|---|---|---|"
    for said, step in STEPS:
        cells = [_cell(figures, f"{engine}_{step}") for engine in ("sqlite", "postgresql")]
        yield f"| {said} | {' | '.join(cells)} |"
    yield ""
    columns = [tier.row(figures) for tier in TIERS]
    yield f"| | {' | '.join(tier.name for tier in TIERS)} |"
    yield "|---" * (len(TIERS) + 1) + "|"
    for place, said in enumerate(ROWS):
        yield f"| {said} | {' | '.join(column[place] for column in columns)} |"


def _cell(figures: Mapping[str, Figure], name: str) -> str:
    if name not in figures:
        return "–"
    value, unit = figures[name]
    return f"{value:,.0f}" if unit == "bytes" else _two_digits(value)


def _two_digits(value: float) -> str:
    """Return *value* as far as it is worth being told: 0.084, 8.4, 840."""
    return f"{float(f'{value:.2g}'):,.12g}"


def main() -> int:
    parser = arguments(__doc__)
    parser.add_argument("--pairings", type=int, default=2_000)
    options = parser.parse_args()
    with TemporaryDirectory(prefix="ghepmau-nation-") as folder:
        report = measure(Path(folder), options.pairings)
    print(report.to_json() if options.json else "\n".join(lines(report.figures)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
