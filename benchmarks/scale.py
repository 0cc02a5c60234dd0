"""README's scale table, and the bars of every run, as markdown from what runs printed with --json.

    python -m benchmarks.scale FILE...

Runs of `load`, one on each engine and all of one size, are the columns of the first table; every
other run whose benchmark has bars stands in the second.  A number that a run does not have is a
dash.  Below each table stands of which day, by which commit and on which machine its runs are.  A
run older than its options says its engine by its file's name: load_sqlite.json.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import chain
from pathlib import Path

import msgspec

from benchmarks.report import arguments

ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL", "cluster": "cluster"}
_OWN = ("engine", "workers", "patience")  # options in which columns may differ
_SIGNS = {"<=": "≤", ">=": "≥"}


class Figure(msgspec.Struct, frozen=True):
    value: float
    unit: str


class Bar(msgspec.Struct, frozen=True):
    bar: str
    met: bool


class Run(msgspec.Struct, frozen=True):
    """What one run printed."""

    name: str
    figures: dict[str, Figure] = {}
    ratios: dict[str, float] = {}
    bars: dict[str, Bar] = {}
    options: dict[str, str | float] = {}
    machine: dict[str, str | int] = {}
    when: str = ""
    code: str = ""

    @property
    def engine(self) -> str:
        return str(self.options.get("engine", ""))

    def figure(self, key: str) -> float:
        return self.figures[key].value

    def size(self) -> dict[str, str | float]:
        return {key: value for key, value in self.options.items() if key not in _OWN}

    def where_from(self) -> str:
        """Return the day, the commit and the machine, as far as the run tells them."""
        here = f"{self.machine.get('cpu', '')}, {self.machine.get('cores', '?')} cores"
        when = " by ".join(each for each in (self.when, self.code) if each)
        return f"{when or 'day not told'}, {here}"

    def shown(self, key: str) -> str:
        """Return the number that the bar of *key* is on, with its unit."""
        if key in self.ratios:
            return f"{self.ratios[key]:.3g}"
        return f"{self.figure(key):.5g} {self.figures[key].unit}"


def read(path: Path) -> Run:
    """Return the run that *path* holds; raise SystemExit where it holds none."""
    try:
        run = msgspec.json.decode(path.read_bytes(), type=Run)
    except (OSError, msgspec.DecodeError) as error:
        raise SystemExit(f"{path}: no report of a benchmark ({error})") from error
    if run.name == "load" and not run.engine:
        engine = path.stem.rpartition("_")[2]
        return msgspec.structs.replace(run, options={"engine": engine})
    return run


def rounded(value: float, places: int = 0) -> str:
    """Return *value* with so many places behind the point, half up as people round."""
    step = Decimal(1).scaleb(-places)
    return f"{Decimal(repr(value)).quantize(step, ROUND_HALF_UP):,}"


def three(value: float) -> str:
    """Return the first three figures of a large number, and noughts."""
    number = Decimal(repr(value))
    step = Decimal(1).scaleb(max(0, number.adjusted() - 2))
    return f"{(number / step).quantize(Decimal(1), ROUND_HALF_UP) * step:,.0f}"


def _several(run: Run, unit: str, *keys: str) -> str:
    return f"{', '.join(rounded(run.figure(key)) for key in keys)}{unit}"


def _used(run: Run) -> str:
    said = f"{rounded(run.figure('day_processor'), 2)}, {rounded(run.figure('day_memory'))} MB"
    if "day_engine_processor" not in run.figures:
        return said
    processor, memory = run.figure("day_engine_processor"), run.figure("day_engine_memory")
    return f"{said}; {rounded(processor, 2)}, {rounded(memory)} MB"


def _laboratory(run: Run) -> str:
    seconds = (run.figure(f"lab_{step}_p50") / 1000 for step in ("import", "release"))
    scanned = _several(run, " ms", "lab_form_p50", "lab_form_p95")
    return "; ".join([scanned, *(f"{rounded(each, 1)} s" for each in seconds)])


def _let_out(run: Run) -> str:
    wrong = _several(run, "", "lab_lost", "lab_doubled", "lab_wrong")
    return f"{_several(run, '', 'lab_came', 'lab_released')}; {wrong}"


def _kept(run: Run) -> str:
    sent = run.figures.get("sent", run.figures["backlog"])  # older runs tell the latter
    kinds = ("day_refused", "lab_refused", "heartbeats_refused", "storm_refused", "refused")
    refused = sum(run.figures[kind].value for kind in kinds if kind in run.figures)
    lost, doubled = run.figure("lost"), run.figure("doubled")
    return "; ".join([three(sent.value), *map(rounded, (lost, doubled, refused))])


def _batches(size: int) -> Callable[[Run], str]:
    key = f"batch_{size}"
    return lambda run: f"{three(run.figure(key))}; {rounded(run.ratios[key], 2)}"


def _singles(run: Run) -> str:
    return f"{rounded(run.ratios['single'], 2)}; {rounded(run.ratios['single_p99'], 1)}"


def _storm(run: Run) -> str:
    off = run.figure("storm_busy") + run.figure("storm_silent")
    return f"{rounded(run.figure('storm_took'), 1)} s, {rounded(off) if off else 'none'} put off"


def _applied(run: Run) -> str:
    left = three(run.figure("not_applied_yet"))
    said = f"{rounded(run.figure('applied'))}; {left}; {rounded(run.figure('applied_processor'))}"
    if "applied_engine_processor" not in run.figures:
        return said
    return f"{said} and {rounded(run.figure('applied_engine_processor'))}"


def rows(size: dict[str, str | float]) -> tuple[tuple[str, Callable[[Run], str]], ...]:
    """Return what the lines of the scale table are called, and how each is told of a run."""
    rate, beats = size.get("rate", 12), size.get("beats", 500)
    stations, _, each = str(size.get("storm", "64x500")).partition("x")
    return (
        (f"a day at {rate:g} pairings/s: upload p50, p95, p99, ms",
         lambda run: _several(run, "", "upload_p50", "upload_p95", "upload_p99")),
        ("the server's processor (cores), memory meanwhile; the database's own beside, without "
         "etcd and Patroni", _used),
        ("laboratories: a tube scanned, p50, p95; a box of 94 at most read from the machine's "
         "file, p50; released, p50", _laboratory),
        ("tubes that came, results out; lost, doubled, wrong", _let_out),
        ("the officer's overview meanwhile, p95, while events are applied",
         lambda run: _several(run, " ms", "page_/overview_p95")),
        ("events acknowledged, lost, doubled, refused for good", _kept),
        ("batches of 50, events/s; / the engine's own inserts of the same rows, on one line "
         "(bar 0.5)", _batches(50)),
        ("batches of 500", _batches(500)),
        ("single events / a trivial POST (bar 0.5); their p99 / its p99 (bar 10)", _singles),
        (f"stations whose heartbeats (one a minute) it would hear, reckoned from {beats:g} at one "
         "moment", lambda run: three(run.figure("stations_heard"))),
        (f"{stations} stations back at once, {each} pairings each", _storm),
        ("applied behind it, events/s; still in line when the run ended; µs of the server's and of "
         "the database's processor for each", _applied),
    )  # fmt: skip


def in_order(runs: Sequence[Run]) -> Sequence[Run]:
    """Return them as the columns stand, from the small engine to the large."""
    order = [*ENGINES, *(run.engine for run in runs)]
    return sorted(runs, key=lambda run: order.index(run.engine))


def scale(runs: Sequence[Run]) -> Iterator[str]:
    """Yield the scale table: a column for each run of `load`."""
    if any(run.size() != runs[0].size() for run in runs):
        raise SystemExit("runs of different sizes do not stand in one table")
    yield f"| | {' | '.join(ENGINES.get(run.engine, run.engine) for run in runs)} |"
    yield "|---" * (len(runs) + 1) + "|"
    for said, tell in rows(runs[0].size()):
        yield f"| {said} | {' | '.join(_cell(tell, run) for run in runs)} |"
    for run in runs:
        missed = [f"{key} {bar.bar}" for key, bar in run.bars.items() if not bar.met]
        if missed:
            yield ""
            yield f"**Bars not met, {ENGINES.get(run.engine, run.engine)}:** {'; '.join(missed)}"


def sources(runs: Sequence[Run]) -> Iterator[str]:
    """Yield a line that says where the numbers above are from, alike runs together."""
    named: dict[str, list[str]] = {}
    for run in runs:
        engine = ENGINES.get(run.engine, run.engine)
        names = [] if run.name == "load" else [f"`{run.name}`"]
        named.setdefault(run.where_from(), []).append(" ".join([*names, engine]).strip())
    yield ""
    yield "; ".join(f"{', '.join(names)}: {said}" for said, names in named.items()) + "."


def _cell(tell: Callable[[Run], str], run: Run) -> str:
    try:
        return tell(run)
    except KeyError:
        return "–"


def bars(runs: Sequence[Run]) -> Iterator[str]:
    """Yield a line for each bar of each run, bold where it is not met."""
    yield "| benchmark | | seen | bar |"
    yield "|---|---|---|---|"
    for run in runs:
        name = f"`{run.name}`{f', {ENGINES.get(run.engine, run.engine)}' if run.engine else ''}"
        for key, bar in run.bars.items():
            keeps, limit = bar.bar.split()
            seen = run.shown(key) if bar.met else f"**{run.shown(key)}**"
            yield f"| {name} | `{key}` | {seen} | {_SIGNS.get(keeps, keeps)} {limit} |"


def main(words: Sequence[str] | None = None) -> int:
    """Print the tables that the files give."""
    parser = arguments(__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    runs = [read(path) for path in parser.parse_args(words).files]
    loads = in_order([run for run in runs if run.name == "load"])
    others = [run for run in runs if run.name != "load" and run.bars]
    tables = [chain(scale(loads), sources(loads))] if loads else []
    tables += [chain(bars(others), sources(others))] if others else []
    print("\n\n".join("\n".join(table) for table in tables))
    return 0


if __name__ == "__main__":
    sys.exit(main())
