"""The fonts of one PDF: which letters were used, and the subset that is embedded at the end.

A glyph's number is fixed when its letter is first drawn, so that pages can be written before the
set of letters is known.  reportlab's font file reader makes the subset.
"""

from dataclasses import dataclass, field
from typing import Protocol

from labels.fonts import face_of


class Objects(Protocol):
    """Where PDF objects go; each `add` returns the number of what it wrote."""

    def add(self, body: bytes) -> int: ...
    def add_stream(self, data: bytes, entries: str = "") -> int: ...


@dataclass
class _Used:
    """The letters used of one weight, in the order of their glyph numbers (0 is .notdef)."""

    name: str
    codes: list[int] = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=dict)  # glyph in the font file -> in ours


class FontSet:
    def __init__(self) -> None:
        self._used: dict[str, _Used] = {}

    def glyphs(self, words: str, weight: str) -> tuple[str, str]:
        """Return the font's resource name and *words* (clean) as hexadecimal glyph numbers."""
        used = self._used.setdefault(weight, _Used(f"F{len(self._used) + 1}"))
        index = face_of(weight).charToGlyph
        hexes = []
        for code in map(ord, words):
            number = used.numbers.get(index[code])
            if number is None:
                used.codes.append(code)
                number = used.numbers[index[code]] = len(used.codes)
            hexes.append(f"{number:04X}")
        return used.name, "".join(hexes)

    def write(self, objects: Objects) -> bytes:
        """Write the fonts and return the dictionary that pages use them by."""
        entries = [
            f"/{used.name} {_write_font(objects, weight, used)} 0 R"
            for weight, used in self._used.items()
        ]
        return f"<< {' '.join(entries)} >>".encode("ascii")


def _write_font(objects: Objects, weight: str, used: _Used) -> int:
    face = face_of(weight)
    file = face.makeSubset(used.codes)
    embedded = objects.add_stream(file, f"/Length1 {len(file)}")
    name = f"GHEPMA+BeVietnamPro-{weight}"
    box = " ".join(str(round(edge)) for edge in face.bbox)
    descriptor = objects.add(
        f"<< /Type /FontDescriptor /FontName /{name} /Flags 4 /FontBBox [{box}] /ItalicAngle 0 "
        f"/Ascent {round(face.ascent)} /Descent {round(face.descent)} "
        f"/CapHeight {round(face.capHeight)} /StemV 87 /FontFile2 {embedded} 0 R >>".encode("ascii")
    )
    widths = " ".join(str(round(face.charWidths[code])) for code in used.codes)
    descendant = objects.add(
        f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{name} /CIDToGIDMap /Identity "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> "
        f"/FontDescriptor {descriptor} 0 R /W [1 [{widths}]] >>".encode("ascii")
    )
    letters = objects.add_stream(_letters(used))
    return objects.add(
        f"<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /Identity-H "
        f"/DescendantFonts [{descendant} 0 R] /ToUnicode {letters} 0 R >>".encode("ascii")
    )


def _letters(used: _Used) -> bytes:
    """Return the map from glyph numbers back to letters, so that text can be searched."""
    rows = [f"<{number:04X}> <{code:04X}>" for number, code in enumerate(used.codes, 1)]
    blocks = (rows[at : at + 100] for at in range(0, len(rows), 100))
    maps = "\n".join(f"{len(b)} beginbfchar\n" + "\n".join(b) + "\nendbfchar" for b in blocks)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
        f"1 begincodespacerange <0000> <FFFF> endcodespacerange\n{maps}\n"
        "endcmap CMapName currentdict /CMap defineresource pop end end"
    ).encode("ascii")
