"""Days of a long run, kept in a file one line each: a run of hours may be stopped and go on.

A line holds a day's seed, size and rates beside its tally: another run, other rates or an older
form never count as days of this one.  The sum is the same as if it had run in one go.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from os import SEEK_END
from pathlib import Path

from benchmarks.right_judge import Tally
from benchmarks.right_rates import Fault, Rates


@dataclass(frozen=True)
class Kept:
    """The days of one run in *file*; nothing is kept where it is None."""

    file: Path | None
    rates: Rates

    def days(self) -> dict[tuple[int, int], Tally]:
        """Return the tally of each day that was played, by its size and its seed.

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
            if said.get("rates") == self._rates():
                found[key] = tally
        return found

    def keep(self, people: int, seed: int, tally: Tally) -> None:
        """Write one day that was played."""
        if self.file is None:
            return
        said = {"people": people, "seed": seed, "rates": self._rates(), "tally": vars(tally)}
        line = json.dumps(said, ensure_ascii=False).encode() + b"\n"
        with self.file.open("ab+") as lines:
            size = lines.seek(0, SEEK_END)
            lines.seek(max(0, size - 1))
            lines.write(line if lines.read(1) in (b"", b"\n") else b"\n" + line)

    def _rates(self) -> dict[str, float]:
        """Return all that is drawn from: the table of rates may change between two runs."""
        rates = self.rates
        errors = {fault.value: rates.per_1000(fault) for fault in Fault}
        return {**errors, "wrong key": rates.wrong_key, "careless": rates.careless}


def _tally(said: Mapping[str, object]) -> Tally:
    if said.keys() != Tally.__dataclass_fields__.keys():
        raise KeyError("another form of tally")
    counted = {name: Counter(v) if isinstance(v, dict) else v for name, v in said.items()}
    return Tally(**counted)  # type: ignore[arg-type]
