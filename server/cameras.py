"""A camera in the browser: the page may open it, and a frame of it is read here and forgotten."""

from datetime import datetime
from io import BytesIO
from threading import Lock

import zxingcpp
from flask import Response
from PIL import Image, UnidentifiedImageError

from server.errors import BadInput

LARGEST_FRAME = 1 << 20  # bytes
PER_MINUTE = 240  # frames that one address may have read without a log-in
MOST_ADDRESSES = 2000
MOST_PIXELS = 4_000_000
_FORMATS = zxingcpp.BarcodeFormats(
    [zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.QRCodeModel2]
)
_POLICY = "camera=(self), geolocation=(), microphone=()"


def allowed(response: Response) -> Response:
    """Let this page, and no other site in it, ask for the camera."""
    response.headers["Permissions-Policy"] = _POLICY
    return response


def codes_in(frame: bytes) -> list[str]:
    """Return the texts of the Code 128 and QR codes on a JPEG or PNG frame; it is not kept.

    Raises BadInput for what is no such picture, or too large a one.
    """
    try:
        with Image.open(BytesIO(frame), formats=("JPEG", "PNG")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise _no_frame()
            grey = picture.convert("L")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise _no_frame() from error
    found = zxingcpp.read_barcodes(grey, formats=_FORMATS)
    return sorted({code.text for code in found if code.valid and code.text})


class Budget:
    """How many frames an address had read this minute: reading them costs us more than it them.

    In the memory of one process; who asks too much is told so until the minute is over.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._minute = 0
        self._counts: dict[str, int] = {}

    def take(self, address: str, *, now: datetime) -> bool:
        """Count a frame of *address*; return whether it may be read."""
        minute = int(now.timestamp()) // 60
        with self._lock:
            if minute != self._minute:
                self._minute, self._counts = minute, {}
            if address not in self._counts and len(self._counts) >= MOST_ADDRESSES:
                return False
            self._counts[address] = self._counts.get(address, 0) + 1
            return self._counts[address] <= PER_MINUTE


def _no_frame() -> BadInput:
    return BadInput(
        "Ảnh từ camera không đọc được. Tắt camera rồi mở lại.",
        "The camera's picture cannot be read. Close the camera and open it again.",
    )
