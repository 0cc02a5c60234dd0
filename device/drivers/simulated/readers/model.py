"""What a simulated reader is inside: it hears the host's bytes and answers as the real one would.

Settings live twice, as in the real ones: in RAM, and in flash from which RAM comes after a power
cut.  `deaf` settings are acknowledged and not stored; `missing` ones are unknown to the reader.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol


class Model(Protocol):
    """One protocol's inside."""

    baud: int

    def hear(self, data: bytes) -> list[bytes]:
        """Take bytes from the host; return the frames that answer them."""

    def code(self, data: bytes, aim: str) -> bytes:
        """Return the frame of a code of the kind *aim*, b'' where that kind is switched off."""

    def nak(self) -> bytes:
        """Return the frame with which this reader refuses a question."""

    def cut_power(self) -> None:
        """Forget what was not saved."""


@dataclass
class Store:
    """Settings by key; `saves` counts what wears the flash out."""

    ram: dict[str, str]
    missing: frozenset[str] = frozenset()
    deaf: frozenset[str] = frozenset()
    saves: int = 0
    flash: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.flash = dict(self.ram)

    def write(self, key: str, value: str, *, for_ever: bool = False) -> None:
        """Set *key*; into the flash as well if *for_ever*."""
        if key in self.deaf:
            return
        self.ram[key] = value
        if for_ever:
            self.flash[key] = value
            self.saves += 1

    def write_all(self, keys: Iterable[str], value: str, *, for_ever: bool = False) -> None:
        """Set each of *keys* to *value*."""
        for key in keys:
            self.write(key, value, for_ever=for_ever)

    def save(self) -> None:
        """Copy all of RAM into flash."""
        self.flash = dict(self.ram)
        self.saves += 1

    def cut_power(self) -> None:
        """Come back with what flash holds."""
        self.ram = dict(self.flash)
