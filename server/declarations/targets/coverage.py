"""Who has a card or declares by phone, against who lives there, by locality.  Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contract.places import Place, PlaceError
from server.accounts.within import ANYWHERE, Within
from server.declarations.targets.models import CoverageGoal, Locality
from server.people.covered_models import Covered

DEFAULTS = {"town": (60, 60), "elsewhere": (50, 55)}  # percent: at least, and what is aimed at


@dataclass(frozen=True, slots=True)
class Share:
    """One locality: who is covered of those who live there."""

    locality: Locality
    people: int
    low: int
    high: int

    @property
    def percent(self) -> float:
        return 100 * self.people / self.locality.population

    @property
    def state(self) -> str:
        if self.percent >= self.high:
            return "reached"
        return "near" if self.percent >= self.low else "behind"

    @property
    def missing(self) -> int:
        """How many more people reach the lower goal."""
        return max(0, -(-self.locality.population * self.low // 100) - self.people)


def coverage(session: Session, within: Within = ANYWHERE) -> Sequence[Share]:
    """Return every locality whose people are known, the least covered first."""
    counts = _covered(session)
    aims = goals_of(session)
    rows = [
        Share(each, _within(counts, each.place), *aims["town" if each.town else "elsewhere"])
        for each in localities(session)
        if within.covers(each.place)
    ]
    return sorted(rows, key=lambda row: (row.percent - row.low, row.locality.place))


def localities(session: Session) -> list[Locality]:
    return list(session.scalars(select(Locality).order_by(Locality.place)))


def names_of(session: Session) -> dict[str, str]:
    """Return the names of the localities that were entered."""
    return {each.place: each.name for each in localities(session)}


def goals_of(session: Session) -> dict[str, tuple[int, int]]:
    """Return the goals (at least, aimed at) of towns and elsewhere, in percent."""
    set_ = {row.area: (row.low, row.high) for row in session.scalars(select(CoverageGoal))}
    return DEFAULTS | set_


def _covered(session: Session) -> list[tuple[Place, int]]:
    """Count persons with a card or a declaration by phone, by where they live; each once."""
    found = select(Covered.place, func.count()).where(Covered.counts).group_by(Covered.place)
    counts = []
    for text, count in session.execute(found):
        try:
            counts.append((Place.parse(text), count))
        except PlaceError:
            continue  # a place that was typed before places had codes
    return counts


def _within(counts: list[tuple[Place, int]], place: str) -> int:
    area = Place.parse(place)
    return sum(count for where, count in counts if where.within(area))
