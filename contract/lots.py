"""Lots: which tubes a station may use.  A tube of no known lot is refused, with no network."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

import msgspec

from contract.tubes import ForeignTube, Tube, TubeError, TubeId, tube

TEXT_DIGITS = 12  # of a tube of ours


class LotWire(msgspec.Struct, frozen=True):
    """One lot as the server issues it: a run of our serials, or a list of makers' codes."""

    lot: str
    series: int | None = None
    first: int = 0
    last: int = -1
    codes: tuple[str, ...] = ()


class AssignmentWire(msgspec.Struct, frozen=True, omit_defaults=True):
    """One roster label: `tube` stands ready for the person whose numbers have these `tags`.

    `day` (ISO) is the one on which they are to come, '' where that may be any.
    """

    tube: str
    tags: tuple[str, ...]
    day: str = ""


class RosterWire(msgspec.Struct, frozen=True):
    """The tubes that are assigned at one station.

    `key` (base64url, 32 bytes) is drawn by the server for this station and this roster alone: what
    one stolen station holds says nothing about another's.  `day` is the one on which it was told.
    """

    key: str
    assignments: tuple[AssignmentWire, ...] = ()
    day: str = ""


def assignment_tag(key: bytes, system: str, value: str) -> str:
    """Return the keyed hash of one number of a person: 16 hex digits.

    *system* and *value* are those of `contract.identities.Key`.
    """
    message = f"ghepmau assignment|{system}|{value}".encode()
    return hmac.new(key, message, sha256).hexdigest()[:16]


class TubeOfOtherLot(TubeError):
    """A good tube id, but of no lot that was issued here."""


@dataclass(frozen=True)
class IssuedLots:
    """The lots issued to one station."""

    lots: tuple[LotWire, ...] = ()
    _foreign: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        makers = {code: lot.lot for lot in self.lots for code in lot.codes}
        object.__setattr__(self, "_foreign", makers)

    def read(self, text: str) -> Tube:
        """Return the issued tube that a reader saw as *text*.

        Raises TubeMisread (check digits), TubeOfOtherLot (nobody issued it here) or
        TubeError (no tube code at all).
        """
        seen = tube(text)
        if self.lot_of(seen) is None:
            raise TubeOfOtherLot(f"tube {seen.grouped} is of no lot issued here")
        return seen

    def lot_of(self, seen: Tube) -> str | None:
        """Return the lot that *seen* belongs to, or None."""
        if isinstance(seen, ForeignTube):
            return self._foreign.get(seen.text)
        return next((lot.lot for lot in self.lots if _holds(lot, seen)), None)

    def holds(self, text: str) -> bool:
        """Return whether the tube *text*, which was read and checked before, is of these lots."""
        if len(text) != TEXT_DIGITS or not text.isdigit():
            return text in self._foreign
        series, serial = int(text[:2]), int(text[2:10])
        return any(lot.series == series and lot.first <= serial <= lot.last for lot in self.lots)

    @property
    def size(self) -> int:
        """How many tubes these lots hold."""
        return sum(_size(lot) for lot in self.lots)

    def to_json(self) -> bytes:
        return msgspec.json.encode(self.lots)

    @classmethod
    def from_json(cls, document: bytes) -> "IssuedLots":
        """Raises msgspec.DecodeError on anything that is not a list of lots."""
        return cls(msgspec.json.decode(document, type=tuple[LotWire, ...]))


def _size(lot: LotWire) -> int:
    return len(lot.codes) if lot.series is None else max(0, lot.last - lot.first + 1)


def _holds(lot: LotWire, seen: TubeId) -> bool:
    return lot.series == seen.series and lot.first <= seen.serial <= lot.last


def tubes_of(lot: LotWire) -> Iterable[Tube]:
    """Yield every tube of *lot*, in printing order."""
    if lot.series is None:
        yield from (ForeignTube(code) for code in lot.codes)
        return
    yield from (TubeId.mint(lot.series, serial) for serial in range(lot.first, lot.last + 1))
