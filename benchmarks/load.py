"""Plays a district's day, or a province's, against the real server on any engine.

Stations bring signed batches at realistic hours, some after hours off-line, some twice;
laboratories receive the tubes, test, verify and release; officers look at their pages, phones
declare; then batches of 50 and 500 and single events as fast as they go, against the engine itself
and a trivial POST; then heartbeats of many stations, and a morning on which all of them come back
at once.

    python -m benchmarks.load [--json] [--engine sqlite|postgresql|cluster|URL] [--workers N]
        [--stations N] [--lab STATIONS] [--rate PAIRINGS/S] [--seconds S] [--rush N]
        [--storm STATIONSxEVENTS] [--beats N] [--stored ROWS] [--patience S]

Ends with 1, and names them on stderr, where one of BARS is not met.
"""

import os
import signal
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from operator import truediv
from pathlib import Path

from benchmarks.ingest_rows import minted
from benchmarks.ingest_traffic import Chain, drive, http_post
from benchmarks.load_bare import bare
from benchmarks.load_day import Load, day
from benchmarks.load_flood import beats, storm
from benchmarks.load_growth import BARS as OF_GROWTH
from benchmarks.load_growth import growth
from benchmarks.load_kept import Kept, kept
from benchmarks.load_lines import more_files
from benchmarks.load_site import LAB_PLACES, OURS, Site, site
from benchmarks.report import Report, arguments, median, percentile

ROUNDS, SINGLES = 3, 1_600
TUBES = 6_000  # of each station, for its day and the rush
LINES = 32  # stations that send at once in the rush
_TOLD = ("workers", "stations", "lab", "rate", "seconds", "rush", "storm", "beats", "patience")
# Nothing that is sent here deserves to be refused, or waits for a lot.
NONE = (
    "lost", "doubled", "unpaired", "wrong_person", "refused", "waiting", "day_refused",
    "lab_lost", "lab_doubled", "lab_wrong", "lab_refused", "heartbeats_refused",
    "heartbeats_left", "storm_refused", "storm_left",
)  # fmt: skip
BARS = {
    "batch_50": ">= 0.5", "batch_500": ">= 0.5", "single": ">= 0.5", "single_p99": "< 10",
    **dict.fromkeys(NONE, "<= 0"), **OF_GROWTH,
}  # fmt: skip


