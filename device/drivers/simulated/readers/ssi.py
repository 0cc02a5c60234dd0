"""A Zebra reader in SSI inside, or a GM67: parameters, and codes that want to be acknowledged."""

from device.drivers.readers.codecs.checks import twos_complement
from device.drivers.readers.codecs.ssi import AGAIN, AIMS, FOR_EVER, READER, Op, again, packet
from device.drivers.readers.codecs.ssi import number_size as size_of
from device.drivers.simulated.readers.model import Store

_FACTORY = {"EE": "00", "9F": "00", "2D": "00", "08": "01", "0E": "01", "F025": "01"}
_FACTORY |= {"8A": "00", "38": "01", "EC": "01", "EB": "01"}
_SWITCH = {"]C0": "08", "]C1": "0E", "]Q1": "F025"}


class SsiModel:
    """Implements `Model`.  `beeps` are the beeps that the host ordered, by their number.

    `acknowledged` counts codes that the host took; one that it did not is kept and sent again
    when the host asks for it.  `tells` False: parameters cannot be read (GM67).
    """

    def __init__(
        self,
        baud: int = 9600,
        missing: frozenset[str] = frozenset(),
        deaf: frozenset[str] = frozenset(),
        *,
        tells: bool = True,
    ) -> None:
        self.baud = baud
        self.store = Store(dict(_FACTORY), missing, deaf)
        self.beeps: list[int] = []
        self.acknowledged = 0
        self.resent = 0
        self._tells = tells
        self._pending = b""
        self._heard = b""

    def hear(self, data: bytes) -> list[bytes]:
        self._heard = (self._heard + data).lstrip(b"\x00")
        answers = list[bytes]()
        while len(self._heard) >= 2 and len(self._heard) >= (end := self._heard[0] + 2):
            frame, self._heard = self._heard[:end], self._heard[end:].lstrip(b"\x00")
            if twos_complement(frame[:-2]) != frame[-2:]:
                answers.append(_from_reader(Op.NAK, b"\x01"))
            else:
                answers += self._take(frame[1], frame[3], frame[4:-2])
        return answers

    def code(self, data: bytes, aim: str) -> bytes:
        if self.store.ram.get(_SWITCH.get(aim, ""), "00") == "00":
            return b""
        if self.store.ram["EE"] == "00":
            return data + b"\r"
        kind = next(number for number, known in AIMS.items() if known == aim)
        self._pending = _from_reader(Op.CODE, bytes((kind,)) + data)
        return self._pending

    def send_again(self) -> bytes:
        """Return the last code marked as sent again: its acknowledgement did not arrive."""
        self.resent += 1
        return again(self._pending)

    def nak(self) -> bytes:
        return _from_reader(Op.NAK, b"\x06")

    def cut_power(self) -> None:
        self.store.cut_power()
        self._heard = self._pending = b""

    def _take(self, op: int, status: int, data: bytes) -> list[bytes]:
        if op == Op.ACK:
            self.acknowledged += bool(self._pending)
            return []
        if op == Op.NAK:
            return [self.send_again()] if self._pending and data == b"\x01" else []
        if op == Op.ASK_REVISION:
            return [_from_reader(Op.REVISION, b"SIMULATED SSI 1.0")]
        if op == Op.ASK_PARAM:
            return [self._tell(data)] if self._tells else []
        if op == Op.BEEP:
            self.beeps.append(data[0])
        elif op == Op.ALL_CODES:
            for_ever = bool(status & FOR_EVER)
            self.store.write_all(_SWITCH.values(), data.hex().upper(), for_ever=for_ever)
        elif op == Op.PARAM:
            return [self._set(data[1:], for_ever=bool(status & FOR_EVER))]
        return [_from_reader(Op.ACK)]

    def _tell(self, number: bytes) -> bytes:
        value = self.store.ram.get(key := number.hex().upper())
        if value is None or key in self.store.missing:
            return self.nak()
        return _from_reader(Op.PARAM, b"\xff" + number + bytes.fromhex(value))

    def _set(self, data: bytes, *, for_ever: bool) -> bytes:
        size = size_of(data[0])
        key = data[:size].hex().upper()
        if key in self.store.missing or key not in self.store.ram:
            return self.nak()
        self.store.write(key, data[size:].hex().upper(), for_ever=for_ever)
        return _from_reader(Op.ACK)


def _from_reader(op: int, data: bytes = b"", status: int = 0) -> bytes:
    return packet(op, data, status & ~AGAIN, READER)
