"""The kinds of printed code that a station reads by camera.  Anything else is not looked for."""

from enum import StrEnum


class Symbology(StrEnum):
    """The values are the names that zxing-cpp and tapirscan use, too."""

    QR = "QRCode"
    DATA_MATRIX = "DataMatrix"
    CODE_128 = "Code128"

    @property
    def linear(self) -> bool:
        """Whether it is made of bars: read raw frames only, and trust no single read."""
        return self is Symbology.CODE_128
