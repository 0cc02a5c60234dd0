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
from server.lab.instruments.hl7_groups import Group
from server.lab.instruments.observations import Observed, items, samples_named
from server.lab.instruments.profile import HL7_FIELDS, PLAIN, Profile
from server.lab.instruments.readings import Item, Notice, Role, RunFacts, Unread
from server.lab.instruments.reasons import Why

RESULTS = {"ORU", "OUL"}
_OTHER_TYPES = {"ED", "RP", "AD", "XAD", "XPN", "NA", "MA"}
_FINAL = {"", "F", "C", "R", "V", "A", "U"}  # S is partial
_CODED = {"CE", "CWE", "CNE"}
_ROLES = {"Q": Role.CONTROL, "E": Role.CONTROL, "B": Role.CONTROL, "C": Role.STANDARD}
_STATUS, _VALUE = 11, 5  # OBX-11 stands behind the value


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
        self._group = Group()
        self._torn: list[tuple[int, str]] = []  # an OBX that broke off
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
                yield from self._flush(broken=self._open)
                self._group.begin()
                if self._open:
                    yield Notice(Why.CUT_NO_END)
            if begins:
                self._framed = self._open = True
            yield from self._line(number, rest)
            if "\x1c" in line:
                self._open = False
        yield from self._flush(broken=self._framed and self._open)
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
            self._torn.append((number, plain[:120]))
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
            over = self._group.is_over(segment.name)
            if over:
                yield from self._flush()
            self._group.add(number, segment, closes=over)

    def _begin(self, line: str) -> Iterator[Item]:
        self._signs = signs_of(line)
        head = Segment(line, self._signs)
        self._messages += 1
        self._kind = (head.part(9, 1), head.part(9, 2))
        self._group.begin(*self._kind)
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

    def _flush(self, *, broken: bool = False) -> Iterator[Item]:
        """Yield what was observed of the specimen or order that ends here.

        Where the message is *broken* off, more may have been said of it.
        """
        seen = self._group.take()
        segments = [each for _, each in self._group.segments]
        samples = samples_named(_values(segments, self._fields))
        for number, line in self._torn:
            yield Unread(number, Why.SHORT_ROW, sample=samples[0] if samples else "", seen=line)
        self._torn = []
        if not seen:
            return
        self._seen += len(seen)
        names = {each.name for each in segments}
        if not names & {"OBR", "SPM", "SAC"}:
            why = Why.OTHER_RECORD if "PID" in names else Why.NO_SAMPLE  # of a patient, or nobody's
            for number, each in seen:
                yield Unread(number, why, target=each.first(3))
            return
        role = next((_ROLES.get(each.first(11)) for each in segments if each.name == "SPM"), None)
        # OBR-25 speaks where OBX-11 does not; its A is "some, not all".
        order = next((each.first(25) for each in segments if each.name == "OBR"), "")
        order = order.replace("A", "P")
        observed = (_observed(number, each, order) for number, each in seen)
        yield from items(samples, role or Role.SAMPLE, observed, broken=broken)


def _values(segments: list[Segment], fields: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for wanted in fields:
        name, _, place = wanted.partition("-")
        field, _, part = place.partition(".")
        for segment in segments:
            if segment.name == name:
                yield wanted, segment.part(int(field), int(part or 1))


def _observed(number: int, obx: Segment, order_status: str) -> Observed:
    kind = obx.first(2)
    code, words, system = obx.part(3, 1), obx.part(3, 2), obx.part(3, 3)
    value, several = _value(obx, kind)
    numeric = kind in {"NM", "SN"}
    return Observed(
        number,
        target=(words if system == "LN" or not code else code)[:120],
        text="" if numeric else value,
        number=value if numeric else "",
        unit=obx.first(6),
        flags=obx.first(8)[:40],
        final=(obx.first(_STATUS) or order_status) in _FINAL,
        other=kind in _OTHER_TYPES,
        several=several,
    )


def _value(obx: Segment, kind: str) -> tuple[str, bool]:
    """Return what was observed, as written, and whether the field holds more than one value.

    Of a structured number the comparator is part of what it says: `>^37` is no 37.
    """
    repeated = obx.values(_VALUE)
    if len(repeated) > 1:
        return " ".join(repeated), True
    first, second, *more = (obx.part(_VALUE, component) for component in range(1, 5))
    if kind == "SN":
        return f"{first.removeprefix('=')}{second}", any(more)
    if kind in _CODED:
        return second or first, False
    return first, kind == "NM" and any([second, *more])


FORMAT = Format("hl7", "HL7 v2", looks, read)
