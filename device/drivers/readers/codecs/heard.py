"""What can be heard from a reader: codes, replies, and frames that arrived damaged."""

from dataclasses import dataclass

ACK, NAK, ENQ = 0x06, 0x15, 0x05


@dataclass(frozen=True, slots=True)
class Code:
    """A code that the reader read; `aim` is its AIM identifier (']C1'), '' if none was sent."""

    data: bytes
    aim: str = ""


@dataclass(frozen=True, slots=True)
class Damaged:
    """Bytes in the shape of a frame whose check does not hold."""

    frame: bytes


class Reply:
    """Something that the reader says about itself.  Each protocol has its own."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class MenuReply(Reply):
    """A text command echoed, each part with how it was taken (Honeywell and Newland)."""

    parts: tuple[tuple[str, int], ...]

    def status(self, key: str) -> int | None:
        """Return ACK, NAK or ENQ for the part about *key*, None if there is none."""
        return next((status for text, status in self.parts if text.startswith(key)), None)

    def value(self, key: str) -> str | None:
        """Return what follows *key* in the part that was acknowledged, None if there is none."""
        for text, status in self.parts:
            if text.startswith(key) and status == ACK:
                return text[len(key) :]
        return None


Heard = Code | Damaged | Reply
