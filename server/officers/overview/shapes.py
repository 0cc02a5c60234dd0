"""Pictures as lists of shapes, for a template to write as SVG: no script, no library.  Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from markupsafe import Markup, escape

from server.display import Amount, count, short_day, t
from server.display import decimal as decimal
from server.exports import Cell

WIDTH, WIDE = 480, 960  # of a picture that shares its row, and of one alone
Attributes = dict[str, str | float]


@dataclass(frozen=True, slots=True)
class Shape:
    """One SVG element: its name, its attributes, and the text in it."""

    tag: str
    attributes: Attributes
    text: str = ""

    def __html__(self) -> str:
        """Return the element as it is written: here, for a picture has hundreds of them."""
        said = "".join(
            f' {name}="{escape(value) if isinstance(value, str) else value}"'
            for name, value in self.attributes.items()
        )
        return f"<{self.tag}{said}>{escape(self.text)}</{self.tag}>"


@dataclass(slots=True)
class Picture:
    """A drawing of *width* by *height*; *says* is what a reader hears of it."""

    height: int
    says: str
    width: int = WIDTH
    shapes: list[Shape] = field(default_factory=list)
    legend: str = ""

    @property
    def drawn(self) -> Markup:
        """Its shapes, written one after the other."""
        return Markup("").join(self.shapes)

    def rect(self, x: float, y: float, width: float, height: float, css: str = "bar") -> None:
        box = {"x": _n(x), "y": _n(y), "width": _n(width), "height": _n(max(0.0, height))}
        self.shapes.append(Shape("rect", {**box, "class": css, "rx": 2}))

    def line(self, x1: float, y1: float, x2: float, y2: float, css: str = "axis") -> None:
        ends = {"x1": _n(x1), "y1": _n(y1), "x2": _n(x2), "y2": _n(y2)}
        self.shapes.append(Shape("line", {**ends, "class": css}))

    def dot(self, x: float, y: float, radius: float, css: str, title: str = "") -> None:
        where = {"cx": _n(x), "cy": _n(y), "r": _n(radius)}
        self.shapes.append(Shape("circle", {**where, "class": css}, title))

    def text(
        self, x: float, y: float, text: str, anchor: str = "middle", css: str = "word"
    ) -> None:
        place: Attributes = {"x": _n(x), "y": _n(y), "text-anchor": anchor, "class": css}
        self.shapes.append(Shape("text", place, text))

    def area(self, points: Iterable[tuple[float, float]], css: str) -> None:
        self.shapes.append(Shape("polygon", {"points": _points(points), "class": css}))

    def path(self, points: Iterable[tuple[float, float]], css: str) -> None:
        self.shapes.append(Shape("polyline", {"points": _points(points), "class": css}))


@dataclass(frozen=True, slots=True)
class Table:
    """What a picture shows, in numbers.  The first column names its row, or is its day."""

    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    links: Sequence[str] = ()  # of the rows, where they lead somewhere

    def drawn(self, most: int) -> Markup:
        """Return the first rows as they are written: here, for a page has hundreds of them."""
        links = self.links[:most] or [""] * most
        rows = zip(self.rows[:most], links, strict=False)
        return Markup("\n").join(Markup(_row(row, link)) for row, link in rows)  # noqa: S704


def _row(row: Sequence[Cell], link: str) -> str:
    first, *others = row
    if isinstance(first, date):
        named = f'<time datetime="{first.isoformat()}">{short_day(first)}</time>'
    elif link:
        named = f'<a href="{escape(link)}">{escape(first)}</a>'
    else:
        named = str(escape(first))
    cells = "".join(f'<td class="num">{_cell(each)}</td>' for each in others)
    return f'<tr><th scope="row">{named}</th>{cells}</tr>'


def _cell(cell: Cell) -> str:
    if cell is None:
        return ""
    return count(cell) if isinstance(cell, int) else str(escape(cell))


@dataclass(frozen=True, slots=True)
class Panel:
    """A picture with its table.  `key` names it in addresses; without a picture all is said."""

    key: str
    title: str
    table: Table
    picture: Picture | None = None
    empty: str = ""
    hint: str = ""


def _n(value: float) -> float:
    rounded = round(value, 1)
    return int(rounded) if rounded == int(rounded) else rounded


def _points(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def hours_of(minutes: float | None) -> Amount:
    """Return minutes as people read them: '45 phút', '5,3 giờ', '2,1 ngày'; '—' for None."""
    said = "—" if minutes is None else _lasting(minutes)
    return Amount(said, None if minutes is None else round(minutes, 1), "min")


def _lasting(minutes: float) -> str:
    if 0 < minutes < 1:
        return t("dưới 1 phút", "under 1 min")
    if minutes < 60:
        return t(f"{minutes:.0f} phút", f"{minutes:.0f} min")
    if minutes < 48 * 60:
        return decimal(minutes / 60) + t(" giờ", " h")
    return decimal(minutes / 1440) + t(" ngày", " days")
