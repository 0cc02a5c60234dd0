"""What an event costs among ten million stored pairings, over what it costs among few.

Twice: to take it in, and to apply it.  By the clock, and by processor time, the server's and that
of the database's own processes: other work on the machine hardly shows in the latter.  Half of
those who come are new, half are among the people that are stored; all of them have just one tube.

    python -m benchmarks.load_growth [--json] [--engine sqlite|postgresql|cluster|URL] [--workers N]
        [--from PAIRINGS] [--to PAIRINGS] [--events N] [--folder DIR]

Ends with 1, and names them on stderr, where one of BARS is not met.
"""

import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random

from benchmarks.ingest_traffic import drive
from benchmarks.load_growth_rows import fill
from benchmarks.load_kept import drain, pairings
from benchmarks.load_site import OURS, Ground, Site, ground, serving
from benchmarks.load_watch import used
from benchmarks.report import Report, arguments, median
from contract.population import LARGEST, residents
from contract.sealing import seal
from contract.specimens import Specimen, citizen_card
from server import vault

SMALL, STORED = 100_000, 10_000_000
STATIONS, LINES, SIZE, ROUNDS, EVENTS = 64, 32, 50, 3, 8_000
PATIENCE = 900.0  # seconds for a round to be applied
RATIOS = ("growth", "growth_processor", "growth_of_applying", "growth_of_applying_processor")
# All that is sent is applied in time; nothing of it deserves to be refused, or waits for a lot.
NONE = ("growth_not_applied", "growth_refused", "growth_waiting", "growth_unpaired")
BARS = dict.fromkeys(RATIOS, "<= 1.3") | dict.fromkeys(NONE, "<= 0")


@dataclass(frozen=True)
class Cost:
    """Of one round: events/s, and seconds of processor for an event (server's, database's)."""

    rate: float
    processor: float
    engine: float


@dataclass
class Seen:
    """The rounds at one size; and counts that must be 0 at their end, in the order of NONE."""

    intake: list[Cost]
    applying: list[Cost]
    amiss: tuple[int, int, int, int]


def growth(
    engine: str, workers: int, stored: int, report: Report, *, small: int = SMALL,
    events: int = EVENTS, folder: Path | None = None,
) -> None:  # fmt: skip
    """Measure among *small* pairings, then among *stored*, in a database of its own."""
    small, stored = small + small % 2, stored + stored % 2  # every second one is a new person's
    each = max(1, events // SIZE // LINES) * SIZE  # a round's, of one station
    half = LINES * (ROUNDS + 1) * each // 2  # of all who come to one measurement
    fresh = (one.person for one in residents(2 * half, 6, LARGEST - 2 * half))
    with (
        tempfile.TemporaryDirectory(dir=folder) as name,
        ground(Path(name), engine, STATIONS, 2 * (ROUNDS + 1) * each, workers) as made,
    ):
        kept = fill(made, 0, small, half)
        few = _measured(made, each, [*kept[:half], *islice(fresh, half)], small)
        kept = fill(made, small, stored, half)
        many = _measured(made, each, [*kept[:half], *islice(fresh, half)], stored)
        _tell(report, small, few, own=bool(made.engine()))
        _tell(report, stored, many, own=bool(made.engine()))
    _compare(report, few, many)


def _measured(made: Ground, each: int, people: list[Specimen], stored: int) -> Seen:
    """Serve, play a round to warm up, then the rounds that count, among *stored* pairings."""
    public = vault.current().sealing.public_key()
    Random(3).shuffle(people)  # noqa: S311 - no secret
    lines = made.chains[:LINES]
    for number, chain in enumerate(lines):
        chain.seals = [seal(public, citizen_card(one)) for one in people[number :: len(lines)]]
    with serving(made) as site:
        rounds = [_round(site, each) for _ in range(ROUNDS + 1)][1:]
        open_ = drain(site, 0.0).last
        unpaired = abs(stored + sum(chain.seq for chain in made.chains) - pairings(site))
    amiss = (open_.pending, open_.refused, open_.waiting, unpaired)
    return Seen([intake for intake, _ in rounds], [applying for _, applying in rounds], amiss)


def _round(site: Site, each: int) -> tuple[Cost, Cost]:
    """Bring *each* events of every station; return what taking them in cost, and applying them."""
    lines = site.chains[:LINES]
    queues = [[chain.upload(chain.events(SIZE)) for _ in range(each // SIZE)] for chain in lines]
    before, count = _spent(site), each * len(lines)
    rate = count / drive(site.port, queues).took
    after = _spent(site)
    drained = drain(site, PATIENCE, every=0.1)
    many = max(1, drained.applied)
    return (
        Cost(rate, (after[0] - before[0]) / count, (after[1] - before[1]) / count),
        Cost(drained.applied / drained.took, drained.processor / many, drained.engine / many),
    )


def _spent(site: Site) -> tuple[float, float]:
    return used(site.process.pid).seconds, used(*site.engine()).seconds


def _tell(report: Report, at: int, seen: Seen, *, own: bool) -> None:
    for name, costs in ((f"batch_{SIZE}", seen.intake), ("applied", seen.applying)):
        before = "applied_" if name == "applied" else ""
        report.figures[f"{name}_at_{at}"] = (median([one.rate for one in costs]), "events/s")
        processor = median([one.processor for one in costs])
        report.figures[f"{before}processor_at_{at}"] = (processor * 1e6, "us")  # the server's
        if own:
            engine = median([one.engine for one in costs])
            report.figures[f"{before}engine_processor_at_{at}"] = (engine * 1e6, "us")


def _compare(report: Report, few: Seen, many: Seen) -> None:
    for name, one, other in (
        ("growth", few.intake, many.intake),
        ("growth_of_applying", few.applying, many.applying),
    ):
        report.ratios[name] = _rate(one) / _rate(other)
        report.ratios[f"{name}_processor"] = _processor(other) / _processor(one)
    for number, name in enumerate(NONE):
        report.figures[name] = (max(few.amiss[number], many.amiss[number]), "events")


def _rate(costs: Sequence[Cost]) -> float:
    return median([one.rate for one in costs])


def _processor(costs: Sequence[Cost]) -> float:
    return median([one.processor + one.engine for one in costs])


def main() -> int:
    """Fill, measure, fill, measure; print the report; return 1 if a bar is not met."""
    parser = arguments(__doc__)
    parser.add_argument("--engine", default="sqlite", help="sqlite, postgresql, cluster, or a URL")
    parser.add_argument("--workers", type=int, default=2, help="processes that serve (not SQLite)")
    parser.add_argument("--from", dest="small", type=int, default=SMALL, help="pairings at first")
    parser.add_argument("--to", type=int, default=STORED, help="pairings in the end")
    parser.add_argument("--events", type=int, default=EVENTS, help="of a round")
    parser.add_argument("--folder", type=Path, help="where the server's data lie for the while")
    options = parser.parse_args()
    told = {"engine": options.engine if options.engine in OURS else "url"}
    told |= {"from": options.small, "to": options.to}
    report = Report("load_growth", bars=BARS, options=told)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what was started ends with us
    growth(
        options.engine, options.workers, options.to, report, small=options.small,
        events=options.events, folder=options.folder,
    )  # fmt: skip
    return report.end(options.json)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONPATH", str(Path(__file__).parents[1]))
    sys.exit(main())
