"""The kinds of picture that officers look at: bars, days, intervals, a flow.  Pure."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from server.display import count as grouped
from server.officers.overview.shapes import WIDE, WIDTH, Picture, decimal
from server.officers.overview.statistics import Control, Share

HEAD, FOOT, LEFT = 22, 24, 34
MOST_NUMBERS = 12  # bars that have room for theirs
Up = Callable[[float], float]  # where a value stands in a picture


def bars(values: Sequence[tuple[str, int]], says: str) -> Picture | None:
    """Draw (label, value)s side by side; None where there is nothing to see."""
    if not any(value for _, value in values):
        return None
    picture = Picture(190, f"{says}: " + "; ".join(f"{label} {value}" for label, value in values))
    floor, top = picture.height - FOOT, max(value for _, value in values)
    slot, every = WIDTH / len(values), 1 + len(values) // 8
    picture.line(0, floor, WIDTH, floor)
    for number, (label, value) in enumerate(values):
        height = (floor - HEAD) * value / top
        left, middle = number * slot + slot * 0.12, (number + 0.5) * slot
        picture.rect(left, floor - height, slot * 0.76, height)
        if value and (len(values) <= MOST_NUMBERS or number == len(values) - 1 or value == top):
            picture.text(middle, floor - height - 5, grouped(value))
        if number % every == (len(values) - 1) % every:
            picture.text(middle, picture.height - 7, label)
    return picture


class Line(NamedTuple):
    """One line of a picture of days: its name, how it looks, and its values (None: no value)."""

    name: str
    css: str
    values: Sequence[float | None]


def days(labels: Sequence[str], lines: Sequence[Line], limit: float, says: str) -> Picture | None:
    """Draw lines over days, and a dashed one at *limit*; the scale begins at nothing."""
    known = [value for line in lines for value in line.values if value is not None]
    if not known:
        return None
    picture = Picture(220, says)
    floor, top = picture.height - FOOT, max(*known, limit) * 1.08
    slot = (WIDTH - LEFT) / len(labels)

    def up(value: float) -> float:
        return floor - (floor - HEAD) * value / top

    picture.line(LEFT, floor, WIDTH, floor)
    picture.line(LEFT, up(limit), WIDTH, up(limit), "aim")
    picture.text(LEFT - 6, up(limit) + 4, decimal(limit, 0), "end")
    every = 1 + len(labels) // 8
    for number, label in enumerate(labels):
        if number % every == (len(labels) - 1) % every:
            picture.text(LEFT + slot * (number + 0.5), picture.height - 7, label)
    xs = [LEFT + slot * (at + 0.5) for at in range(len(labels))]
    ends = [(y, word) for line in lines for y, word in _line(picture, line, xs, up)]
    for number, (y, word) in enumerate(sorted(ends)):
        picture.text(WIDTH, min(y, floor) - 8 - 14 * (len(ends) - 1 - number), word, "end")
    return picture


def _line(picture: Picture, line: Line, xs: Sequence[float], up: Up) -> list[tuple[float, str]]:
    """Draw a line; return where its last value stands, and how it is said."""
    known = [(x, up(value)) for x, value in zip(xs, line.values, strict=True) if value is not None]
    picture.path(known, f"trace {line.css}")
    for x, y in known:
        picture.dot(x, y, 3.5, f"knot {line.css}")
    last = [value for value in line.values if value is not None][-1:]
    return [(up(value), f"{line.name} {decimal(value)}") for value in last]


def intervals(rows: Sequence[tuple[str, Share]], says: str) -> Picture | None:
    """Draw a share and its interval for each row, over one scale of percent."""
    if not rows:
        return None
    line, left, right = 26, 150, 104
    picture = Picture(len(rows) * line + FOOT + 6, says)
    top = max(0.01, min(1.0, max(share.high for _, share in rows)))
    room = WIDTH - left - right

    def across(value: float) -> float:
        return left + room * min(value, top) / top

    for number, (name, share) in enumerate(rows):
        y = 18 + number * line
        picture.text(left - 10, y + 4, _short(name), "end")
        picture.line(left, y, left + room, y, "rail")
        picture.line(across(share.low), y, across(share.high), y, "span")
        picture.dot(across(share.value), y, 5, "knot main")
        said = f"{decimal(share.value * 100)} % ({grouped(share.part)}/{grouped(share.whole)})"
        picture.text(WIDTH, y + 4, said, "end", "word small")
    floor = len(rows) * line + 10
    picture.line(left, floor, left + room, floor)
    for mark in (0.0, top / 2, top):
        picture.text(across(mark), floor + 16, f"{decimal(mark * 100)} %")
    return picture


def controls(rows: Sequence[tuple[str, Control]], says: str) -> Picture | None:
    """Draw each group's rate per 1,000 over the band in which it is nothing special."""
    if not rows:
        return None
    line, left, right = 26, 230, 90
    picture = Picture(len(rows) * line + FOOT + 6, says, WIDE)
    top = max(max(each.high, each.rate) for _, each in rows) or 0.001
    room = WIDE - left - right
    for number, (name, each) in enumerate(rows):
        y, out = 18 + number * line, each.stands_out == "high"
        picture.text(left - 10, y + 4, _short(name, 32), "end")
        picture.rect(left + room * each.low / top, y - 8, room * (each.high - each.low) / top, 16,
                     "usual-band")  # fmt: skip
        picture.dot(left + room * each.rate / top, y, 5, "knot out" if out else "knot main")
        sign = "✖ " if out else ""
        picture.text(WIDE, y + 4, f"{sign}{decimal(each.rate * 1000)}", "end", "word small")
    floor = len(rows) * line + 10
    picture.line(left, floor, left + room, floor)
    for mark in (0.0, top / 2, top):
        picture.text(left + room * mark / top, floor + 16, decimal(mark * 1000))
    return picture


