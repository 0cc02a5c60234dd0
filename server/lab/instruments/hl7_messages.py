"""HL7 v2 results: ORU^R01 and OUL^R22 to R24, one message or a batch, framed or not.  Pure.

Delimiters are read from MSH, letters from MSH-18 (else UTF-8, else guessed with a notice).  The
tube's code is sought in SPM-2, SAC-3, OBR-3, OBR-2, ORC-4, PID-3, or as the profile says.  Names
of people, which these messages carry, are never read.
"""

import io
from collections.abc import Iterator
from typing import BinaryIO

from server.lab.instruments import texts
from server.lab.instruments.formats import Box, Format, Head
from server.lab.instruments.hl7_fields import Segment, Signs, signs_of
from server.lab.instruments.observations import Observed, best_sample, items
from server.lab.instruments.profile import HL7_FIELDS, PLAIN, Profile
from server.lab.instruments.readings import Item, Notice, Role, RunFacts, Unread
from server.lab.instruments.reasons import Why

RESULTS = {"ORU", "OUL"}
_SPECIMEN_FIRST = {"R22", "R23"}
_OTHER_TYPES = {"ED", "RP", "AD", "XAD", "XPN", "NA", "MA"}
_FINAL = {"", "F", "C", "R", "V", "A", "S", "U"}
_ROLES = {"Q": Role.CONTROL, "E": Role.CONTROL, "B": Role.CONTROL, "C": Role.STANDARD}
_STATUS = 11  # OBX-11 stands behind the value


def looks(head: Head) -> bool:
    return head.box is Box.HL7


def read(file: BinaryIO, profile: Profile = PLAIN) -> Iterator[Item]:
    """Yield the items of every message in *file*."""
    encoding, guessed = _encoding(file)
    if guessed:
        yield Notice(Why.GUESSED_LETTERS, encoding)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, errors="replace", newline=None)
    try:
        yield from _Reader(profile).read(text)
    finally:
        text.detach()


def _encoding(file: BinaryIO) -> tuple[str, bool]:
    file.seek(0)
    said = file.read(4096).replace(b"\0", b"").upper()
    if b"8859/1|" in said:
        return "latin-1", False
    found = texts.spelling_of(file)
    return ("cp1258", True) if found.guessed else (found.encoding, False)


class _Reader:
    """Walks the segments of a file, gathering those of one specimen or order."""

    def __init__(self, profile: Profile) -> None:
        self._fields = profile.sample_fields or HL7_FIELDS
        self._signs = Signs()
        self._group: list[tuple[int, Segment]] = []
        self._kind = ("", "")
        self._framed = False
        self._open = False
        self._messages = 0
        self._seen = 0
        self._facts = RunFacts()

    def read(self, lines: Iterator[str] | io.TextIOWrapper) -> Iterator[Item]:
        for number, line in enumerate(lines, 1):
            before, begins, rest = line.rpartition("\x0b")
            if begins and self._messages:  # a message broke off here, and another one begins
                yield from self._line(number, before)
                yield from self._flush()
                if self._open:
                    yield Notice(Why.CUT_NO_END)
            if begins:
                self._framed = self._open = True
            yield from self._line(number, rest)
            if "\x1c" in line:
                self._open = False
        yield from self._flush()
        yield self._facts
        if self._framed and self._open:
            yield Notice(Why.CUT_NO_END)
        if not self._seen and self._messages:
            yield Notice(Why.NO_RESULTS)

    def _line(self, number: int, line: str) -> Iterator[Item]:
        """Take a segment; one that observes something and broke off in the value says nothing."""
        plain = line.strip("\r\n\x0b\x1c\ufeff\x1a\0 ")
        broken = plain[:3] == "OBX" and not line.endswith(("\n", "\x1c"))
        if broken and not Segment(plain, self._signs).field(_STATUS):
            yield Unread(number, Why.SHORT_ROW, seen=plain[:120])
            yield Notice(Why.CUT_LAST_LINE)
        elif plain:
            yield from self._segment(number, plain)

    def _segment(self, number: int, line: str) -> Iterator[Item]:
        name = line[:3]
        if name == "MSH":
            yield from self._flush()
            yield from self._begin(line)
        elif name in {"BTS", "FTS"}:
            yield from self._flush()
            declared = Segment(line, self._signs).first(1)
            if name == "BTS" and declared.isdigit() and int(declared) != self._messages:
                yield Notice(Why.COUNT_DIFFERS, f"{self._messages} / {declared}")
        elif self._kind[0] in RESULTS:
            segment = Segment(line, self._signs)
            if self._begins(segment):
                yield from self._flush()
            self._group.append((number, segment))

    def _begin(self, line: str) -> Iterator[Item]:
        self._signs = signs_of(line)
        head = Segment(line, self._signs)
        self._messages += 1
        self._kind = (head.part(9, 1), head.part(9, 2))
        self._facts = self._facts.merged(
            RunFacts(
                instrument=head.first(3)[:120], serial=head.first(4)[:120],
                run_id=head.first(10)[:120], started=head.first(7)[:40],
            )
        )  # fmt: skip
        if self._kind[0] not in RESULTS:
            yield Notice(Why.NOT_RESULTS, "^".join(self._kind))
        elif head.first(11) in {"T", "D"}:
            yield Notice(Why.NOT_FINAL, f"MSH-11 = {head.first(11)}")

    def _begins(self, segment: Segment) -> bool:
        """Return whether *segment* begins what another specimen or order is about."""
        names = {each.name for _, each in self._group}
        if self._kind[0] == "OUL" and self._kind[1] in _SPECIMEN_FIRST:
            return segment.name == "SPM"
        if segment.name == "ORC":
            return bool(names & {"ORC", "OBR"}) and "OBX" in names and self._kind[0] == "ORU"
        return segment.name == "OBR" and bool(names & {"OBR", "OBX"})

    def _flush(self) -> Iterator[Item]:
        group, self._group = self._group, [each for each in self._group if each[1].name == "PID"]
        seen = [(number, each) for number, each in group if each.name == "OBX"]
        if not seen:
            return
        self._seen += len(seen)
        if not any(each.name in {"OBR", "SPM", "SAC"} for _, each in group):
            for number, each in seen:  # of the patient, of no specimen
                yield Unread(number, Why.OTHER_RECORD, target=each.first(3))
            return
        segments = [each for _, each in group]
        sample = best_sample(_values(segments, self._fields))
        role = next((_ROLES.get(each.first(11)) for each in segments if each.name == "SPM"), None)
        observed = (_observed(number, each) for number, each in seen)
        yield from items(sample, role or Role.SAMPLE, observed)


def _values(segments: list[Segment], fields: tuple[str, ...]) -> Iterator[str]:
    for wanted in fields:
        name, _, place = wanted.partition("-")
        field, _, part = place.partition(".")
        for segment in segments:
            if segment.name == name:
                yield segment.part(int(field), int(part or 1))


def _observed(number: int, obx: Segment) -> Observed:
    kind = obx.first(2)
    code, words, system = obx.part(3, 1), obx.part(3, 2), obx.part(3, 3)
    value = obx.part(5, 2) if kind in {"CE", "CWE", "CNE", "SN"} else ""
    value = value or obx.part(5, 1)
    numeric = kind in {"NM", "SN"}
    return Observed(
        number,
        target=(words if system == "LN" or not code else code)[:120],
        text="" if numeric else value,
        number=value if numeric else "",
        unit=obx.first(6),
        flags=obx.first(8)[:40],
        final=obx.first(11) in _FINAL,
        other=kind in _OTHER_TYPES,
    )


FORMAT = Format("hl7", "HL7 v2", looks, read)
