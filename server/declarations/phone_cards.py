"""The personal card on a phone: as a path on the page, as a picture to keep, as paper."""

from io import BytesIO

from labels.card_picture import card_picture
from labels.cards import CardFace, card_sheet
from labels.symbols import svg_path as svg_path


def drawn(face: CardFace, form: str) -> tuple[bytes, str]:
    """Return a card as 'png', to keep on the phone, or as 'pdf', to print; and its kind."""
    out = BytesIO()
    if form == "png":
        card_picture(face, out)
        return out.getvalue(), "image/png"
    card_sheet([face], out, size="50mm", single=True)
    return out.getvalue(), "application/pdf"
