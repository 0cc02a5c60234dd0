"""A PDF written page by page, so that a roll of thousands of labels needs no more memory than one.

Coordinates are mm from the top left corner of the page.  Text keeps its letters (it can be
searched and copied); fonts are embedded at the end with only the letters that were used.
"""

import zlib
from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from math import cos, radians, sin
from typing import BinaryIO, Literal

from labels.fonts import POINT_MM, REGULAR, clean, width_mm
from labels.fontset import FontSet

_POINTS = 72 / 25.4
Align = Literal["left", "centre", "right"]
Colour = tuple[float, float, float]
BLACK: Colour = (0.0, 0.0, 0.0)


def _n(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")


class Page:
    """One page being drawn.  Sizes are mm; sizes of text are points."""

    def __init__(self, fonts: FontSet, width: float, height: float) -> None:
        self.width, self.height = width, height
        self._fonts = fonts
        self._code = [f"{_n(_POINTS)} 0 0 {_n(-_POINTS)} 0 {_n(height * _POINTS)} cm"]

    def stream(self) -> bytes:
        return "\n".join(self._code).encode("ascii")

    @contextmanager
    def moved(
        self, dx: float, dy: float, *, degrees: float = 0.0, scale: float = 1.0
    ) -> Iterator[None]:
        """Draw what follows about (dx, dy), turned clockwise by *degrees* and scaled."""
        c, s = scale * cos(radians(degrees)), scale * sin(radians(degrees))
        self._code.append(f"q {_n(c)} {_n(s)} {_n(-s)} {_n(c)} {_n(dx)} {_n(dy)} cm")
        yield
        self._code.append("Q")

    def fill(
        self, boxes: Iterable[tuple[float, float, float, float]], colour: Colour = BLACK
    ) -> None:
        """Fill boxes (x, y, width, height) as one shape: no seams between those that touch."""
        shape = " ".join(f"{_n(x)} {_n(y)} {_n(w)} {_n(h)} re" for x, y, w, h in boxes)
        self._code.append(f"{_colour(colour)} rg {shape} f")

    def polygon(self, points: Iterable[tuple[float, float]], colour: Colour = BLACK) -> None:
        path = " ".join(
            f"{_n(x)} {_n(y)} {'l' if place else 'm'}" for place, (x, y) in enumerate(points)
        )
        self._code.append(f"{_colour(colour)} rg {path} h f")

    def line(
        self,
        points: Iterable[tuple[float, float]],
        *,
        thick: float = 0.2,
        colour: Colour = BLACK,
        dash: float = 0.0,
    ) -> None:
        """Draw a line through *points*, with round ends and corners."""
        path = " ".join(
            f"{_n(x)} {_n(y)} {'l' if place else 'm'}" for place, (x, y) in enumerate(points)
        )
        dashes = f"[{_n(dash)}] 0 d" if dash else "[] 0 d"
        self._code.append(f"q 1 J 1 j {_n(thick)} w {dashes} {_colour(colour)} RG {path} S Q")

    def panel(
        self,
        box: tuple[float, float, float, float],
        *,
        radius: float = 2.0,
        fill: Colour | None = None,
        edge: Colour | None = None,
        thick: float = 0.2,
    ) -> None:
        """Draw a box (x, y, width, height) with round corners, filled, edged or both."""
        paint = {(True, True): "B", (True, False): "f"}.get((fill is not None, edge is not None))
        self._code.append(
            f"q {_n(thick)} w {_colour(fill or BLACK)} rg {_colour(edge or BLACK)} RG "
            f"{_rounded(*box, radius)} {paint or 'S'} Q"
        )

    def text(
        self,
        x: float,
        y: float,
        words: str,
        points: float,
        *,
        weight: str = REGULAR,
        align: Align = "left",
        colour: Colour = BLACK,
    ) -> None:
        """Write *words* with their baseline at *y*."""
        words = clean(words)
        if not words:
            return
        x -= width_mm(words, points, weight) * {"left": 0.0, "centre": 0.5, "right": 1.0}[align]
        name, glyphs = self._fonts.glyphs(words, weight)
        self._code.append(
            f"BT {_colour(colour)} rg /{name} {_n(points * POINT_MM)} Tf "
            f"1 0 0 -1 {_n(x)} {_n(y)} Tm <{glyphs}> Tj ET"
        )


class Document:
    """A PDF that goes to *out* as it is drawn; use it as a context manager."""

    def __init__(self, out: BinaryIO, title: str = "") -> None:
        self._out, self._title = out, title
        self._at, self._offsets = 0, array("Q", [0, 0, 0])  # objects 1 and 2 come last
        self._fonts, self._pages = FontSet(), array("L")
        self._write(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
        self._fonts_id = self.reserve()

    def __enter__(self) -> "Document":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._close()

    @property
    def pages(self) -> int:
        return len(self._pages)

    @contextmanager
    def page(self, width: float, height: float) -> Iterator[Page]:
        """Draw one page; it is written when the block ends."""
        page = Page(self._fonts, width, height)
        yield page
        content = self.add_stream(page.stream())
        size = f"{_n(width * _POINTS)} {_n(height * _POINTS)}"
        number = self.reserve()
        self.put(
            number,
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size}] /Contents {content} 0 R "
            f"/Resources << /Font {self._fonts_id} 0 R >> >>".encode("ascii"),
        )
        self._pages.append(number)

    def reserve(self) -> int:
        """Return the number of an object that `put` will write later."""
        self._offsets.append(0)
        return len(self._offsets) - 1

    def put(self, number: int, body: bytes) -> None:
        self._offsets[number] = self._at
        self._write(b"%d 0 obj\n%b\nendobj\n" % (number, body))

    def add(self, body: bytes) -> int:
        number = self.reserve()
        self.put(number, body)
        return number

    def add_stream(self, data: bytes, entries: str = "") -> int:
        packed = zlib.compress(data)
        head = f"<< /Filter /FlateDecode /Length {len(packed)} {entries} >>".encode("ascii")
        return self.add(head + b"\nstream\n" + packed + b"\nendstream")

    def _write(self, data: bytes) -> None:
        self._out.write(data)
        self._at += len(data)

    def _close(self) -> None:
        self.put(self._fonts_id, self._fonts.write(self))
        self.put(
            1, b"<< /Type /Catalog /Pages 2 0 R /ViewerPreferences << /PrintScaling /None >> >>"
        )
        kids = " ".join(f"{number} 0 R" for number in self._pages)
        self.put(2, f"<< /Type /Pages /Count {self.pages} /Kids [{kids}] >>".encode("ascii"))
        title = "FEFF" + self._title.encode("utf-16-be").hex().upper()
        info = self.add(f"<< /Title <{title}> /Producer (Ghep Mau) >>".encode("ascii"))
        start, count = self._at, len(self._offsets)
        self._write(f"xref\n0 {count}\n0000000000 65535 f \n".encode("ascii"))
        for offset in self._offsets[1:]:
            self._write(b"%010d 00000 n \n" % offset)
        self._write(
            f"trailer\n<< /Size {count} /Root 1 0 R /Info {info} 0 R >>\n"
            f"startxref\n{start}\n%%EOF\n".encode("ascii")
        )


def _colour(colour: Colour) -> str:
    return " ".join(map(_n, colour))


def _rounded(x: float, y: float, w: float, h: float, r: float) -> str:
    r = min(r, w / 2, h / 2)
    k = r * 0.4477  # of a Bezier that follows a quarter of a circle
    right, low = x + w, y + h
    parts = (
        (x + r, y), "m", (right - r, y), "l",
        (right - k, y), (right, y + k), (right, y + r), "c", (right, low - r), "l",
        (right, low - k), (right - k, low), (right - r, low), "c", (x + r, low), "l",
        (x + k, low), (x, low - k), (x, low - r), "c", (x, y + r), "l",
        (x, y + k), (x + k, y), (x + r, y), "c h",
    )  # fmt: skip
    return " ".join(
        part if isinstance(part, str) else f"{_n(part[0])} {_n(part[1])}" for part in parts
    )
