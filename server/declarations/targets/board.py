"""The board of a day: what each point came to, what it should, who is behind, who is silent.

Reads the roll-up only, so it costs the same with ten check-ins a point or ten thousand.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from contract import names
from contract.places import Place
from server.accounts.within import ANYWHERE, Within
from server.declarations.models import Point
from server.declarations.targets import goals
from server.declarations.targets.models import BoardSetting, PointDay, TargetRule

SILENT_DAYS = 2
SPAN = 14  # days in a trend
STATES = ("never", "silent", "behind", "open", "reached")  # in the order of a board


@dataclass(frozen=True, slots=True)
class Wish:
    """What the bar of filters says; the page's address holds it."""

    day: date
    kind: str = ""
    place: str = ""
    state: str = ""
    within: Within = ANYWHERE


@dataclass(frozen=True, slots=True)
class Brief:
    """A point, without who answers for it: a board has no use for names."""

    id: str
    name: str
    kind: str
    place: str
    active_from: date
    active_until: date | None

    def open_on(self, day: date) -> bool:
        return self.active_from <= day and (self.active_until is None or day <= self.active_until)


@dataclass(frozen=True, slots=True)
class Line:
    """One point on the board's day."""

    point: Brief
    count: int
    before: int  # of the day before
    target: int | None
    last: date | None  # its last day with a check-in
    state: str

    @property
    def missing(self) -> int:
        return max(0, (self.target or 0) - self.count)


@dataclass(frozen=True, slots=True)
class Step:
    """One day of a trend: what the points came to together, and should."""

    day: date
    count: int
    target: int
    reached: int  # points
    points: int  # that were open


@dataclass(frozen=True, slots=True)
class Board:
    lines: Sequence[Line]
    trend: Sequence[Step]
    states: Counter[str]
    silent_days: int


def board_of(session: Session, wish: Wish, *, span: int = SPAN) -> Board:
    """Return the board of *wish.day*: whoever needs a call first stands first."""
    points = points_of(session, wish.kind, wish.place, wish.within)
    rules, silent = rules_of(session), silent_days(session)
    first = wish.day - timedelta(days=span)
    counts = counts_between(session, first, wish.day)
    last = _last_days(session, wish.day)
    lines, trend = [], [[0, 0, 0, 0] for _ in range(span)]
    days = [wish.day - timedelta(days=span - 1 - step) for step in range(span)]
    for point in points:
        own, mine = counts.get(point.id, {}), _rules_for(point, rules)
        for sums, day in zip(trend, days, strict=True):
            _add_step(sums, point, day, own, mine)
        if point.open_on(wish.day):
            lines.append(_line(point, wish.day, own, last.get(point.id), mine, silent))
    states = Counter(line.state for line in lines)
    shown = [line for line in lines if wish.state in {"", line.state}]
    steps = [
        Step(wish.day - timedelta(days=span - 1 - number), *sums)
        for number, sums in enumerate(trend)
    ]
    return Board(sorted(shown, key=_urgency), steps, states, silent)


def _add_step(
    sums: list[int], point: Brief, day: date, own: dict[date, int], mine: Sequence[goals.Rule]
) -> None:
    if not point.open_on(day):
        return
    count, target = own.get(day, 0), _target(point, day, own, mine)
    sums[0] += count
    sums[1] += target or 0
    sums[2] += target is not None and count >= target
    sums[3] += 1


def _line(
    point: Brief, day: date, own: dict[date, int], last: date | None, mine: Sequence[goals.Rule],
    silent: int,
) -> Line:  # fmt: skip
    count, target = own.get(day, 0), _target(point, day, own, mine)
    before = own.get(day - timedelta(days=1), 0)
    state = goals.state_of(target, count, last, day, silent)
    return Line(point, count, before, target, last, state)


def _rules_for(point: Brief, rules: Sequence[goals.Rule]) -> list[goals.Rule]:
    return goals.in_order(rules, point.kind, Place.parse(point.place))


def _target(
    point: Brief, day: date, own: dict[date, int], mine: Sequence[goals.Rule]
) -> int | None:
    rule = goals.holding(mine, day)
    return goals.target_of(rule, day, point.active_from, own) if rule else None


def _urgency(line: Line) -> tuple[int, int, str]:
    return STATES.index(line.state), -line.missing, names.order_text(line.point.name)


def points_of(
    session: Session, kind: str = "", place: str = "", within: Within = ANYWHERE
) -> list[Brief]:
    """Return the points of a kind in a place, closed ones too: they have a past."""
    found = select(
        Point.id, Point.name, Point.kind, Point.place, Point.active_from, Point.active_until
    )
    found = found.where(within.rows(Point.place))
    if kind:
        found = found.where(Point.kind == kind)
    if place:
        found = found.where(or_(Point.place == place, Point.place.startswith(f"{place}.")))
    return [Brief(*row) for row in session.execute(found.order_by(Point.name_order, Point.id))]


def counts_between(session: Session, first: date, last: date) -> dict[str, dict[date, int]]:
    """Return check-ins by point and day, both days included."""
    found = select(PointDay.point_id, PointDay.day, PointDay.check_ins).where(
        PointDay.day >= first, PointDay.day <= last, PointDay.check_ins > 0
    )
    counts: dict[str, dict[date, int]] = {}
    for point, day, count in session.execute(found):
        counts.setdefault(point, {})[day] = count
    return counts


def _last_days(session: Session, day: date) -> dict[str, date]:
    found = (
        select(PointDay.point_id, func.max(PointDay.day))
        .where(PointDay.day <= day, PointDay.check_ins > 0)
        .group_by(PointDay.point_id)
    )
    return {row[0]: row[1] for row in session.execute(found)}


def days_of(session: Session, point_id: str, day: date, *, span: int = 28) -> list[Step]:
    """Return one point's days up to *day*."""
    point = next(each for each in points_of(session) if each.id == point_id)
    own = counts_between(session, day - timedelta(days=span), day).get(point_id, {})
    mine, steps = _rules_for(point, rules_of(session)), []
    for number in range(span):
        sums, on = [0, 0, 0, 0], day - timedelta(days=span - 1 - number)
        _add_step(sums, point, on, own, mine)
        steps.append(Step(on, *sums))
    return steps


def rule_rows(session: Session) -> list[TargetRule]:
    """Return every rule, those that hold or will hold first, the newest first."""
    found = select(TargetRule).order_by(TargetRule.until.is_not(None), TargetRule.since.desc())
    return list(session.scalars(found))


def rules_of(session: Session) -> list[goals.Rule]:
    return [rule_as_data(row) for row in session.scalars(select(TargetRule))]


def rule_as_data(row: TargetRule) -> goals.Rule:
    return goals.Rule(
        row.kind, row.place, row.start, row.rate, row.most, row.basis, row.since, row.until
    )


def silent_days(session: Session) -> int:
    row = session.get(BoardSetting, 1)
    return row.silent_days if row else SILENT_DAYS


def places_of(points: Iterable[Brief]) -> list[str]:
    """Return every place that a board can be narrowed to, in order."""
    return sorted({around for point in points for around in Place.parse(point.place).around})
