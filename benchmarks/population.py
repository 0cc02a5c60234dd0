"""Invents a population and a day of pools into two CSV files, with a progress bar.

    python -m benchmarks.population --people 1000000 --out FOLDER [--seed 7] [--positivity 0.002]

`people.csv`: number, household, place, work, name, birth, sex, citizen number, insurance number,
phone.  `pools.csv`: pool, person, infected (0 or 1): the truth that no product sees.  10⁴ to 10⁷
people; memory does not grow with them.  `--json` prints people/s against bare csv.writer rows.
"""

import csv
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import TextIO

from benchmarks.report import Report, arguments
from contract.population import Resident, infected, pools, residents

_STEP = 20_000  # people between two looks at the bar
Row = tuple[str | int, ...]


def write(people: int, seed: int, positivity: float, pool: int, folder: Path) -> Report:
    """Write both files into *folder*; return how fast that went."""
    report, began = Report("population"), perf_counter()
    with _open(folder / "people.csv") as crowd, _open(folder / "pools.csv") as day:
        rows, groups = csv.writer(crowd), csv.writer(day)
        ill: dict[int, bool] = {}
        for number, group in enumerate(pools(_kept(people, seed, positivity, ill), pool)):
            rows.writerows(map(_row, group))
            groups.writerows((number, one.number, int(ill.pop(one.number))) for one in group)
            _show(group[-1].number, people)
    took = perf_counter() - began
    report.figures["people"] = (people, "people")
    report.figures["made"] = (people / took, "people/s")
    report.figures["bare_rows"] = (_bare(min(people, 100_000), folder), "rows/s")
    (folder / "bare.csv").unlink()
    report.ratios["made_to_bare"] = report.figures["made"][0] / report.figures["bare_rows"][0]
    return report


def _kept(people: int, seed: int, share: float, ill: dict[int, bool]) -> Iterator[Resident]:
    """Yield the people; who is infected goes into *ill* until their pool is written."""
    for one, positive in infected(residents(people, seed), share, seed):
        ill[one.number] = positive
        yield one


def _row(one: Resident) -> Row:
    who = one.person
    return (one.number, one.household, one.place, one.work, who.name, who.birth.isoformat(),
            who.sex.value, who.number, who.insurance, who.phone)  # fmt: skip


def _bare(count: int, folder: Path) -> float:
    """Return how many rows a second csv.writer writes that cost nothing to make."""
    row = _row(next(residents(1, 7)))
    began = perf_counter()
    with _open(folder / "bare.csv") as file:
        csv.writer(file).writerows(row for _ in range(count))
    return count / (perf_counter() - began)


def _open(path: Path) -> TextIO:
    return path.open("w", newline="", encoding="utf-8")


def _show(done: int, people: int) -> None:
    if done % _STEP < 12 or done >= people:
        bar = "█" * (40 * done // people)
        print(f"\r  {bar:<40} {done:>10,} / {people:,}", end="", file=sys.stderr)


def main() -> None:
    """Write the files and print the report."""
    parser = arguments(__doc__)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--positivity", type=float, default=0.002)
    parser.add_argument("--pool", type=int, default=5, help="people in a pool, at most")
    parser.add_argument("--out", type=Path, help="the folder; without one nothing is kept")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as spare:
        folder = options.out or Path(spare)
        folder.mkdir(parents=True, exist_ok=True)
        report = write(options.people, options.seed, options.positivity, options.pool, folder)
    print(file=sys.stderr)
    report.print(options.json)


if __name__ == "__main__":
    main()
