"""Fields of an HL7 v2 segment, by the delimiters that its message names in MSH.  Pure."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Signs:
    """MSH-1 and MSH-2: `|^~\\&`."""

    field: str = "|"
    component: str = "^"
    repeat: str = "~"
    escape: str = "\\"
    part: str = "&"


def signs_of(msh: str) -> Signs:
    """Return the delimiters that a line `MSH|^~\\&|…` declares; what it leaves out is usual."""
    field = msh[3:4] or "|"
    declared = msh[4:].partition(field)[0]
    usual = "^~\\&"
    marks = declared + usual[len(declared) :]
    return Signs(field, *marks[:4])


class Segment:
    """One segment; fields count from 1 as the standard's do (MSH-1 is the delimiter itself)."""

    __slots__ = ("_cells", "_signs", "name")

    def __init__(self, line: str, signs: Signs) -> None:
        cells = line.split(signs.field)
        self.name = cells[0]
        self._cells = [cells[0], signs.field, *cells[1:]] if cells[0] == "MSH" else cells
        self._signs = signs

    def field(self, number: int) -> str:
        """Return a field as it came, '' where the segment ends before it."""
        return self._cells[number] if number < len(self._cells) else ""

    def first(self, number: int) -> str:
        return self.part(number, 1)

    def values(self, number: int) -> list[str]:
        """Return the different repetitions that say anything, as they came."""
        each = (part.strip() for part in self.field(number).split(self._signs.repeat))
        return list(dict.fromkeys(filter(None, each)))

    def part(self, number: int, component: int) -> str:
        """Return a component of the first repetition, its first part only, read for people."""
        repetition = self.field(number).partition(self._signs.repeat)[0]
        parts = repetition.split(self._signs.component)
        if component > len(parts):
            return ""
        return unescape(parts[component - 1].partition(self._signs.part)[0], self._signs).strip()


def unescape(text: str, signs: Signs) -> str:
    """Return *text* with `\\T\\`, `\\S\\`, `\\F\\`, `\\R\\`, `\\E\\` and `\\X..\\` resolved."""
    if signs.escape not in text:
        return text
    mark = re.escape(signs.escape)
    meant = {"F": signs.field, "S": signs.component, "R": signs.repeat, "E": signs.escape,
             "T": signs.part}  # fmt: skip

    def resolved(found: re.Match[str]) -> str:
        code = found[1]
        if code.startswith("X") and re.fullmatch(r"(?:[0-9A-Fa-f]{2})+", code[1:]):
            return bytes.fromhex(code[1:]).decode("utf-8", errors="replace")
        return meant.get(code, "")

    return re.sub(f"{mark}([^{mark}]{{0,200}}){mark}", resolved, text)


def escape(text: str, signs: Signs) -> str:
    """Return *text* with every delimiter escaped."""
    table = {signs.escape: "E", signs.field: "F", signs.component: "S", signs.repeat: "R",
             signs.part: "T"}  # fmt: skip
    return "".join(
        f"{signs.escape}{table[letter]}{signs.escape}" if letter in table else letter
        for letter in text
    )
