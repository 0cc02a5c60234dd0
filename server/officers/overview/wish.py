"""What the bar of filters says; the address holds it, and every link on the page keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self
from urllib.parse import urlencode

from server.forms import day_in, tidy

SPANS = (1, 2, 7, 14, 28)  # days that may be looked at together
TREND = 14  # days of a trend
BY = ("place", "lab", "station", "operator", "kind")


@dataclass(frozen=True, slots=True)
class Wish:
    """Which samples are looked at: those taken on `days` days up to `day`."""

    day: date
    days: int = 7
    place: str = ""
    lab: str = ""
    point: str = ""
    station: str = ""
    operator: str = ""
    by: str = "place"
    zone: str = ""
    covers: tuple[frozenset[str], frozenset[str]] | None = None  # the zone's places and points

    @classmethod
    def read(cls, args: Mapping[str, str], today: date) -> Self:
        """Read the address.  Raises BadInput where the date is none."""
        days, by = args.get("days", ""), args.get("by", "")
        return cls(
            day=day_in(args.get("date", "")) or today,
            days=int(days) if days in {str(each) for each in SPANS} else 7,
            place=tidy(args.get("place", ""))[:64],
            lab=tidy(args.get("lab", ""))[:64],
            point=tidy(args.get("point", ""))[:8],
            station=tidy(args.get("station", ""))[:32],
            operator=tidy(args.get("operator", ""))[:64],
            by=by if by in BY else "place",
            zone=tidy(args.get("zone", ""))[:36],
        )

    @property
    def first(self) -> date:
        """The first day that is looked at."""
        return self.day - timedelta(days=self.days - 1)

    @property
    def trend_first(self) -> date:
        return self.day - timedelta(days=max(TREND, self.days) - 1)

    def query(self, **other: str) -> str:
        """Return the address's query, with *other* in it; what is as it always is, is left out."""
        said = {
            "date": self.day.isoformat(), "days": str(self.days), "place": self.place,
            "lab": self.lab, "point": self.point, "station": self.station,
            "operator": self.operator, "by": self.by, "zone": self.zone, **other,
        }  # fmt: skip
        return urlencode({name: value for name, value in said.items() if value})

    @property
    def is_whole(self) -> bool:
        """Whether nothing but days is filtered."""
        kept = (self.place, self.lab, self.point, self.station, self.operator, self.zone)
        return not any(kept)
