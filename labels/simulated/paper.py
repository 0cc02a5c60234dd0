"""Draws the ZPL and the TSPL that we write, dot by dot, as a printer would put them on labels."""

import re
from collections.abc import Iterator

from PIL import Image, ImageDraw

from labels.symbols import code128

_ZPL = re.compile(rb"[\^~]([A-Z@][A-Z0-9@])([^\^~]*)")
_START = re.compile(r"^>[:;]")


def draw(stream: bytes) -> Iterator[Image.Image]:
    """Yield each label that *stream* prints, in either language; ValueError on what is neither."""
    if b"^XA" in stream:
        yield from _draw_zpl(stream)
    elif b"SIZE " in stream:
        yield from _draw_tspl(stream)
    elif stream:
        raise ValueError("neither ZPL nor TSPL")


class _Label:
    """One label being drawn: black on white."""

    def __init__(self, width: int, height: int) -> None:
        self.image = Image.new("L", (width, height), 255)

    def code(self, x: int, y: int, module: int, height: int, text: str) -> None:
        pen = ImageDraw.Draw(self.image)
        for first, wide in code128(text).bars:
            left = x + first * module
            pen.rectangle((left, y, left + wide * module - 1, y + height - 1), fill=0)

    def dots(self, x: int, y: int, row_bytes: int, data: bytes) -> None:
        shape = Image.frombytes("1", (row_bytes * 8, len(data) // row_bytes), data)
        self.image.paste(0, (x, y), shape)


class _Zpl:
    """What a ZPL printer remembers between commands."""

    def __init__(self) -> None:
        self.width = self.x = self.y = self.module = self.bar_height = 0
        self.copies, self.label = 1, _Label(1, 1)

    def obey(self, name: str, said: str) -> None:
        numbers = [int(word) if word.isdigit() else 0 for word in said.split(",")]
        match name:
            case "PW":
                self.width = numbers[0]
            case "LL":
                self.label = _Label(self.width, numbers[0])
            case "FO":
                self.x, self.y = numbers[:2]
            case "BY":
                self.module = numbers[0]
            case "BC":
                self.bar_height = numbers[1]
            case "PQ":
                self.copies = numbers[0]

    def put(self, name: str, said: str) -> None:
        if name == "FD":
            text = _START.sub("", said)
            self.label.code(self.x, self.y, self.module, self.bar_height, text)
        elif name == "GF":
            row_bytes, packed = said.split(",", 4)[3:]
            self.label.dots(self.x, self.y, int(row_bytes), _unpacked(packed, int(row_bytes)))


def _draw_zpl(stream: bytes) -> Iterator[Image.Image]:
    printer = _Zpl()
    for command, said in _ZPL.findall(stream):
        name, words = command.decode("ascii"), said.decode("ascii").strip()
        printer.obey(name, words)
        printer.put(name, words)
        if name == "XZ":
            yield from [printer.label.image] * printer.copies


def _unpacked(packed: str, row_bytes: int) -> bytes:
    """Undo ZPL's short hexadecimal: ',' fills the row with zeros, ':' repeats the row above."""
    rows: list[str] = []
    row = ""
    for letter in packed:
        if letter == ":":
            rows.append(rows[-1])
        elif letter == ",":
            rows.append(row.ljust(row_bytes * 2, "0"))
            row = ""
        else:
            row += letter
            if len(row) == row_bytes * 2:
                rows.append(row)
                row = ""
    return bytes.fromhex("".join(rows))


def _draw_tspl(stream: bytes) -> Iterator[Image.Image]:
    size, label, at = (1, 1), _Label(1, 1), 0
    while at < len(stream):
        end = stream.index(b"\r\n", at)
        command, _, rest = stream[at:end].partition(b" ")
        if command == b"BITMAP":
            x, y, row_bytes, rows = (int(word) for word in rest.split(b",", 4)[:4])
            first = at + len(b"BITMAP ") + len(b",".join(rest.split(b",", 5)[:5])) + 1
            end = first + row_bytes * rows
            label.dots(x, y, row_bytes, bytes(255 - byte for byte in stream[first:end]))
        elif command == b"SIZE":
            width, height = (float(word.split()[0]) for word in rest.split(b","))
            size = (round(width * 8), round(height * 8))
        elif command == b"CLS":
            label = _Label(*size)
        elif command == b"BARCODE":
            words = rest.decode("ascii").split(",")
            label.code(int(words[0]), int(words[1]), int(words[6]), int(words[3]), words[8][1:-1])
        elif command == b"PRINT":
            yield from [label.image] * int(rest.split(b",")[1])
        at = end + 2
