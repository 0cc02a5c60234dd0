"""A GM65 inside: registers, of which some are acknowledged and not stored."""

from device.drivers.readers.codecs.checks import crc_xmodem
from device.drivers.simulated.readers.model import Store

_FACTORY = {"0000": "D6", "0003": "03", "0013": "00", "003F": "01", "0060": "60", "00D0": "00"}
_VERSIONS = {"00E1": "64", "00E2": "87"}
_HOST = b"\x7e\x00"
_SKIP = (b"\xab\xcd",)  # a host that does not compute the CRC may send this instead


class Gm65Model:
    """Implements `Model`.  `triggered` counts the reads that the host asked for."""

    def __init__(
        self,
        baud: int = 9600,
        missing: frozenset[str] = frozenset(),
        deaf: frozenset[str] = frozenset(),
    ) -> None:
        self.baud = baud
        self.store = Store({**_FACTORY, **_VERSIONS}, missing, deaf)
        self.triggered = 0
        self._heard = b""

    def hear(self, data: bytes) -> list[bytes]:
        self._heard += data
        answers = []
        while (start := self._heard.find(_HOST)) >= 0 and len(self._heard) >= start + 6:
            end = start + 6 + self._heard[start + 3] + 2
            if len(self._heard) < end:
                break
            answers.append(self._take(self._heard[start + 2 : end]))
            self._heard = self._heard[end:]
        return answers

    def code(self, data: bytes, aim: str) -> bytes:
        ram = self.store.ram
        if aim.startswith("]Q") and ram["003F"] == "00":
            return b""
        prefix = aim.encode("ascii") if ram["00D0"] == "80" else b""
        tail = {0x00: b"\r", 0x20: b"\r\n", 0x40: b"\t", 0x60: b""}[int(ram["0060"], 16) & 0x60]
        return prefix + data + tail

    def nak(self) -> bytes:
        return _answer(3, b"\x00")

    def cut_power(self) -> None:
        self.store.cut_power()
        self._heard = b""

    def _take(self, frame: bytes) -> bytes:
        body, check = frame[:-2], frame[-2:]
        if check not in (crc_xmodem(body), *_SKIP):
            return _answer(1, b"\x00")
        kind, address, data = body[0], body[2:4].hex().upper(), body[4:]
        if kind == 0x0A:
            return b"\x03" + _answer(0, b"\x00")[1:]
        if kind == 0x09:
            self.store.save()
            return _answer(0, b"\x00")
        if address in self.store.missing:
            return _answer(3, b"\x00")
        return self._read(address, data[0]) if kind == 0x07 else self._write(address, data)

    def _read(self, address: str, count: int) -> bytes:
        first = int(address, 16)
        keys = [f"{first + n:04X}" for n in range(count)]
        return _answer(0, bytes(int(self.store.ram.get(key, "00"), 16) for key in keys))

    def _write(self, address: str, data: bytes) -> bytes:
        if address == "0002":
            self.triggered += data == b"\x01"
        for n, value in enumerate(data):
            self.store.write(f"{int(address, 16) + n:04X}", f"{value:02X}")
        return _answer(0, b"\x00")


def _answer(status: int, data: bytes) -> bytes:
    body = bytes((status, len(data))) + data
    return b"\x02\x00" + body + crc_xmodem(body)
