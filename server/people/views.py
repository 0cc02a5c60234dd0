"""Cards: type a list, print the sheet, hand them out."""

from io import BytesIO
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from contract.cards import CardNumber
from labels.cards import CARDS, CardFace, card_sheet
from server.accounts.current import current_within, place_in
from server.audit.shown import note_shown
from server.errors import BadInput
from server.forms import number, tidy
from server.people import card_list, cards, queries, roster
from server.people.models import CardBatch
from server.web import Permission, actor, now, reading, requires, t, transaction

bp = Blueprint("people", __name__)


@bp.get("/cards")
@requires(Permission.CARD_WRITE)
def list_cards() -> ResponseReturnValue:
    with reading() as session:
        return render_template(
            "people/cards.html",
            batches=card_list.batches(session, current_within(), _page()),
        )


def _page() -> int:
    return number({"page": "1", **request.args}, "page", low=1, high=100_000)


@bp.post("/cards/find")
@requires(Permission.CARD_WRITE)
def find_cards() -> ResponseReturnValue:
    """Find cards by a number or a name, which is posted: neither stands in an address."""
    typed = tidy(request.form.get("q", ""))[:100]
    with reading() as session:
        found = card_list.cards_like(session, typed, current_within()) if typed else []
        shown = (found or [])[: card_list.FOUND]
        page = render_template(
            "people/cards_found.html",
            typed=typed, found=found, cards=shown, per_page=card_list.CARDS,
        )  # fmt: skip
        persons = [card.person_id for card in shown]
    if persons:
        note_shown("cards.read", persons)
    return page


@bp.post("/cards")
@requires(Permission.CARD_WRITE)
def make_cards() -> ResponseReturnValue:
    rows = roster.read(request.form.get("people", ""))
    place = place_in(request.form)
    with transaction() as session:
        batch = cards.make_cards(session, rows, place=place, by=actor(), now=now())
    flash(t(f"Đã làm {len(rows)} thẻ. In tờ thẻ rồi phát.", f"Made {len(rows)} cards. Print them."))
    return redirect(url_for(".show_batch", batch_id=batch.id))


@bp.get("/cards/<uuid:batch_id>")
@requires(Permission.CARD_WRITE)
def show_batch(batch_id: UUID) -> ResponseReturnValue:
    with reading() as session:
        batch, sheet = card_list.cards_of(session, batch_id, _page())
        page = render_template("people/card_batch.html", batch=batch, sheet=sheet, sizes=CARDS)
        shown = [card.person_id for card in sheet.rows]
    note_shown("cards.read", shown, subject=batch_id)
    return page


@bp.get("/cards/<uuid:batch_id>/cards.json")
@requires(Permission.CARD_WRITE)
def batch_as_json(batch_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        cards.note_taken_out(session, batch_id, "json", by=actor(), now=now())
        batch = queries.card_batch(session, batch_id)
        cards.sign_corrected(session, batch, by=actor(), now=now())
        return [
            {
                "number": card.number,
                "payload": card.payload,
                "name": card.person.name or "",
                "birth_year": card.person.birth_year,
                "sex": card.person.sex or "",
            }
            for card in batch.cards
        ]


@bp.get("/cards/<uuid:batch_id>/cards.pdf")
@requires(Permission.CARD_WRITE)
def print_batch(batch_id: UUID) -> ResponseReturnValue:
    size = request.args.get("size", "ID1")
    if size not in CARDS:
        raise BadInput("Chọn cỡ thẻ trong danh sách.", "Choose a card size from the list.")
    start = number({"start": "1", **request.args}, "start", low=1, high=100)
    with transaction() as session:
        cards.note_taken_out(session, batch_id, size, by=actor(), now=now())
        batch = queries.card_batch(session, batch_id)
        cards.sign_corrected(session, batch, by=actor(), now=now())
        faces = _faces(batch)
    paper = BytesIO()
    card_sheet(faces, paper, size=size, start=start, single="single" in request.args)
    paper.seek(0)
    return send_file(paper, "application/pdf", download_name=f"the-{batch_id}.pdf")


def _faces(batch: CardBatch) -> list[CardFace | None]:
    """Return what stands on each card; of whoever was erased nothing, and the place stays empty."""
    return [
        CardFace(
            CardNumber(card.number), card.payload, card.person.name or "", card.person.birth_year
        )
        if card.number
        else None
        for card in batch.cards
    ]
