"""Does a result reach a wrong person?  Days with injected errors, through the product's own rules.

The real codes, pairing machine, journal, intake, applier, merge and gate; no hardware, no HTTP, the
files in memory.  Errors (`benchmarks.right_rates`) happen at the tables, at published rates or
`--times` as often; whose swab is in which tube, the simulator alone knows.  `wrong` must be 0 for
every error that some rule can see; what no rule can see is counted apart, by name.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

from benchmarks.report import arguments, machine
from benchmarks.right_day import played, seeds
from benchmarks.right_judge import Tally, is_seen
from benchmarks.right_kept import Kept
from benchmarks.right_rates import CARELESS, PUBLISHED, RATES, Fault, Rates

A_DAY = 2_000  # people: so often progress is told
FIRST_TRY, ENOUGH = 0.99, 20_000  # the goal, and how many people it takes to ask for it


@dataclass(frozen=True)
class Run:
    """A run of *people* in days; its tally hangs on its seed and rates alone."""

    people: int
    seed: int
    rates: Rates
    cores: int = 1
    folder: Path | None = None
    kept: Path | None = None
    a_day: int = A_DAY

    def tally(self) -> tuple[Tally, dict[str, int]]:
        """Play the days that are not kept already.

        Return what all came to, and how many people each version of the code had.
        """
        kept, whole = Kept(self.kept, self.rates), Tally()
        before = kept.days()
        to_play = []
        for day in self.days():
            if day in before:
                tally, played_by = before[day]
                whole.add(tally)
                kept.played_by[played_by] += tally.people
            else:
                to_play.append(day)
        known, began = whole.people, perf_counter()
        for (size, seed), tally in self._played(to_play):
            kept.keep(size, seed, tally)
            whole.add(tally)
            self._progress(whole.people, (whole.people - known) / (perf_counter() - began))
        return whole, dict(kept.played_by)

    def days(self) -> list[tuple[int, int]]:
        """Return the size and the seed of each day."""
        whole, rest = divmod(self.people, self.a_day)
        sizes = [self.a_day] * whole + ([rest] if rest else [])
        return list(zip(sizes, seeds(self.seed, len(sizes)), strict=True))

    def _played(self, days: Sequence[tuple[int, int]]) -> Iterator[tuple[tuple[int, int], Tally]]:
        if len(days) <= 1 or self.cores == 1:
            for day in days:
                yield day, played(*day, self.rates, self.folder)
            return
        with ProcessPoolExecutor(self.cores, mp_context=get_context("spawn")) as pool:
            work = {pool.submit(played, *day, self.rates, self.folder): day for day in days}
            for done in as_completed(work):
                yield work[done], done.result()

    def _progress(self, done: int, pace: float) -> None:
        left = (self.people - done) / pace
        said = f"\r{done:,} of {self.people:,} people, {pace:,.0f}/s, {left:,.0f} s left   "
        print(said, end="", file=sys.stderr, flush=True)


def figures(
    tally: Tally, seed: int, rates: Rates, played_by: Mapping[str, int]
) -> dict[str, object]:
    """Return everything that a run came to, for programs."""
    seen = sum(count for name, count in tally.wrong.items() if is_seen(name))
    thousand = max(1, tally.people) / 1000
    return {
        "name": "right_person",
        "machine": machine(),
        "seed": seed,
        "times": rates.times,
        "people": tally.people,
        "played_by": dict(played_by),  # people, by the name of the code: see `right_kept`
        "people_per_second": round(tally.people / tally.seconds, 1),  # of one process
        "seconds": round(tally.seconds, 1),  # of all processes together
        "results": tally.results,
        "wrong": seen,
        "wrong_per_1000": round(seen / thousand, 6),
        "wrong_standing": sum(n for name, n in tally.standing.items() if is_seen(name)),
        "wrong_by_cause": dict(sorted(tally.wrong.items())),
        "wrong_standing_by_cause": dict(sorted(tally.standing.items())),
        "wrong_that_no_rule_can_see": sum(tally.wrong.values()) - seen,
        "injected": dict(sorted(tally.injected.items())),
        "caught": dict(sorted(tally.caught.items())),
        "first_try": round(tally.first_try / max(1, tally.paired), 5),
        "not_paired": tally.lost,
        "false_alarms_per_1000": round(tally.false_alarms / thousand, 3),
        "held_in_vain_per_1000": round(tally.held_in_vain / thousand, 3),
        "decided": dict(sorted(tally.decided.items())),
        "published_per_1000": PUBLISHED,
    }


def lines(found: dict[str, object]) -> Iterator[str]:
    """Yield the same for people."""
    said = json.loads(json.dumps(found))
    yield f"right_person  seed {said['seed']}, {said['people']:,} people, errors ×{said['times']:g}"
    yield f"{said['people_per_second']:,} people/s a process  ({said['machine']['cpu']})"
    yield from (f"{count:,} by the code {name}" for name, count in said["played_by"].items())
    yield ""
    yield f"of {said['results']:,} results reached a wrong person: {said['wrong']}  (goal 0)"
    yield f"  of them still so at the end:       {said['wrong_standing']}"
    yield f"  per 1,000 people:                  {said['wrong_per_1000']:g}"
    for name, rate in said["published_per_1000"].items():
        yield f"  beside {rate:g} per 1,000: {name}"
    yield f"paired at the first try: {said['first_try']:.2%}  (goal 99 %)"
    yield f"false alarms per 1,000: {said['false_alarms_per_1000']:g} at the table, "
    yield f"  {said['held_in_vain_per_1000']:g} results held though nothing was wrong"
    yield ""
    yield f"{'error':<18}{'injected':>9}{'wrong':>7}{'at the end':>12}"
    for fault in Fault:
        if count := said["injected"].get(fault.value, 0):
            wrong = said["wrong_by_cause"].get(fault.value, 0)
            end = said["wrong_standing_by_cause"].get(fault.value, 0)
            mark = "" if RATES[fault].seen else "   (no rule can see it)"
            yield f"{fault.value:<18}{count:>9}{wrong:>7}{end:>12}{mark}"
    for name in ("decided without looking", "no injected fault"):
        if wrong := said["wrong_by_cause"].get(name, 0):
            yield f"{name:<27}{wrong:>7}{said['wrong_standing_by_cause'].get(name, 0):>12}"
    yield ""
    yield "caught, or not, by:"
    for name, count in said["caught"].items():
        yield f"  {count:>7}  {name}"


def missed(found: dict[str, object], *, usual: bool) -> list[str]:
    """Return which goals are not met; *usual*: errors are as frequent as published."""
    said = json.loads(json.dumps(found))
    goals = {
        "wrong <= 0": said["wrong"] == 0,  # put right later is not good enough
        "results > 0": said["results"] > 0,  # where nothing is told, nothing is told wrongly
    }
    if usual and said["people"] >= ENOUGH:
        goals[f"first_try >= {FIRST_TRY:g}"] = said["first_try"] >= FIRST_TRY
    return [goal for goal, met in goals.items() if not met]


def parsed(arguments_: Sequence[str] | None = None) -> argparse.Namespace:
    parser = arguments(__doc__)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--times", type=float, default=1.0, help="errors so many times as often")
    parser.add_argument("--rate", action="append", default=[], metavar="ERROR=PER_1000")
    parser.add_argument("--careless", type=float, default=CARELESS, help="share of decisions")
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--folder", type=Path, help="where the files lie: in memory if there is one"
    )
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="FILE",
        help="keep each day in FILE; days in it are not replayed",
    )
    parser.add_argument("--rates", action="store_true", help="print the table of rates, and end")
    return parser.parse_args(arguments_)


def main() -> int:
    options = parsed()
    if options.rates:
        for fault, rate in RATES.items():
            mark = "" if rate.seen else "  (no rule can see it)"
            print(f"{fault.value:<18}{rate.per_1000:>9.4g} per 1,000  {rate.source}{mark}")
        return 0
    by_hand = []
    for each in options.rate:
        name, _, value = each.partition("=")
        by_hand.append((Fault(name).value, float(value)))
    rates = Rates(options.times, options.careless, tuple(by_hand))
    tally, played_by = Run(
        options.people, options.seed, rates, options.cores, options.folder, options.keep
    ).tally()  # fmt: skip
    print(file=sys.stderr)
    found = figures(tally, options.seed, rates, played_by)
    if options.json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        print("\n".join(lines(found)))
    usual = rates == Rates(1.0, CARELESS)
    if failed := missed(found, usual=usual):
        print(f"goals not met: {'; '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
