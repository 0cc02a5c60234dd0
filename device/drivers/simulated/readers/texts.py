"""Honeywell and Newland readers inside: settings as text, echoed with how they were taken."""

from device.drivers.readers.codecs.heard import ACK, ENQ
from device.drivers.readers.codecs.honeywell import BAD, BEEP, GOOD, SEEN
from device.drivers.simulated.readers.model import Store

_SYMBOLOGIES = ("128ENA", "QRCENA", "C39ENA")
_SWITCH = {"]C0": "128ENA", "]Q1": "QRCENA"}
_KINDS = {"]C0": b"j", "]C1": b"I", "]Q1": b"s", "]A0": b"b"}
_COMMON = {"128ENA": "1", "QRCENA": "1", "C39ENA": "1"}


class _Texts:
    """What the two have in common: taking 'KEY+value' and 'KEY+question'."""

    question = "?"

    def __init__(
        self, baud: int, factory: dict[str, str], missing: frozenset[str], deaf: frozenset[str]
    ) -> None:
        self.baud = baud
        self.store = Store({**_COMMON, **factory}, missing, deaf)
        self._heard = b""

    def cut_power(self) -> None:
        self.store.cut_power()
        self._heard = b""

    def _on(self, aim: str) -> bool:
        return self.store.ram.get(_SWITCH.get(aim, ""), "0") == "1"

    def _take(self, text: str, *, for_ever: bool) -> bytes:
        """Return the echo of one command with its status."""
        key, value = text[:6], text[6:]
        if key == "ALLENA":
            if value != self.question:
                self.store.write_all(_SYMBOLOGIES, value, for_ever=for_ever)
            return self._echo(key if value == self.question else text, ACK)
        if key in self.store.missing or key not in self.store.ram:
            return self._echo(text, ENQ)
        if value == self.question:
            return self._echo(key + self.store.ram[key], ACK)
        self.store.write(key, value, for_ever=for_ever)
        return self._echo(text, ACK)

    def _echo(self, text: str, status: int) -> bytes:
        return text.encode("latin-1") + bytes((status,))


class HoneywellModel(_Texts):
    """Implements `Model`.  `answers` are what the host said: good, bad, seen or beep."""

    def __init__(
        self,
        baud: int = 115200,
        missing: frozenset[str] = frozenset(),
        deaf: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(baud, {"DECHDR": "0", "BEPBEP": "1", "HSTACK": "0"}, missing, deaf)
        self.answers: list[str] = []

    def hear(self, data: bytes) -> list[bytes]:
        self._heard += data
        for frame, name in ((GOOD, "good"), (BAD, "bad"), (SEEN, "seen"), (BEEP, "beep")):
            self.answers += [name] * self._heard.count(frame)
            self._heard = self._heard.replace(frame, b"")
        answers = list[bytes]()
        while (start := self._heard.find(b"\x16M\r")) >= 0:
            ends = [at for mark in b".!" if (at := self._heard.find(mark, start)) >= 0]
            if not ends:
                break
            text, mark = (
                self._heard[start + 3 : min(ends)].decode("latin-1"),
                self._heard[min(ends)],
            )
            self._heard = self._heard[min(ends) + 1 :]
            answers.append(self._menu(text, mark))
        return answers

    def code(self, data: bytes, aim: str) -> bytes:
        if not self._on(aim):
            return b""
        if self.store.ram["DECHDR"] != "1":
            return data + b"\r"
        kind = _KINDS.get(aim, b"z") + aim[1:].encode("ascii")
        body = b"MSGGET" + f"{len(data):04d}".encode("ascii") + kind + b"\x1d" + data
        return b"\x16\xfe" + len(body).to_bytes(4, "little") + b"\r" + body + b"\r"

    def nak(self) -> bytes:
        return b"ALLENA\x15."

    def _menu(self, text: str, mark: int) -> bytes:
        if text == "REVINF":
            return b"Product Name: SIMULATED\r\nREVINF\x06."
        parts = (self._take(one, for_ever=mark == ord(".")) for one in text.split(";"))
        return b";".join(parts) + bytes((mark,))


class NewlandModel(_Texts):
    """Implements `Model`.  `triggered` counts the reads that the host asked for."""

    question = "*"

    def __init__(
        self,
        baud: int = 9600,
        missing: frozenset[str] = frozenset(),
        deaf: frozenset[str] = frozenset(),
    ) -> None:
        factory = {"AIDENA": "0", "TSUENA": "1", "TSUSET": "0A", "SCNMOD": "0", "RRDENA": "0"}
        factory |= {"RRDDUR": "1000", "GRBENA": "1", "SETUPE": "1", "DEVQRY": "0"}
        super().__init__(baud, factory, missing, deaf)
        self.triggered = 0

    def hear(self, data: bytes) -> list[bytes]:
        self._heard += data
        answers = list[bytes]()
        while (start := self._heard.find(b"\x7e\x010000")) >= 0:
            end = self._heard.find(b";\x03", start)
            if end < 0:
                break
            answers.append(self._command(self._heard[start + 6 : end]))
            self._heard = self._heard[end + 2 :]
        return answers

    def code(self, data: bytes, aim: str) -> bytes:
        if not self._on(aim):
            return b""
        prefix = aim.encode("ascii") if self.store.ram["AIDENA"] == "1" else b""
        tail = bytes.fromhex(self.store.ram["TSUSET"]) if self.store.ram["TSUENA"] == "1" else b""
        return prefix + data + tail

    def nak(self) -> bytes:
        return b"\x02\x010000#ALLENA\x15;\x03"

    def _command(self, inside: bytes) -> bytes:
        text, for_ever = inside[1:].decode("latin-1"), inside[:1] == b"@"
        if text == "QRYSYS":
            echoes = b"QRYSYSSIMULATED\x06"
        elif text.startswith("SCNTRG"):
            self.triggered += text == "SCNTRG1"
            echoes = self._echo(text, ACK)
        else:
            echoes = b";".join(self._take(one, for_ever=for_ever) for one in text.split(";"))
        return b"\x02\x010000" + inside[:1] + echoes + b";\x03"
