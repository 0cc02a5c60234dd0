"""Reads back what was printed: every page at a printer's resolutions, every code on it.

For each code: its text, at which resolutions it was read, its module and the white around it as
measured in the picture, and whether the words beside it say the same.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pypdfium2
from PIL import Image

from contract.cards import CardError, CardNumber, read_card
from contract.tubes import TubeError, tube
from labels.cards import grouped
from labels.errors import BadList
from labels.reading import Seen, read_picture

RESOLUTIONS = (203.2, 300.0, 600.0)
_SAME_PLACE_MM = 3.0
_INK = 128


@dataclass(frozen=True, slots=True)
class ProvedCode:
    """One code on paper, measured at the finest resolution that read it.

    `agrees` is None where the words beside it cannot be compared with it.
    """

    page: int
    seen: Seen
    read_at: tuple[float, ...]
    agrees: bool | None


@dataclass(frozen=True, slots=True)
class ProofReport:
    """Every code that was read at any resolution."""

    codes: tuple[ProvedCode, ...]
    pages: int
    resolutions: tuple[float, ...]

    def missed_at(self, dpi: float) -> int:
        return sum(dpi not in code.read_at for code in self.codes)

    def faults_at(self, dpi: float) -> tuple[ProvedCode, ...]:
        """Return the codes that a printer of *dpi* would print badly or beside wrong words."""
        return tuple(
            code
            for code in self.codes
            if dpi not in code.read_at or not code.seen.quiet_enough or code.agrees is False
        )

    @property
    def copies(self) -> Counter[str]:
        """How often each text stands on the paper."""
        return Counter(code.seen.text for code in self.codes)


def proof(
    pdf: Path | bytes,
    *,
    resolutions: tuple[float, ...] = RESOLUTIONS,
    progress: Callable[[int, int], None] | None = None,
) -> ProofReport:
    """Render *pdf* as printers of *resolutions* would, and read it; raise BadList if it is none."""
    try:
        document = pypdfium2.PdfDocument(pdf)
    except (pypdfium2.PdfiumError, FileNotFoundError) as error:
        raise BadList("Không đọc được tệp PDF này.", "This file is not a readable PDF.") from error
    found: list[ProvedCode] = []
    with document:
        pages = len(document)
        for number in range(pages):
            found += _page(document[number], number + 1, tuple(sorted(resolutions)))
            if progress is not None:
                progress(number + 1, pages)
    return ProofReport(tuple(found), pages, tuple(sorted(resolutions)))


def _page(page: pypdfium2.PdfPage, number: int, resolutions: tuple[float, ...]) -> list[ProvedCode]:
    words = " ".join(page.get_textpage().get_text_range().split())
    found: list[ProvedCode] = []
    for dpi in reversed(resolutions):  # the finest picture measures, the others only read
        picture = render(page, dpi)
        for seen in read_picture(picture, dpi):
            _add(found, ProvedCode(number, seen, (dpi,), _agrees(seen.text, words)))
    return [replace(code, read_at=tuple(sorted(code.read_at))) for code in found]


def render(page: pypdfium2.PdfPage, dpi: float) -> Image.Image:
    """Return *page* as a printer of *dpi* puts it on paper: dots that are black or white."""
    scale = dpi / 72 * (1 - 1e-6)  # a page of whole dots must not become one dot wider
    grey: Image.Image = page.render(scale=scale, grayscale=True).to_pil()
    return grey.point(lambda value: 255 if value >= _INK else 0)


def _add(found: list[ProvedCode], code: ProvedCode) -> None:
    for place, known in enumerate(found):
        if known.seen.is_same(code.seen):
            found[place] = replace(known, read_at=(*known.read_at, *code.read_at))
            return
    found.append(code)


def _agrees(text: str, words: str) -> bool | None:
    """Return whether *words* of the page hold what the code says, as people would read it."""
    shown = _shown(text)
    return None if shown is None else shown in words


def _shown(text: str) -> str | None:
    try:
        if text.startswith("P1:"):
            return grouped(read_card(text).number)
        if text.startswith("P:"):
            return grouped(CardNumber(text[2:]))
        return tube(text).grouped
    except (CardError, TubeError):
        return None