def _short(name: str, most: int = 22) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"


class Stage(NamedTuple):
    """One step of the flow: how many reached it, wait before it, how long the way takes."""

    name: str
    reached: int
    waits: int = 0
    way: str = ""


def flow(stages: Sequence[Stage], says: str) -> Picture | None:
    """Draw a band from left to right that narrows wherever tubes wait."""
    most = max(stage.reached for stage in stages)
    if not most:
        return None
    picture = Picture(188, says, WIDE)
    slot, wide, middle, high = WIDE / len(stages), 84, 80, 100

    def half(count: int) -> float:
        return max(1.5, high / 2 * count / most) if count else 0.75

    for number, stage in enumerate(stages):
        left = number * slot + (slot - wide) / 2
        here = half(stage.reached)
        picture.rect(left, middle - here, wide, 2 * here, f"stage s{number}")
        picture.text(left + wide / 2, 14, grouped(stage.reached), css="word strong")
        picture.text(left + wide / 2, 182, stage.name, css="word name")
        if number:
            _break(
                picture, left - slot + wide, left, half(stages[number - 1].reached), here, middle
            )
            if stage.waits:
                said = f"▲ {grouped(stage.waits)}"
                picture.text(left - (slot - wide) / 2, 166, said, css="word waits")
            picture.text(left - (slot - wide) / 2, 148, stage.way, css="word small")
    return picture


def _break(
    picture: Picture, left: float, right: float, before: float, after: float, middle: float
) -> None:
    """Draw the band between two stages: what went on, and the break where the rest waits."""
    band = [(left, middle - after), (right, middle - after), (right, middle + after),
            (left, middle + after)]  # fmt: skip
    picture.area(band, "band")
    if before > after:
        for side in (-1, 1):
            edge = [(left, middle + side * after), (left, middle + side * before),
                    (left + (right - left) * 0.45, middle + side * after)]  # fmt: skip
            picture.area(edge, "break")
