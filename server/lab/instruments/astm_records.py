"""ASTM E1394 / LIS02-A2 records: H, P, O, R, C, L; framed (E1381) or plain.  Pure.

Delimiters are read from H: GeneXpert sends `H|@^\\|`.  A message without its L record is cut short.
A frame whose checksum is wrong yields nothing: what it says cannot be trusted.  Nothing is read of
a message that lacks a frame, for what follows may be of another specimen; nor of the specimen that
stands last in a message that was cut.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from server.lab.instruments.astm_frames import DAMAGED, STX, Capture, frames_in
from server.lab.instruments.formats import Box, Format, Head
from server.lab.instruments.observations import Observed, items, samples_named
from server.lab.instruments.profile import ASTM_FIELDS, PLAIN, Profile
from server.lab.instruments.readings import Item, Notice, Role, RunFacts, Unread
from server.lab.instruments.reasons import Why

LARGEST = 16 << 20  # bytes of one message
_STATUS = 8  # R-9 stands behind the value
_FINAL = {"", "F", "C", "V", "N"}
_ENDED = {"", "N", "F"}
_DAMAGED = DAMAGED.decode().strip("\r")
_LINES = re.compile(r"\r\n|\r|\n")


def looks(head: Head) -> bool:
    return head.box is Box.ASTM


def read(file: BinaryIO, profile: Profile = PLAIN) -> Iterator[Item]:
    """Yield the items of every message in *file*."""
    file.seek(0)
    content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        yield Notice(Why.TOO_LARGE_INSIDE)
        return
    text, notices = _unframed(content)
    yield from notices
    yield from _Reader(profile).read(_decoded(text))


def _unframed(content: bytes) -> tuple[bytes, list[Notice]]:
    if STX not in content:
        return content.strip(b"\x04\x05\x06\x15 "), []
    capture = Capture()
    notices: list[Notice] = []
    for at, frame in enumerate(frames_in(content), 1):
        if frame is None:
            notices.append(Notice(Why.CUT_NO_END, f"{at}"))
            continue
        if not frame.sound:
            notices.append(Notice(Why.BAD_CHECKSUM, f"{at}"))
        capture.take(frame)
    return capture.text, notices


def _decoded(text: bytes) -> str:
    if text[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return text.decode("utf-16", errors="replace")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError:
        return text.decode("cp1252", errors="replace")


class _Reader:
    """Walks records; each O begins a specimen."""

    def __init__(self, profile: Profile) -> None:
        self._fields = profile.sample_fields or ASTM_FIELDS
        self._field, self._repeat, self._component = "|", "\\", "^"
        self._records: dict[str, list[str]] = {}
        self._observed: list[Observed] = []
        self._facts = RunFacts()
        self._open = False
        self._broken = self._marked = False
        self._seen = 0

    def read(self, text: str) -> Iterator[Item]:
        *lines, left = _LINES.split(text)
        for number, line in enumerate(lines, 1):
            yield from self._line(number, line)
        if left[:1].upper() == "R" and len(left.split(self._field)) <= _STATUS:
            sample = next(iter(samples_named(self._candidates())), "")  # broken off in its value
            yield Unread(len(lines) + 1, Why.SHORT_ROW, sample=sample, seen=left[:120])
        else:
            yield from self._line(len(lines) + 1, left)
        yield from self._flush(broken=self._open)
        yield self._facts
        if self._open:
            yield Notice(Why.CUT_NO_END, "L")
        if not self._seen:
            yield Notice(Why.NO_RESULTS)

    def _line(self, number: int, line: str) -> Iterator[Item]:
        plain = line.strip("\x00\x1a")
        if plain:
            yield from self._record(number, plain)

    def _record(self, number: int, line: str) -> Iterator[Item]:
        kind = line[:1].upper()
        if line == _DAMAGED:
            yield from self._damage()
            return
        if kind == "H":
            yield from self._begin(line)
            return
        cells = line.split(self._field)
        if kind == "R":
            self._seen += 1
            self._observed.append(self._result(number, cells))
        elif kind in "PO":
            yield from self._flush()
            if kind == "P":
                self._records.clear()
            self._records[kind] = cells
        elif kind == "L":
            yield from self._flush()
            self._open, self._records = False, {}
            if _cell(cells, 2) not in _ENDED:
                yield Notice(Why.CUT_NO_END, f"L-3 = {_cell(cells, 2)}")

    def _damage(self) -> Iterator[Item]:
        """A frame is missing of what comes next, up to the message after it."""
        yield from self._flush(broken=self._open)
        self._broken = self._marked = True
        self._records = {}
        yield Notice(Why.CUT_NO_END)

    def _begin(self, line: str) -> Iterator[Item]:
        yield from self._flush(broken=self._open)
        if self._open:
            yield Notice(Why.CUT_NO_END, "L")
        self._open, self._records = True, {}
        self._broken, self._marked = self._marked, False
        self._field = line[1:2] or "|"
        marks = line[2:5]
        self._repeat, self._component = marks[:1] or "\\", marks[1:2] or "^"
        cells = ["H", marks, *line[5:].removeprefix(self._field).split(self._field)]
        sender = _cell(cells, 4).split(self._component)
        if _cell(cells, 11) in {"T", "D"}:
            yield Notice(Why.NOT_FINAL, f"H-12 = {_cell(cells, 11)}")
        self._facts = self._facts.merged(
            RunFacts(
                instrument=" ".join(part for part in sender[:3] if part)[:120],
                run_id=_cell(cells, 2)[:120],
                started=_cell(cells, 13)[:40],
            )
        )

    def _result(self, number: int, cells: list[str]) -> Observed:
        parts = _cell(cells, 2).split(self._component)
        analyte, kind = (parts[6], parts[7]) if len(parts) >= 8 else ("", "")
        named = analyte or (parts[3] if len(parts) > 3 else "") or next(filter(None, parts), "")
        values = list(dict.fromkeys(filter(None, _cell(cells, 3).split(self._repeat))))
        several = len(values) > 1
        shown = " ".join(values)
        words, _, digits = (shown, "", "") if several else shown.partition(self._component)
        return Observed(
            number,
            target=named.rstrip("^ ")[:120],
            text=words.strip()[:120],
            number=digits.partition(self._component)[0].strip(),
            unit=_cell(cells, 4),
            kind="ct" if kind.casefold() in {"ct", "cq"} else "",
            flags=_cell(cells, 6)[:40],
            final=_cell(cells, 8).partition(self._repeat)[0] in _FINAL,
            other=kind.casefold() not in {"", "ct", "cq"},
            several=several,
        )

    def _flush(self, *, broken: bool = False) -> Iterator[Item]:
        observed, self._observed = self._observed, []
        if observed:
            order = self._records.get("O", [])
            control = _cell(order, 11).partition(self._repeat)[0] == "Q"
            role = Role.CONTROL if control else Role.SAMPLE
            samples = samples_named(self._candidates())
            yield from items(samples, role, observed, broken=broken or self._broken)

    def _candidates(self) -> Iterator[tuple[str, str]]:
        for wanted in self._fields:
            name, _, place = wanted.partition("-")
            cell = _cell(self._records.get(name, []), int(place) - 1)
            for at, component in enumerate(cell.split(self._component)):
                yield f"{wanted}.{at}", component


def _cell(cells: list[str], at: int) -> str:
    return cells[at] if at < len(cells) else ""


FORMAT = Format("astm", "ASTM E1394", looks, read)
