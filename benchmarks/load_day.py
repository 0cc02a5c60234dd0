"""The mixed day of `benchmarks.load`: stations, laboratories, an officer and phones together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from time import perf_counter

from benchmarks import load_scripts as scripts
from benchmarks.ingest_traffic import Chain
from benchmarks.load_clients import Act, Tally, play
from benchmarks.load_labs import Arrivals, Lab, shared
from benchmarks.load_labs_check import checked
from benchmarks.load_site import Site
from benchmarks.load_watch import used
from benchmarks.report import Report
from contract.population import residents
from contract.tubes import Tube
from rehearsal.browser import Browser
from server.db import open_database

PAGES = ("/overview", "/outcomes", "/unmatched", "/")
_ON_THE_WAY = 0.15  # of the day: how long a tube takes to its laboratory


@dataclass(frozen=True)
class Load:
    """Pairings a second in the mean, seconds, and how long laboratories wait for what is left."""

    rate: float
    seconds: float
    patience: float


def day(site: Site, chains: Sequence[Chain], load: Load, report: Report) -> None:
    """Play it: latency by kind, processor, memory; then what the laboratories let out."""
    rng = Random(11)  # noqa: S311 - must be the same each time
    own = _people(chains, load, rng)
    labs = _labs(site, _arrivals(chains, own, load), load)
    acts = _scripts(site, chains, own, load, rng)
    before, engine, began = used(site.process.pid), used(*site.engine()), perf_counter()
    for lab in labs:
        lab.enter()
    tally = play(site.port, acts)
    took, after, behind = perf_counter() - began, used(site.process.pid), used(*site.engine())
    report.figures["day_pairings"] = (sum(map(len, own)) / took, "pairings/s")
    _latencies(tally, report)
    report.figures["day_processor"] = ((after.seconds - before.seconds) / took, "cores")
    report.figures["day_memory"] = (after.resident / 1e6, "MB")
    if behind.held:  # SQLite's work is the server's own
        report.figures["day_engine_processor"] = ((behind.seconds - engine.seconds) / took, "cores")
        report.figures["day_engine_memory"] = (behind.held / 1e6, "MB")
    report.figures["day_repeated"] = (tally.again, "acts")
    report.figures["day_refused"] = (sum(tally.refused.values()), "acts")
    given = (
        pair for chain, mine in zip(chains, own, strict=True) for pair in chain.given(len(mine))
    )
    _close(site, labs, dict(given), report)


def _latencies(tally: Tally, report: Report) -> None:
    for kind in sorted(tally.took):
        for percent in (50, 95, 99):
            report.figures[f"{kind.replace(' ', '_')}_p{percent}"] = (tally.at(kind, percent), "ms")


def _close(site: Site, labs: Sequence[Lab], given: Mapping[Tube, str], report: Report) -> None:
    """Wait for the laboratories, and hold what they let out against what was in the tubes."""
    if not labs:
        return
    whole = Tally()
    for lab in labs:
        lab.leave()
        whole.add(lab.tally)
    tubes = [tube for lab in labs for _, tube in lab.arrivals]
    database = open_database(site.settings.database_url)
    let = checked(database, {tube: given[tube] for tube in tubes})
    database.engine.dispose()
    _latencies(whole, report)
    report.figures["lab_laboratories"] = (len(labs), "laboratories")
    report.figures["lab_received"] = (
        len(whole.took.get("lab scan", ())) / max(lab.scanned_for for lab in labs), "tubes/s"
    )  # fmt: skip
    report.figures["lab_came"] = (len(tubes), "tubes")
    report.figures["lab_released"] = (let.released, "results")
    report.figures["lab_lost"] = (let.lost, "tubes")
    report.figures["lab_doubled"] = (let.doubled, "tubes")
    report.figures["lab_wrong"] = (let.wrong, "tubes")
    report.figures["lab_repeated"] = (whole.again, "acts")
    report.figures["lab_refused"] = (sum(whole.refused.values()), "acts")


def _people(chains: Sequence[Chain], load: Load, rng: Random) -> list[list[float]]:
    """Return when each station pairs somebody, in order."""
    own: list[list[float]] = [[] for _ in chains]
    for at in scripts.pairings(int(load.rate * load.seconds), load.seconds, rng):
        own[rng.randrange(len(own))].append(at)
    return own


def _arrivals(chains: Sequence[Chain], own: Sequence[Sequence[float]], load: Load) -> Arrivals:
    """Return when each tube comes to a laboratory: a while after somebody was paired with it,
    whether its station has a network or not."""
    later = load.seconds * _ON_THE_WAY
    return sorted(
        (at + later, tube)
        for chain, times in zip(chains, own, strict=True)
        for at, tube in zip(times, chain.tubes(len(times)), strict=True)
    )


def _labs(site: Site, arrivals: Arrivals, load: Load) -> list[Lab]:
    shares = shared(arrivals, len(site.labs))
    return [
        Lab(number, site.base, *pair, share, load.patience)
        for number, (pair, share) in enumerate(zip(site.labs, shares, strict=True))
    ]


def _scripts(
    site: Site, chains: Sequence[Chain], own: Sequence[Sequence[float]], load: Load, rng: Random
) -> list[list[Act]]:
    desks: list[list[Act]] = [[] for _ in range(min(16, len(own)))]
    for number, (chain, mine) in enumerate(zip(chains, own, strict=True)):
        desks[number % len(desks)] += scripts.station(chain, mine, load.seconds, rng)
    officer = Browser(site.base)
    account = next(one for one in site.people if one.role == "health-officer")
    officer.log_in(account.login, account.password)
    people = list(residents(int(load.seconds), 3))
    return [
        *(sorted(acts, key=lambda act: act.at) for acts in desks),
        list(scripts.pages(officer, PAGES, 0.5, load.seconds)),
        list(scripts.phones(site.point, people, 1.0, rng)),
    ]
