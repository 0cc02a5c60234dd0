"""Days of a long run, kept in a file one line each: a run of hours may be stopped and go on.

A line holds a day's seed, size and rates beside its tally: another run, other rates or an older
form never count as days of this one.  It also names the code that played it, and the report says
how many people each version of the code had: hours of running outlive a commit.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from os import SEEK_END
from pathlib import Path

from benchmarks.right_judge import Tally
from benchmarks.right_rates import Fault, Rates

ROOT = Path(__file__).parents[1]
PLAYED_BY = ("contract", "device", "server", "benchmarks/right_*.py")


@cache
def code() -> str:
    """Return the name of the code as it lies here: of all that may change what a day comes to."""
    files = [
        path
        for each in PLAYED_BY
        for path in (ROOT.glob(each) if "*" in each else (ROOT / each).rglob("*.py"))
    ]
    whole = sha256()
    for path in sorted(files):
        whole.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()[:12]


@dataclass(frozen=True)
class Kept:
    """The days of one run in *file*; nothing is kept where it is None."""

    file: Path | None
    rates: Rates
    played_by: Counter[str] = field(default_factory=Counter)  # people, by the name of the code

    def days(self) -> dict[tuple[int, int], tuple[Tally, str]]:
        """Return of each day that was played, by its size and seed, the tally and by which code.

        A last line that was cut (the machine stopped in mid-write) is a day that was not played.
        """
        if self.file is None or not self.file.exists():
            return {}
        found = {}
        for line in self.file.read_text("utf-8").splitlines():
            try:
                said = json.loads(line)
                key, tally = (said["people"], said["seed"]), _tally(said["tally"])
            except (ValueError, KeyError, TypeError):
                continue
            if _happening(said.get("rates")) == self._rates():
                found[key] = (tally, str(said.get("code", "unknown")))
        return found

    def keep(self, people: int, seed: int, tally: Tally) -> None:
        """Write one day that was played just now."""
        self.played_by[code()] += people
        if self.file is None:
            return
        said = {"people": people, "seed": seed, "code": code(), "rates": self._rates(),
                "tally": vars(tally)}  # fmt: skip
        line = json.dumps(said, ensure_ascii=False).encode() + b"\n"
        with self.file.open("ab+") as lines:
            size = lines.seek(0, SEEK_END)
            lines.seek(max(0, size - 1))
            lines.write(line if lines.read(1) in (b"", b"\n") else b"\n" + line)

    def _rates(self) -> dict[str, float]:
        """Return all that is drawn from: the table of rates may change between two runs.

        What never happens is left out, so that a new kind of error that nobody asked for makes no
        other run of an old one.
        """
        rates = self.rates
        errors = {fault.value: rates.per_1000(fault) for fault in Fault}
        return _happening({**errors, "wrong key": rates.wrong_key, "careless": rates.careless})


def _happening(rates: Mapping[str, float] | None) -> dict[str, float]:
    return {name: rate for name, rate in (rates or {}).items() if rate}


def _tally(said: Mapping[str, object]) -> Tally:
    if said.keys() != Tally.__dataclass_fields__.keys():
        raise KeyError("another form of tally")
    counted = {name: Counter(v) if isinstance(v, dict) else v for name, v in said.items()}
    return Tally(**counted)  # type: ignore[arg-type]
