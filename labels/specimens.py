"""Draws the pictures of docs/labels.md: `python -m labels.specimens docs/pictures`."""

import sys
from datetime import date
from io import BytesIO
from pathlib import Path

import pypdfium2

from contract.cards import CardNumber, SignedCard, sign_card
from contract.signing import private_key
from contract.tubes import TubeId
from labels.cards import CardFace, card_sheet
from labels.commands import command_sheet
from labels.face import Label
from labels.posters import PosterFace, poster
from labels.roster import Listed, assign, label_of
from labels.sheet import label_sheet
from labels.stock import STOCKS

_PEOPLE = (Listed("Nguyễn Thị Mẫu", 1991), Listed("Lê Văn Thử", 1980), Listed("Y Ví Dụ", 2001))


def _labels() -> bytes:
    tubes = (TubeId.mint(26, serial) for serial in range(12348, 12400))
    labels = [label_of(each, "Nhà máy A") for each in assign(_PEOPLE * 5, tubes)]
    pools = [Label(TubeId.mint(90, serial), "Bàn 2 · ca sáng") for serial in (7, 8)]
    out = BytesIO()
    label_sheet([*labels, *pools, Label(TubeId.mint(99, 1), "Lô 12")], STOCKS["L7651"], out)
    return out.getvalue()


def _cards() -> bytes:
    number = CardNumber.mint(b"ninebytes")
    if number is None:
        raise ValueError("this draw gives no card")
    key = private_key(bytes(32))
    faces = [
        CardFace(
            number,
            sign_card(SignedCard(number, one.name, one.birth_year or 0, "", date(2026, 1, 1)), key),
            one.name,
            one.birth_year,
        )
        for one in _PEOPLE
    ]
    out = BytesIO()
    card_sheet(faces, out)
    return out.getvalue()


def _poster() -> bytes:
    out = BytesIO()
    poster(PosterFace("https://khaibao.example/d/K7M3", "Chợ Bình Minh", "Xã Hòa Bình"), out)
    return out.getvalue()


def _commands() -> bytes:
    out = BytesIO()
    command_sheet(out)
    return out.getvalue()


def draw(folder: Path) -> list[Path]:
    """Write the pictures into *folder* and return their paths."""
    rows = (
        ("labels-sheet", _labels(), 0, 110, (0, 0, 1, 0.36)),
        ("labels-cards", _cards(), 0, 100, (0, 0, 1, 0.45)),
        ("labels-poster", _poster(), 0, 50, (0, 0, 1, 1)),
        ("labels-commands", _commands(), 0, 70, (0, 0, 1, 1)),
        ("labels-signs", _commands(), 2, 70, (0, 0, 1, 1)),
    )
    paths = []
    for name, pdf, page, dpi, part in rows:
        with pypdfium2.PdfDocument(pdf) as document:
            picture = document[page].render(scale=dpi / 72, grayscale=False).to_pil()
        width, height = picture.size
        box = (part[0] * width, part[1] * height, part[2] * width, part[3] * height)
        paths.append(folder / f"{name}.png")
        picture.crop(tuple(map(round, box))).quantize(32).save(paths[-1], optimize=True)
    return paths


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
