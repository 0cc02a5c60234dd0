"""Working days of Việt Nam, by a file of holidays: when is a request due?  Pure but for `load`."""

import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

import msgspec

from server.config import ConfigError
from server.display import VIETNAM, local

CLOSES = time(17, 0)  # offices, in Vietnam
_OURS = Path(__file__).with_name("holidays.toml")
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days off beside weekends, and weekend days that are worked."""

    off: frozenset[date] = field(default_factory=frozenset)
    worked: frozenset[date] = field(default_factory=frozenset)
    estimated_from: date | None = None

    def is_estimate(self, due: datetime) -> bool:
        """Return whether a time of ours rests on days off that nobody has announced yet."""
        return self.estimated_from is not None and local(due).date() >= self.estimated_from

    def is_working(self, day: date) -> bool:
        return day in self.worked or (day.weekday() < _SATURDAY and day not in self.off)

    def due(self, asked: datetime, days: int) -> datetime:
        """Return when offices close on the *days*-th working day after *asked*'s own day."""
        day, left = local(asked).date(), days
        while left:
            day += timedelta(days=1)
            left -= self.is_working(day)
        return datetime.combine(day, CLOSES, VIETNAM)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    off: list[date] = []
    worked: list[date] = []
    estimated_from: date | None = None


def load(path: str) -> Calendar:
    """Read the days in *path*, '' for those that come with the program; raise ConfigError."""
    at = Path(path) if path else _OURS
    try:
        found = msgspec.convert(tomllib.loads(at.read_text(encoding="utf-8")), _File)
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"không đọc được ngày nghỉ trong {at}: {error}",
            f"cannot read the holidays in {at}: {error}",
        ) from error
    return Calendar(frozenset(found.off), frozenset(found.worked), found.estimated_from)
