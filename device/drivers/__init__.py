"""What a station needs from its hardware.  Each driver is one module beside this one.

Times are seconds of the monotonic clock (`time.monotonic`).  Every interface has a simulated twin
under `device.drivers.simulated`, which ships with the product and can fail on purpose.
"""

from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from contract.spoken import Spoken

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from device.signals import Signal


class DeviceLost(Spoken):
    """The hardware was unplugged or stopped answering; open it again."""


class ReaderLost(DeviceLost):
    """A code reader is gone."""


class CameraLost(DeviceLost):
    """A camera is gone, or delivers no frames."""


@dataclass(frozen=True, slots=True)
class Scan:
    """One code from a reader: its bytes, its AIM identifier (']C1', or '' if none was sent)."""

    data: bytes
    aim: str
    at: float


class Reader(Protocol):
    """A source of scans."""

    def read(self, timeout: float) -> Scan | None:
        """Return the next scan, or None if *timeout* seconds bring none; raise ReaderLost."""

    def flush(self) -> None:
        """Throw away what was scanned but not read yet."""

    def close(self) -> None:
        """Release the hardware; closing twice is harmless."""


@runtime_checkable
class Answerable(Protocol):
    """A reader that can be told what became of a code; one without a sign for it does nothing.

    Each may be called while another thread reads; each raises ReaderLost.
    """

    def good(self) -> None:
        """Say that what was scanned is recorded: call it after the durable write."""

    def bad(self) -> None:
        """Say that the code was refused."""

    def seen(self) -> None:
        """Say that the code was taken note of, and nothing is recorded yet."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture: grey, 8 bits, rows by columns; taken at `at`."""

    grey: "NDArray[np.uint8]"
    at: float


class Camera(Protocol):
    """A source of frames: always the newest, older ones are dropped."""

    def frame(self, timeout: float) -> Frame | None:
        """Return a frame newer than the last one given, or None after *timeout* seconds.

        Raise CameraLost when the camera is gone.
        """

    def close(self) -> None:
        """Release the hardware; closing twice is harmless."""


@runtime_checkable
class Exposable(Protocol):
    """A camera that can take its pictures darker for a while, if its driver lets it."""

    def expose(self, stops: float) -> bool:
        """Ask for frames *stops* EV from normal, 0 for normal again; it takes some frames to show.

        Never blocks.  Return False once it is known that this camera cannot.
        """


class Button(StrEnum):
    CANCEL = "cancel"
    UNDO = "undo"
    YES = "yes"  # with symptoms
    NO = "no"


class Panel(Protocol):
    """Lights, sounder and buttons."""

    def show(self, signal: "Signal") -> None:
        """Play *signal*; a new signal replaces the one before; never blocks."""

    def pressed(self) -> Set[Button]:
        """Return the buttons pressed since the last call."""

    def close(self) -> None:
        """Switch everything off and release the hardware."""