def rush(site_: Site, events: int, report: Report) -> None:
    """Measure batches and single events as fast as they go, in turns with the engine itself."""
    lines = site_.chains[:LINES]
    for size in (50, 500):
        ours, engine = [], []
        for _ in range(ROUNDS):
            rows, queues = minted(lines, size, max(1, events // size // len(lines)))
            engine.append(bare(site_.settings, rows, site_.process.pid))
            ours.append(sum(map(len, rows)) / drive(site_.port, queues).took)
        report.figures[f"engine_{size}"] = (median(engine), "rows/s")
        report.figures[f"batch_{size}"] = (median(ours), "events/s")
        report.ratios[f"batch_{size}"] = median(list(map(truediv, ours, engine)))
    _singles(site_, lines, report)


def _singles(site_: Site, lines: Sequence[Chain], report: Report) -> None:
    rates: dict[str, list[float]] = {"trivial": [], "single": []}
    late: dict[str, list[float]] = {"trivial": [], "single": []}
    for _ in range(ROUNDS):
        share = SINGLES // len(lines)
        queues = [[chain.upload(chain.events(1)) for _ in range(share)] for chain in lines]
        plain = [[http_post("/trivial", one.partition(b"\r\n\r\n")[2], {}) for one in queue]
                 for queue in queues]  # fmt: skip
        for name, traffic in (("trivial", plain), ("single", queues)):
            timing = drive(site_.port, traffic)
            rates[name].append(share * len(lines) / timing.took)
            late[name].append(percentile(timing.answers, 99) * 1000)
    for name, seen in rates.items():
        report.figures[name] = (median(seen), "requests/s")
        report.figures[f"{name}_p99"] = (median(late[name]), "ms")
    report.ratios["single"] = median(list(map(truediv, rates["single"], rates["trivial"])))
    report.ratios["single_p99"] = median(list(map(truediv, late["single"], late["trivial"])))


def main() -> int:
    """Run the parts that were asked for and print the report; return 1 if a bar is not met."""
    parser = _parser()
    options = parser.parse_args()
    if options.stored and options.engine not in OURS:
        parser.error("--stored needs an empty database: benchmarks.load_growth --engine URL")
    many, _, each = options.storm.partition("x")
    stations = max(options.stations, int(many), options.beats, LINES)
    tubes = min(20_000, TUBES + int(each or 0))
    labs = min(len(LAB_PLACES), -(-options.stations // options.lab)) if options.lab else 0
    load = Load(options.rate, options.seconds, options.patience)
    mean = load.rate * load.seconds / options.stations
    apart = int(mean + 6 * mean**0.5 + 10)  # more than any station pairs in the day
    report = Report("load", bars=BARS, options=_told(options))
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what was started ends with us
    more_files()  # also for the server, which inherits it
    with (
        tempfile.TemporaryDirectory() as folder,
        site(Path(folder), options.engine, stations, tubes, options.workers, labs, apart) as made,
    ):
        day(made, made.chains[: options.stations], load, report)
        rush(made, options.rush, report)
        beats(made, options.beats, report)
        storm(made, int(many), int(each or 0), report)
        found = kept(made, made.chains, options.patience)
        tell(found, report, engine=bool(made.engine()))
    if options.stored:
        growth(options.engine, options.workers, options.stored, report)
    return report.end(options.json)


def tell(found: Kept, report: Report, *, engine: bool) -> None:
    """Note what became of the events; *engine*: the database has processes of its own."""
    drained = found.drained
    many, last = max(1, drained.applied), drained.last
    report.figures |= {
        "sent": (found.sent, "events"),
        "lost": (found.lost, "events"),
        "doubled": (found.doubled, "events"),
        "unpaired": (found.unpaired, "pairings"),
        "wrong_person": (found.misplaced, "pairings"),
        "refused": (last.refused, "events"),
        "waiting": (last.waiting, "events"),
        "backlog": (drained.first.pending, "events"),
        "backlog_took": (drained.took, "s"),
        "not_applied_yet": (last.pending, "events"),
        "applied": (drained.applied / drained.took, "events/s"),
        "applied_processor": (1e6 * drained.processor / many, "µs/event"),
    }
    if engine:
        report.figures["applied_engine_processor"] = (1e6 * drained.engine / many, "µs/event")


def _told(options: Namespace) -> dict[str, str | float]:
    """Return what a reader must know of the run; a URL may hold a password."""
    told: dict[str, str | float] = {key: vars(options)[key] for key in _TOLD}
    return told | {"engine": options.engine if options.engine in OURS else "url"}


def _parser() -> ArgumentParser:
    parser = arguments(__doc__)
    parser.add_argument("--engine", default="sqlite", help="sqlite, postgresql, cluster, or a URL")
    parser.add_argument("--workers", type=int, default=2, help="processes that serve (not SQLite)")
    parser.add_argument("--stations", type=int, default=64)
    parser.add_argument("--lab", type=int, default=16, help="stations of a laboratory; 0: none")
    parser.add_argument("--rate", type=float, default=12, help="pairings/s in the mean of the day")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rush", type=int, default=16_000, help="events of a round, as fast as")
    parser.add_argument("--storm", default="64x500", help="STATIONSxEVENTS; 0 leaves it out")
    parser.add_argument("--patience", type=float, default=60, help="seconds for what is applied")
    parser.add_argument("--stored", type=int, default=0, help="pairings, for the growth")
    parser.add_argument("--beats", type=int, default=500, help="stations that tell how they are")
    return parser


if __name__ == "__main__":
    os.environ.setdefault("PYTHONPATH", str(Path(__file__).parents[1]))
    sys.exit(main())
