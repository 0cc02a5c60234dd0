"""What each protocol must be able to do for the one reader that drives them all."""

from collections.abc import Sequence
from typing import Protocol

from device.drivers.readers.codecs.heard import Heard
from device.drivers.readers.codecs.stream import Stream
from device.drivers.readers.establish import Access
from device.drivers.readers.link import Link
from device.drivers.readers.profile import Setting


class Dialect(Protocol):
    """One protocol, for one reader.  Frames that it does not have are empty."""

    @property
    def stream(self) -> Stream:
        """What reads its bytes."""

    @property
    def alive(self) -> bytes:
        """A question that any living reader answers."""

    def respond(self, heard: Heard) -> bytes | None:
        """Return what must be sent at once in answer to *heard*."""

    def hello(self, link: Link) -> str:
        """Return what the reader says it is; raise NoAnswer."""

    def access(self, link: Link) -> Access:
        """Return how to read and write settings."""

    def check(self, settings: Sequence[Setting]) -> None:
        """Raise ProfileError where the protocol cannot carry one of *settings*."""

    def good(self, kept: Sequence[str]) -> bytes:
        """Return the frame that tells the person "taken"; *kept* are the reader's settings."""

    def bad(self, kept: Sequence[str]) -> bytes:
        """Return the frame that says 'refused'."""

    def seen(self, kept: Sequence[str]) -> bytes:
        """Return the frame that says 'read, nothing recorded yet': never a beep."""

    def trigger(self, *, on: bool) -> bytes:
        """Return the frame that starts or stops a read."""
