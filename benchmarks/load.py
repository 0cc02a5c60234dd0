"""Plays a district's day, or a province's, against the real server on any engine.

Stations bring signed batches at realistic hours, some after hours off-line, some twice; officers
look at their pages, phones declare; then batches of 50 and 500 and single events as fast as they
go, against the engine itself and a trivial POST; then heartbeats of many stations, and a morning
on which all of them come back at once.

    python -m benchmarks.load [--json] [--engine sqlite|postgresql|cluster|URL] [--workers N]
        [--stations N] [--rate PAIRINGS/S] [--seconds S] [--rush N]
        [--storm STATIONSxEVENTS] [--beats N] [--stored ROWS] [--patience S]

Bars: batch_50, batch_500, single >= 0.5; single_p99 < 10; growth <= 1.3; lost, doubled, refused 0.
"""

import os
import tempfile
from argparse import ArgumentParser
from collections.abc import Sequence
from operator import truediv
from pathlib import Path
from random import Random
from time import perf_counter

from benchmarks import load_scripts as scripts
from benchmarks.ingest_rows import minted
from benchmarks.ingest_traffic import Chain, drive, http_post
from benchmarks.load_bare import bare
from benchmarks.load_clients import Act, play
from benchmarks.load_flood import beats, storm
from benchmarks.load_growth import growth
from benchmarks.load_lines import more_files
from benchmarks.load_site import OURS, Site, site
from benchmarks.load_watch import Kept, kept, used
from benchmarks.report import Report, arguments, median, percentile
from contract.population import residents
from rehearsal.browser import Browser

ROUNDS, SINGLES = 3, 1_600
TUBES = 6_000  # of each station, for its day and the rush
LINES = 32  # stations that send at once in the rush
PAGES = ("/overview", "/outcomes", "/unmatched", "/")


def day(site_: Site, chains: Sequence[Chain], load: tuple[float, float], report: Report) -> None:
    """Play the mixed day of *load* (pairings/s, seconds): latency by kind, processor, memory."""
    rng = Random(11)  # noqa: S311 - must be the same each time
    before, engine, began = used(site_.process.pid), used(*site_.engine()), perf_counter()
    tally = play(site_.port, _scripts(site_, chains, load, rng))
    took, after, behind = perf_counter() - began, used(site_.process.pid), used(*site_.engine())
    pairs = sum(chain.seq for chain in chains)
    report.figures["day_pairings"] = (pairs / took, "pairings/s")
    for kind in sorted(tally.took):
        for percent in (50, 95, 99):
            report.figures[f"{kind.replace(' ', '_')}_p{percent}"] = (tally.at(kind, percent), "ms")
    report.figures["day_processor"] = ((after.seconds - before.seconds) / took, "cores")
    report.figures["day_memory"] = (after.resident / 1e6, "MB")
    if behind.held:  # SQLite's work is the server's own
        report.figures["day_engine_processor"] = ((behind.seconds - engine.seconds) / took, "cores")
        report.figures["day_engine_memory"] = (behind.held / 1e6, "MB")
    report.figures["day_repeated"] = (tally.again, "acts")
    report.figures["day_refused"] = (sum(tally.refused.values()), "acts")


def _scripts(
    site_: Site, chains: Sequence[Chain], load: tuple[float, float], rng: Random
) -> list[list[Act]]:
    rate, seconds = load
    times = scripts.pairings(int(rate * seconds), seconds, rng)
    own: list[list[float]] = [[] for _ in chains]
    for at in times:
        own[rng.randrange(len(own))].append(at)
    desks: list[list[Act]] = [[] for _ in range(min(16, len(own)))]
    for number, (chain, mine) in enumerate(zip(chains, own, strict=True)):
        desks[number % len(desks)] += scripts.station(chain, mine, seconds, rng)
    officer = Browser(site_.base)
    account = next(one for one in site_.people if one.role == "health-officer")
    officer.log_in(account.login, account.password)
    people = list(residents(int(seconds), 3))
    return [
        *(sorted(acts, key=lambda act: act.at) for acts in desks),
        list(scripts.pages(officer, PAGES, 0.5, seconds)),
        list(scripts.phones(site_.point, people, 1.0, rng)),
    ]


def rush(site_: Site, events: int, report: Report) -> None:
    """Measure batches and single events as fast as they go, in turns with the engine itself."""
    lines = site_.chains[:LINES]
    for size in (50, 500):
        ours, engine = [], []
        for _ in range(ROUNDS):
            rows, queues = minted(lines, size, max(1, events // size // len(lines)))
            engine.append(bare(site_.settings, rows))
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


def main() -> None:
    """Run the parts that were asked for and print the report."""
    parser = _parser()
    options = parser.parse_args()
    if options.stored and options.engine not in OURS:
        parser.error("--stored needs an empty database: benchmarks.load_growth --engine URL")
    many, _, each = options.storm.partition("x")
    stations = max(options.stations, int(many), options.beats, LINES)
    tubes = min(20_000, TUBES + int(each or 0))
    report = Report("load")
    more_files()  # also for the server, which inherits it
    with (
        tempfile.TemporaryDirectory() as folder,
        site(Path(folder), options.engine, stations, tubes, options.workers) as made,
    ):
        day(made, made.chains[: options.stations], (options.rate, options.seconds), report)
        rush(made, options.rush, report)
        beats(made, options.beats, report)
        storm(made, int(many), int(each or 0), report)
        found = kept(made, made.chains, options.patience)
        _applied(found, report, engine=bool(made.engine()))
    if options.stored:
        growth(options.engine, options.workers, options.stored, report)
    report.print(options.json)


def _applied(found: Kept, report: Report, *, engine: bool) -> None:
    drained = found.drained
    many = max(1, drained.applied)
    report.figures["lost"] = (found.lost, "events")
    report.figures["doubled"] = (found.doubled, "events")
    report.figures["backlog"] = (drained.backlog, "events")
    report.figures["backlog_took"] = (drained.took, "s")
    report.figures["not_applied_yet"] = (drained.waiting, "events")
    report.figures["applied"] = (drained.applied / drained.took, "events/s")
    report.figures["applied_processor"] = (1e6 * drained.processor / many, "µs/event")
    if engine:
        report.figures["applied_engine_processor"] = (1e6 * drained.engine / many, "µs/event")


def _parser() -> ArgumentParser:
    parser = arguments(__doc__)
    parser.add_argument("--engine", default="sqlite", help="sqlite, postgresql, cluster, or a URL")
    parser.add_argument("--workers", type=int, default=2, help="processes that serve (not SQLite)")
    parser.add_argument("--stations", type=int, default=64)
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
    main()
