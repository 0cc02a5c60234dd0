"""An old Excel workbook (BIFF8 in a compound file), written by hand: no library writes them now."""

from collections.abc import Mapping, Sequence
from struct import pack

SECTOR, NONE, END, FAT = 512, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
Cell = str | float
GLOBALS, SHEET = 0x0005, 0x0010


def xls(sheets: Mapping[str, Sequence[Sequence[Cell]]]) -> bytes:
    """Return the file with these *sheets*, row by row; '' is an empty cell."""
    return _compound(_workbook(sheets))


def _workbook(sheets: Mapping[str, Sequence[Sequence[Cell]]]) -> bytes:
    bodies = [_sheet(rows) for rows in sheets.values()]
    lengths = [len(_named(0, name)) for name in sheets]
    at = len(_begin(GLOBALS)) + len(_letters()) + sum(lengths) + len(_record(0x000A))
    named = b""
    for name, body in zip(sheets, bodies, strict=True):
        named += _named(at, name)
        at += len(body)
    return _begin(GLOBALS) + _letters() + named + _record(0x000A) + b"".join(bodies)


def _sheet(rows: Sequence[Sequence[Cell]]) -> bytes:
    width = max(map(len, rows))
    out = _begin(SHEET) + _record(0x0200, pack("<IIHHH", 0, len(rows), 0, width, 0))
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            place = pack("<HHH", row, column, 15)
            if isinstance(cell, str):
                if cell:
                    out += _record(0x0204, place + pack("<HB", len(cell), 1) + _wide(cell))
            else:
                out += _record(0x0203, place + pack("<d", cell))
    return out + _record(0x000A)


def _begin(kind: int) -> bytes:
    return _record(0x0809, pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0x41, 0x06))


def _letters() -> bytes:
    return _record(0x0042, pack("<H", 1200))


def _named(at: int, name: str) -> bytes:
    return _record(0x0085, pack("<IBBBB", at, 0, 0, len(name), 1) + _wide(name))


def _record(kind: int, data: bytes = b"") -> bytes:
    return pack("<HH", kind, len(data)) + data


def _wide(text: str) -> bytes:
    return text.encode("utf-16-le")


def _compound(stream: bytes) -> bytes:
    """Wrap *stream* as `Workbook`: a sector of chains, one of names, then the stream."""
    size = max(len(stream), 4096)  # shorter ones would lie in smaller sectors
    sectors = -(-size // SECTOR)
    chain = [FAT, END, *range(3, 2 + sectors), END]
    chains = pack(f"<{len(chain)}I", *chain) + pack("<I", NONE) * (SECTOR // 4 - len(chain))
    names = _entry("Root Entry", 5, 1, END, 0) + _entry("Workbook", 2, NONE, 2, size)
    names += _entry("", 0, NONE, 0, 0) * 2
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += pack("<IIIIIIIII", 0, 1, 1, 0, 4096, END, 0, END, 0) + pack("<I", 0)
    head += pack("<I", NONE) * 108
    return head + chains + names + stream.ljust(sectors * SECTOR, b"\0")


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    wide = (_wide(name) + b"\0\0") if name else b""
    about = pack("<HBBIII", len(wide), kind, 1, NONE, NONE, child)
    return wide.ljust(64, b"\0") + about + bytes(36) + pack("<IQ", start, size)
