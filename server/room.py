"""How much memory the bodies of requests may take together: set aside before a byte is read.

Large bodies have a share of their own, so that whoever sends machines' files, or only says so,
leaves room for stations and forms.  For one event loop.
"""

from collections.abc import Iterator
from contextlib import contextmanager


class NoRoom(Exception):
    """So much is held already that this body must come again later."""


class Room:
    """`most` bytes for all bodies, `large` of them at most for those beyond `ordinary`."""

    def __init__(self, most: int, large: int, ordinary: int) -> None:
        self._most, self._large, self._ordinary = most, large, ordinary
        self.held = self.held_large = 0

    @contextmanager
    def kept_for(self, length: int) -> Iterator[None]:
        """Hold *length* bytes free for one body.  Raises NoRoom."""
        large = length if length > self._ordinary else 0
        if self.held + length > self._most or self.held_large + large > self._large:
            raise NoRoom
        self.held += length
        self.held_large += large
        try:
            yield
        finally:
            self.held -= length
            self.held_large -= large
