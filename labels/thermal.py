"""Where the bars and the words of a label stand on a thermal printer, in whole dots.

ZPL and TSPL say the same things in different words; both are written from these dots.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from labels.bitmap import Dots, dots_of
from labels.errors import DoesNotFit
from labels.face import Face, Label, face_of
from labels.stock import Stock, check_start

DOTS_PER_MM = {203.2: 8, 304.8: 12, 609.6: 24}


@dataclass(frozen=True, slots=True)
class Block:
    """A line of words as dots, with its top left corner."""

    x: int
    y: int
    dots: Dots


@dataclass(frozen=True, slots=True)
class Dotted:
    """One label in dots; a module is `face.fit.dots` of them."""

    face: Face
    width: int
    height: int
    code_x: int
    code_y: int
    bar_height: int
    blocks: tuple[Block, ...]


def exact(dpi: float) -> float:
    """Return the resolution of a thermal printer sold as *dpi*: 203 means 8 dots a mm."""
    best = min(DOTS_PER_MM, key=lambda known: abs(known - dpi))
    if abs(best - dpi) > 12:
        raise DoesNotFit(
            f"Máy in nhiệt có 203, 300 hoặc 600 dpi, không có {dpi:.0f}.",
            f"Thermal printers have 203, 300 or 600 dpi, not {dpi:.0f}.",
        )
    return best


def dotted(
    labels: Iterable[Label],
    stock: Stock,
    dpi: float,
    copies: int,
    progress: Callable[[int], None] | None,
) -> Iterator[Dotted]:
    """Yield each label in dots; call *progress* with the number done.  Raises DoesNotFit."""
    if not stock.roll:
        raise DoesNotFit(
            f"{stock.name} là tờ nhãn: in bằng PDF. Máy in nhiệt dùng nhãn cuộn.",
            f"{stock.name} is a sheet: print it as PDF. Thermal printers take rolls.",
        )
    check_start(stock, 1, copies)
    for done, label in enumerate(labels, 1):
        yield _dotted(face_of(label, stock, dpi), dpi)
        if progress is not None:
            progress(done)


def _dotted(face: Face, dpi: float) -> Dotted:
    def dots(mm: float) -> int:
        return round(mm * dpi / 25.4)

    blocks = []
    for words in face.words:
        drawn = dots_of(words.text, words.points, words.weight, dpi)
        x = dots(words.x) - round(drawn.width * {"left": 0, "centre": 0.5, "right": 1}[words.align])
        blocks.append(Block(max(x, 0), max(dots(words.y) - drawn.above, 0), drawn))
    return Dotted(
        face, dots(face.width), dots(face.height),
        dots(face.code_x), dots(face.code_y), dots(face.bar_height), tuple(blocks),
    )  # fmt: skip
