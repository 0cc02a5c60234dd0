"""The exposure controls of a USB camera that is not there.

Like many real ones it reports a stock exposure while it meters by itself.  It can refuse to be
controlled, or have no such control at all.
"""

from dataclasses import dataclass, field

import cv2

METERING = 3.0  # V4L2_EXPOSURE_APERTURE_PRIORITY
MANUAL = 1.0
_NONE = -1.0  # what V4L2 through OpenCV reports for a control that is not there


@dataclass
class UsbControls:
    """`stock`: the time it reports while metering; `metered`: what the metering really chose."""

    stock: float = 156.0
    metered: float = 156.0
    mode: float = METERING
    obeys: bool = True
    has_exposure: bool = True
    history: list[tuple[int, float]] = field(default_factory=list)
    _manual: float = 0.0

    @property
    def time(self) -> float:
        """The exposure in use, in units of 100 µs."""
        return self._manual if self.mode == MANUAL else self.metered

    def get(self, propId: int, /) -> float:  # noqa: N803  (its name in OpenCV)
        if not self.has_exposure:
            return _NONE
        if propId == cv2.CAP_PROP_AUTO_EXPOSURE:
            return self.mode
        return self._manual if self.mode == MANUAL else self.stock

    def set(self, propId: int, value: float, /) -> bool:  # noqa: N803
        if not self.obeys or not self.has_exposure:
            return False
        self.history.append((propId, value))
        if propId == cv2.CAP_PROP_AUTO_EXPOSURE:
            self.mode = value
        elif self.mode != MANUAL:
            return False
        else:
            self._manual = value
        return True

    def brightness(self, normal: float = 120.0) -> float:
        """Return the mean grey level of a picture that has *normal* at the metered exposure."""
        grey: float = normal * (self.time / self.metered) ** (1 / 2.2)
        return min(255.0, grey)
