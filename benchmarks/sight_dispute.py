"""When a reading and the expected text differ, the picture decides which of them it shows.

Both texts are encoded again and laid over the picture, module by module.  A list of expected texts
can be wrong: one of zxing's (qrcode-2/13) says "photograph" where the code says "photography".
"""

from collections.abc import Iterator, Sequence
from functools import cache

import cv2
import numpy as np
import segno
from numpy.typing import NDArray

from device.sight.decoders import Corner, Grey, tapirscan_high
from device.sight.symbology import Symbology

FITS = 0.8  # part of the modules that must agree; about half agree by chance
BETTER = 0.5  # the disagreement left, as a part of that of any expected text


def picture_says(grey: Grey, read: bytes, expected: Sequence[str]) -> bool:
    """Return whether the QR in *grey* shows *read*, clearly better than every *expected* text."""
    places = [code.corners for code in tapirscan_high(grey, Symbology.QR) if code.data == read]
    if not places or not expected:
        return False
    fit = agreement(grey, places[0], read)
    rival = max(agreement(grey, places[0], text.encode()) for text in expected)
    return fit >= FITS and 1 - fit <= (1 - rival) * BETTER


def agreement(grey: Grey, corners: Sequence[Corner], data: bytes) -> float:
    """Return the part of modules at *corners* that agree with *data*, at its best fit."""
    return max((_agree(grey, corners, dark) for dark in _symbols(data)), default=0.0)


def _symbols(data: bytes) -> Iterator[NDArray[np.bool_]]:
    for error in "LMQH":
        for mask in range(8):
            yield from _symbol(data, error, mask)


@cache
def _symbol(data: bytes, error: str, mask: int) -> list[NDArray[np.bool_]]:
    try:
        made = segno.make_qr(data, error=error, mask=mask, boost_error=False)
    except segno.DataOverflowError:
        return []
    return [np.array([bytearray(row) for row in made.matrix]) > 0]


def _agree(grey: Grey, corners: Sequence[Corner], dark: NDArray[np.bool_]) -> float:
    size = len(dark)
    grid = np.array([(0, 0), (size, 0), (size, size), (0, size)], np.float32)
    middles = np.stack(np.meshgrid(np.arange(size) + 0.5, np.arange(size) + 0.5), -1)
    best = 0.0
    for turn in range(4):  # decoders begin at different corners
        place = np.roll(np.array(corners, np.float32), turn, axis=0)
        onto = cv2.getPerspectiveTransform(grid, place)
        points = cv2.perspectiveTransform(middles.reshape(-1, 1, 2), onto).reshape(-1, 2)
        seen = _is_dark(grey, np.asarray(points, np.float64))
        best = max(best, float(np.mean(seen == dark.ravel())))
    return best


def _is_dark(grey: Grey, points: NDArray[np.float64]) -> NDArray[np.bool_]:
    soft = cv2.blur(grey, (3, 3))
    rows = np.clip(points[:, 1], 0, grey.shape[0] - 1).astype(int)
    columns = np.clip(points[:, 0], 0, grey.shape[1] - 1).astype(int)
    levels = np.asarray(soft)[rows, columns]
    darkness: NDArray[np.bool_] = levels < (levels.max() / 2 + levels.min() / 2)
    return darkness
