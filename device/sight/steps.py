"""What to try on a picture, and in which order: rows of a decoder and a preparation.

The orders come from what others measured on 819 photographs (zxing-cpp reads most per
millisecond, zbar and preparations add a few, tapirscan most of the rest), not from our own files.
No row prepares a linear code: scaling and sharpening make misreads that pass its checksum.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import cv2

from device.sight.decoders import (
    Code,
    Decoder,
    DecoderFault,
    Grey,
    tapirscan_high,
    tapirscan_low,
    zbar,
    zxing,
    zxing_global,
)
from device.sight.symbology import Symbology

Prepared = tuple[Grey, float]  # the picture, and how many times larger it was made
SMALL = 640  # px of the long side: zbar reads no more on larger pictures, at four times the cost
DEEP = 800  # px of the long side for the slowest step: larger ones cost more and read fewer
LARGEST_DOUBLED = 1600  # px of the long side after enlarging


@dataclass(frozen=True, slots=True)
class Step:
    """One row: prepare the picture, then decode it.  `name` is for counters and never changes."""

    name: str
    decode: Decoder
    prepare: Callable[[Grey], Prepared] | None = None

    def run(self, grey: Grey, kind: Symbology) -> list[Code]:
        """Return the codes in *grey*, corners in its px; raise DecoderFault."""
        if self.prepare is None:
            return self.decode(grey, kind)
        try:
            prepared, scale = self.prepare(grey)
        except cv2.error as error:  # a picture a pixel high, say
            raise DecoderFault(f"{self.name}: {error}") from error
        return [code.moved(0, 0, scale) for code in self.decode(prepared, kind)]


def shrunk(grey: Grey) -> Prepared:
    return _within(grey, SMALL)


def bounded(grey: Grey) -> Prepared:
    return _within(grey, DEEP)


def enlarged(grey: Grey) -> Prepared:
    """Twice as large, for modules of less than two pixels."""
    scale = min(2.0, max(LARGEST_DOUBLED / max(grey.shape), 1.0))
    return _scaled(grey, scale, cv2.INTER_CUBIC)


def sharpened(grey: Grey) -> Prepared:
    soft = cv2.GaussianBlur(grey, (0, 0), 2.0)
    return cast(Grey, cv2.addWeighted(grey, 2.2, soft, -1.2, 0)), 1.0


def flattened(grey: Grey) -> Prepared:
    """Black or white against the surroundings: for shadows and glare."""
    side = max(min(grey.shape) // 8 | 1, 25)
    mean, binary = cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY
    return cast(Grey, cv2.adaptiveThreshold(grey, 255, mean, binary, side, 8)), 1.0


def _within(grey: Grey, side: int) -> Prepared:
    scale = min(side / max(grey.shape), 1.0)
    return _scaled(grey, scale, cv2.INTER_AREA) if scale < 1 else (grey, 1.0)


def _scaled(grey: Grey, scale: float, how: int) -> Prepared:
    return cast(Grey, cv2.resize(grey, None, fx=scale, fy=scale, interpolation=how)), scale


FIRST = Step("zxing", zxing)
# One of these a frame, in turn, on what is held up and has not read yet.
LIVE_QR = (
    Step("zbar-small", zbar, shrunk),
    Step("zxing-sharpened", zxing, sharpened),
    Step("zxing-enlarged", zxing, enlarged),
    Step("zxing-flattened", zxing, flattened),
    Step("tapirscan-low", tapirscan_low),
    Step("zxing-global", zxing_global),
)
# One after another, until something reads.
STILL_QR = (
    FIRST,
    Step("zbar-small", zbar, shrunk),
    Step("zxing-sharpened", zxing, sharpened),
    Step("zxing-enlarged", zxing, enlarged),
    Step("zxing-flattened", zxing, flattened),
    Step("zxing-global", zxing_global),
    Step("tapirscan-high", tapirscan_high, bounded),
)
RAW = (FIRST, Step("tapirscan-low", tapirscan_low))
STILL = {Symbology.QR: STILL_QR, Symbology.DATA_MATRIX: RAW, Symbology.CODE_128: RAW}
