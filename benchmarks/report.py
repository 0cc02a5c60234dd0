"""What every benchmark prints: a table to read, or one JSON object for programs.

A figure is a number with its unit; a ratio compares us with a named peer measured in the same run.
A bar ("<= 1.3") is what either must keep: `end` names those that are not met and says 1.
The machine's facts, the day and the commit stand beside them: a number without these says nothing.
"""

import argparse
import json
import operator
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter_ns

ROOT = Path(__file__).parents[1]
Figure = tuple[float, str]
_KEEPS = {"<=": operator.le, "<": operator.lt, ">=": operator.ge, ">": operator.gt}


@dataclass(slots=True)
class Report:
    """One run of one benchmark.  `figures` maps a key to (value, unit).

    `bars` maps a key to its bar, which is on the ratio where a figure has the same key.
    The day and the commit are those of its beginning: a run may take hours.
    """

    name: str
    figures: dict[str, Figure] = field(default_factory=dict)
    ratios: dict[str, float] = field(default_factory=dict)
    bars: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str | float] = field(default_factory=dict)  # what the run was asked for
    when: str = field(default_factory=lambda: f"{datetime.now(UTC):%Y-%m-%d}")
    code: str = field(default_factory=lambda: commit())

    def met(self) -> dict[str, bool]:
        """Say of every bar whose number was measured whether it is met."""
        seen = {key: value for key, (value, _) in self.figures.items()} | self.ratios
        return {key: _met(seen[key], bar) for key, bar in self.bars.items() if key in seen}

    def to_json(self) -> str:
        figures = {
            key: {"value": _short(value), "unit": unit}
            for key, (value, unit) in self.figures.items()
        }
        ratios = {key: _short(value) for key, value in self.ratios.items()}
        whole = {"name": self.name, "machine": machine(), "figures": figures, "ratios": ratios}
        whole["bars"] = {
            key: {"bar": self.bars[key], "met": met} for key, met in self.met().items()
        }
        whole |= {"options": dict(self.options), "when": self.when, "code": self.code}
        return json.dumps(whole, ensure_ascii=False)

    def to_table(self) -> str:
        rows = [
            (key, f"{_short(value):g}", f"{unit}{'' if key in self.ratios else self._bar(key)}")
            for key, (value, unit) in self.figures.items()
        ]
        rows += [(key, f"{_short(value):g}", f"ratio{self._bar(key)}")
                 for key, value in self.ratios.items()]  # fmt: skip
        wide = max((len(key) for key, _, _ in rows), default=0)
        lines = [f"{key:<{wide}}  {value:>12}  {unit}" for key, value, unit in rows]
        here = f"{machine()['cpu']}, {machine()['cores']} cores"
        by = f" by {self.code}" if self.code else ""
        return "\n".join([f"{self.name}  ({self.when}{by}; {here})", *lines])

    def _bar(self, key: str) -> str:
        if key not in self.bars:
            return ""
        return f"  (bar {self.bars[key]}{'' if self.met()[key] else ', NOT MET'})"

    def print(self, as_json: bool) -> None:  # noqa: FBT001  (one switch, named by every caller)
        print(self.to_json() if as_json else self.to_table())

    def end(self, as_json: bool) -> int:  # noqa: FBT001  (as above)
        """Print it, and on stderr the bars that are not met; return what the process ends with."""
        self.print(as_json)
        missed = [f"{key} {self.bars[key]}" for key, met in self.met().items() if not met]
        if missed:
            print(f"bars not met: {'; '.join(missed)}", file=sys.stderr)
        return 1 if missed else 0


def machine() -> dict[str, str | int]:
    """Return what a reader must know of the machine that a figure comes from."""
    return {
        "cpu": _cpu_name(),
        "cores": os.cpu_count() or 1,
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
    }


def commit() -> str:
    """Return the short name of the commit that lies here, with a + where files differ from it.

    '' where there is no git, or none of ours.
    """
    git = shutil.which("git")
    if git is None:
        return ""
    words = [git, "describe", "--always", "--exclude=*", "--dirty=+"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout.strip()


def arguments(docstring: str | None) -> argparse.ArgumentParser:
    """Return the parser that every benchmark starts from: it knows --json."""
    parser = argparse.ArgumentParser(description=(docstring or "").partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def median(numbers: Sequence[float]) -> float:
    """Return the middle of *numbers*, or 0 of none."""
    return percentile(numbers, 50)


def percentile(numbers: Sequence[float], percent: float) -> float:
    """Return the smallest of *numbers* that *percent* of them do not exceed, or 0 of none."""
    ordered = sorted(numbers)
    return ordered[round((len(ordered) - 1) * percent / 100)] if ordered else 0.0


def milliseconds(work: Callable[[], object], repeats: int = 1) -> float:
    """Return the best wall time of *work* over *repeats* runs."""
    return min(_timed(work) for _ in range(repeats))


def _timed(work: Callable[[], object]) -> float:
    start = perf_counter_ns()
    work()
    return (perf_counter_ns() - start) / 1e6


def _met(value: float, bar: str) -> bool:
    keeps, limit = bar.split()
    return bool(_KEEPS[keeps](value, float(limit)))


def _short(value: float) -> float:
    return float(f"{value:.5g}")


def _cpu_name() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text(encoding="utf-8").splitlines() if facts.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())
