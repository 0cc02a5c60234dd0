"""The generator's files hold everybody once, in a pool, with the truth beside it."""

import csv
from pathlib import Path

from benchmarks import population


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.reader(file))


def test_everybody_is_written_once_and_stands_in_one_pool(tmp_path: Path) -> None:
    report = population.write(2_000, seed=3, positivity=0.02, pool=5, folder=tmp_path)
    people, pools = rows(tmp_path / "people.csv"), rows(tmp_path / "pools.csv")
    assert [row[0] for row in people] == [str(number) for number in range(1, 2_001)]
    assert [row[1] for row in pools] == [row[0] for row in people]
    assert 0 < sum(row[2] == "1" for row in pools) < 100
    assert report.ratios["made_to_bare"] > 0
