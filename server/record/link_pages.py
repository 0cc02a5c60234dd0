"""Secret links for those who hand out cards: printed on the cards' backs, or given anew."""

from io import BytesIO
from uuid import UUID

from flask import Blueprint, render_template, request, send_file
from flask.typing import ResponseReturnValue

from contract.cards import CardNumber
from labels.card_backs import BackFace, card_backs
from labels.cards import CARDS, grouped
from labels.symbols import svg_path
from server.errors import BadInput
from server.forms import number
from server.people import cards, queries
from server.record import mine
from server.web import Permission, actor, now, origin, requires, transaction

bp = Blueprint("links", __name__)


@bp.post("/people/<uuid:person_id>/link")
@requires(Permission.PERSON_READ)
def renew_link(person_id: UUID) -> ResponseReturnValue:
    """Give a person another link: the card was lost, or there was none."""
    with transaction() as db:
        link = mine.renew_link(db, person_id, by=actor(), now=now())
        address = _address(link.token)
        return render_template(
            "record/new_link.html", address=address, qr=svg_path(address), person_id=person_id
        )


@bp.get("/cards/<uuid:batch_id>/backs.pdf")
@requires(Permission.CARD_WRITE)
def print_backs(batch_id: UUID) -> ResponseReturnValue:
    """Print the backs of a batch: each with the link to its bearer's own page."""
    size = request.args.get("size", "ID1")
    if size not in CARDS:
        raise BadInput("Chọn cỡ thẻ trong danh sách.", "Choose a card size from the list.")
    start = number({"start": "1", **request.args}, "start", low=1, high=100)
    with transaction() as session:
        batch = queries.card_batch(session, batch_id)
        cards.note_taken_out(session, batch_id, f"{size} backs", by=actor(), now=now())
        backs: list[BackFace | None] = []
        for card in batch.cards:
            if not card.number:  # whoever was erased gets no link again; the place stays empty
                backs.append(None)
                continue
            link = mine.link_of(session, card.person_id, by=actor(), now=now())
            shown = grouped(CardNumber(card.number))
            backs.append(BackFace(_address(link.token), card.person.name or "", shown))
    paper = BytesIO()
    card_backs(backs, paper, size=size, start=start)
    paper.seek(0)
    return send_file(paper, "application/pdf", download_name=f"mat-sau-{batch_id}.pdf")


def _address(token: str) -> str:
    """Return where a link leads: by the address at which people reach us."""
    return f"{origin()}/my/{token}"
