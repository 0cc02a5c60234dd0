"""A personal card as a picture for a phone: its QR, large, and below it whose it is."""

from typing import BinaryIO

from PIL import Image, ImageDraw, ImageFont

from labels.cards import CardFace
from labels.codes import QUIET_MODULES
from labels.fonts import BOLD, REGULAR, clean, file_of
from labels.symbols import qr

WIDTH = 720
_FOOT = 150


def card_picture(card: CardFace, out: BinaryIO) -> int:
    """Write *card* to *out* as PNG; return how many pixels one module of its QR is wide."""
    rows = qr(card.payload, ecc="m")
    side = len(rows) + 2 * QUIET_MODULES
    module = WIDTH // side
    picture = Image.new("1", (WIDTH, side * module + _FOOT), 1)
    draw = ImageDraw.Draw(picture)
    left = (WIDTH - side * module) // 2 + QUIET_MODULES * module
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                corner = (left + x * module, (y + QUIET_MODULES) * module)
                draw.rectangle((*corner, corner[0] + module - 1, corner[1] + module - 1), fill=0)
    born = f" · {card.birth_year}" if card.birth_year else ""
    middle, top = WIDTH // 2, side * module
    _write(draw, clean(card.name + born), (middle, top + 40), 40, BOLD)
    _write(draw, f"Mã thẻ {card.grouped}", (middle, top + 100), 32, REGULAR)
    picture.save(out, "PNG", optimize=True)
    return module


def _write(
    draw: ImageDraw.ImageDraw, text: str, middle: tuple[int, int], points: int, weight: str
) -> None:
    """Write one line, set smaller until it fits."""
    while True:
        font = ImageFont.truetype(str(file_of(weight)), points)
        if font.getlength(text) <= WIDTH - 40 or points <= 16:
            break
        points -= 2
    draw.text(middle, text, fill=0, font=font, anchor="mm")
