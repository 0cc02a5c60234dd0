"""MLLP: `VT message FS CR`, taken apart and answered.  Pure: bytes in, messages and answers out.

Nothing is lost in between: bytes outside a frame are dropped and counted, and a frame that never
ends is given up at a size.  What is answered is decided by whoever kept the message.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from server.lab.instruments.hl7_fields import Segment, Signs, escape, signs_of

VT, FS, CR = b"\x0b", b"\x1c", b"\r"
LARGEST = 16 << 20


class Answer(StrEnum):
    """MSA-1: taken; refused for good; refused for now."""

    ACCEPT = "A"
    REJECT = "R"
    ERROR = "E"


@dataclass(frozen=True, slots=True)
class Overlong:
    """A frame did not end within `LARGEST` bytes."""


class Deframer:
    """Gathers what a connection sends until messages are whole."""

    def __init__(self, largest: int = LARGEST) -> None:
        self._held = bytearray()
        self._largest = largest
        self.stray = 0  # bytes outside frames

    @property
    def open(self) -> bool:
        """Return whether a message has begun and not ended."""
        return bool(self._held)

    def feed(self, data: bytes) -> Iterator[bytes | Overlong]:
        """Yield each message that is whole now, without its frame."""
        self._held += data
        while self._held:
            start = self._held.find(VT)
            if start < 0:
                self.stray += len(self._held)
                self._held.clear()
                return
            self.stray += start
            end = self._held.find(FS, start)
            if end < 0:
                del self._held[:start]
                if len(self._held) > self._largest:
                    self._held.clear()
                    yield Overlong()
                return
            message = bytes(self._held[start + 1 : end])
            del self._held[: end + 1]
            if self._held[:1] == CR:
                del self._held[:1]
            yield message.rpartition(VT)[2]  # a message that began anew: the sender gave up before

    def left(self) -> bytes:
        """Return what stands of a message that was broken off."""
        return bytes(self._held)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is needed of a message to answer it; '' where it has none."""

    signs: Signs
    sender: str
    facility: str
    kind: str  # ORU
    trigger: str  # R01
    control_id: str
    version: str
    accept: str  # MSH-15

    @property
    def is_hl7(self) -> bool:
        return bool(self.kind)


def envelope_of(message: bytes) -> Envelope:
    """Read the first segment; all fields are '' where that is no MSH."""
    first = message.lstrip(b"\xef\xbb\xbf\r\n ").replace(b"\n", b"\r").partition(b"\r")[0]
    line = first.decode("utf-8", errors="replace")
    if not line.startswith("MSH"):
        return Envelope(Signs(), "", "", "", "", "", "", "")
    signs = signs_of(line)
    msh = Segment(line, signs)
    return Envelope(
        signs, msh.first(3), msh.first(4), msh.first(9), msh.part(9, 2), msh.first(10),
        msh.first(12), msh.first(15),
    )  # fmt: skip


def framed(message: bytes) -> bytes:
    return VT + message + FS + CR


def reply(to: Envelope, answer: Answer, why: str, *, our_id: str, now: datetime) -> bytes:
    """Return the framed acknowledgement; in enhanced mode (MSH-15) CA, CE, CR, else AA, AE, AR."""
    signs = Signs()
    mode = "C" if to.accept not in {"", "NE"} else "A"
    names = [escape(each, signs) for each in (to.sender, to.facility, to.control_id, why)]
    kind = f"ACK^{to.trigger}^ACK" if to.trigger else "ACK"
    lines = [
        f"MSH|^~\\&|GHEPMAU||{names[0]}|{names[1]}|{now:%Y%m%d%H%M%S%z}||{kind}|{our_id}|P|"
        f"{to.version or '2.5.1'}||||||UNICODE UTF-8",
        f"MSA|{mode}{answer}|{names[2]}|{names[3]}",
    ]
    if answer is not Answer.ACCEPT:
        code = "207^Application internal error" if answer is Answer.ERROR else "200^Unsupported"
        lines.append(f"ERR|||{code}^HL70357|E||||{names[3]}")
    return framed("".join(line + "\r" for line in lines).encode())
