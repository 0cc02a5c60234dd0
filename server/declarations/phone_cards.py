"""The personal card on a phone: as a path on the page, as a picture to keep, as paper."""

from io import BytesIO

from labels.card_picture import card_picture
from labels.cards import CardFace, card_sheet
from labels.symbols import qr, runs

QUIET = 4  # modules


def svg_path(payload: str) -> tuple[int, str]:
    """Return the side of a QR with its quiet zone, in modules, and the path of what is dark."""
    rows = qr(payload, ecc="m")
    path = "".join(
        f"M{first + QUIET} {y + QUIET}h{length}v1h-{length}z"
        for y, row in enumerate(rows)
        for first, length in runs(row)
    )
    return len(rows) + 2 * QUIET, path


def drawn(face: CardFace, form: str) -> tuple[bytes, str]:
    """Return a card as 'png', to keep on the phone, or as 'pdf', to print; and its kind."""
    out = BytesIO()
    if form == "png":
        card_picture(face, out)
        return out.getvalue(), "image/png"
    card_sheet([face], out, size="50mm", single=True)
    return out.getvalue(), "application/pdf"
