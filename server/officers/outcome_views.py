"""The page of matched outcomes: find samples by anything, keep the search, take the list out.

What was typed or scanned is posted, so that no code and no name stands in an address in the clear.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from server import cameras, exports, place_names, takeouts
from server.accounts.current import current_within
from server.accounts.row_limits import most_rows
from server.audit import purposes
from server.audit.shown import note_shown
from server.beside import Wrong
from server.display import local
from server.errors import BadInput, DomainError
from server.forms import place_or_text, required_text, tidy
from server.lab.scans import box_in
from server.officers import asking, saved, search, tables
from server.officers.sample_states import WORDS
from server.officers.wishes import Wish
from server.outcomes import words
from server.people.queries import person
from server.web import (
    Permission,
    SignedIn,
    actor,
    database,
    now,
    reading,
    requires,
    t,
    transaction,
    user,
)

bp = Blueprint("matched", __name__)
PAGE = "/outcomes"


@bp.get(PAGE)
@requires(Permission.OUTCOME_READ)
def show_outcomes() -> ResponseReturnValue:
    return _page(Wish.of(request.args))


@bp.post(f"{PAGE}/find")
@requires(Permission.OUTCOME_READ)
def find() -> ResponseReturnValue:
    """Say in an address what was typed, scanned or chosen."""
    said = request.form.to_dict()
    typed = said.pop("q", "")[:4296]
    try:
        said["place"] = place_or_text(tidy(said.get("place", ""))[:64])
        with reading() as session:
            meant = _meant(session, typed)
    except BadInput as problem:
        return _page(Wish.of(said), problem)
    if meant is None:
        vi, en = "Mã này chưa có trong hồ sơ nào.", "This code is on no record."
        return _page(Wish.of(said), BadInput(vi, en))
    return redirect(_address(Wish.of({**said, **meant})))


def _meant(session: Any, typed: str) -> dict[str, str] | None:
    """Return what a text is a filter of; None where it is a code that nobody on record has."""
    if box := box_in(typed):
        return {"box": box, "person": ""}
    bearers = asking.scanned(session, typed, current_within()) if typed.strip() else ()
    if bearers is None:
        return {"q": typed, "person": ""} if typed.strip() else {}
    if not bearers:
        return None if typed.strip() else {}
    return {"person": str(bearers[0])}


@bp.post(f"{PAGE}/frame")
@requires(Permission.OUTCOME_READ)
def read_frame() -> ResponseReturnValue:
    """Say which codes a camera's frame shows; the frame is forgotten."""
    if (request.content_length or 0) > cameras.LARGEST_FRAME:
        raise RequestEntityTooLarge
    return {"codes": cameras.codes_in(request.get_data(cache=False))}


@bp.post(f"{PAGE}/export")
@requires(Permission.OUTCOME_EXPORT)
def export() -> ResponseReturnValue:
    """Log first, then send the rows as they are found."""
    wish, within = Wish.of(request.form), current_within()
    asked = exports.asking(request.form, asked=tables.in_words(wish))
    most = most_rows(asked.role)
    with reading() as session:
        count = sum(1 for _ in search.hits(session, wish, within, most + 1))
    with transaction() as session:
        mark = takeouts.take_out(session, "outcomes", count, asked, now=now())
    base = database()

    def rows() -> Iterator[list[exports.Cell]]:
        with base.read() as session:
            for row in search.every(session, wish, within, count):
                yield tables.cells(row)

    name = f"outcomes-{local(now()):%Y%m%d-%H%M}"
    return exports.download(asked.form, tables.HEADS, rows(), mark, name)


@bp.post(f"{PAGE}/views")
@requires(Permission.OUTCOME_READ)
def save_view() -> ResponseReturnValue:
    wish = Wish.of(request.form)
    title = required_text(request.form, "title", longest=60)
    with transaction() as session:
        saved.save(
            session, _me(), wish, page=PAGE, title=title, shared="shared" in request.form, now=now()
        )
    flash(t("Đã lưu bộ lọc.", "The search is saved."))
    return redirect(_address(wish))


@bp.post(f"{PAGE}/views/<uuid:view_id>/forget")
@requires(Permission.OUTCOME_READ)
def forget_view(view_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        saved.forget(session, _me(), view_id, now=now())
    flash(t("Đã xóa bộ lọc.", "The saved search is gone."))
    return redirect(PAGE)


def _me() -> SignedIn:
    found = user()
    if found is None:
        raise BadInput("Hãy đăng nhập lại.", "Please log in again.")
    return found


def _address(wish: Wish, **changed: str) -> str:
    said = {name: value for name, value in {**wish.address(), **changed}.items() if value}
    return f"{PAGE}?{urlencode(said)}" if said else PAGE


def _page(wish: Wish, problem: DomainError | None = None) -> ResponseReturnValue:
    with reading() as session:
        try:
            found = search.find(session, wish, current_within())
        except BadInput as error:
            found, problem = search.Found([]), problem or error
        purpose = purposes.current(session, by=actor(), now=now())
        page = render_template(
            "officers/outcomes.html",
            wish=wish, found=found, problem=problem, purpose=purpose, reasons=purposes.REASONS,
            wrong=Wrong.of(problem) if problem else None,
            statuses=words.STATUSES, states=WORDS, address=_address,
            who=person(session, wish.person) if wish.person and found.rows else None,
            views=saved.views_of(session, _me(), PAGE), link=saved.link, me=actor(),
            places=place_names.offered(),
            most=most_rows(_me().role),
        )  # fmt: skip
    if purpose and found.rows:
        why = f"{purposes.trail(purpose)}, {len(found.rows)} rows"
        note_shown("outcomes.read", (row.person for row in found.rows), why=why)
    answer: Response = cameras.allowed(make_response(page, problem.status if problem else 200))
    return answer
