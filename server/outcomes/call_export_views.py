"""The list of people to call, taken out as a file: for a reason, logged, marked in each row."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from server import exports, takeouts
from server.accounts.current import current_within
from server.display import count, local
from server.forms import place_or_text, tidy
from server.outcomes import call_list
from server.outcomes.call_list import Call
from server.web import Permission, now, reading, requires, transaction

bp = Blueprint("call_exports", __name__)
HEADS = ("person", "name", "birth_year", "phones", "address", "points", "place", "tube", "reason",
         "opened_at", "due_at", "attempts", "last")  # fmt: skip


@bp.post("/callbacks/export")
@requires(Permission.CALLBACK_WRITE)
def export() -> ResponseReturnValue:
    place = place_or_text(tidy(request.form.get("place", ""))[:64])
    with reading() as session:
        found = call_list.whole_list(session, place=place, within=current_within())
        rows = [_row(call) for call in found.calls]
    asked = exports.asking(request.form, asked=_asked(place, len(rows), cut=found.cut))
    with transaction() as session:
        mark = takeouts.take_out(session, "callbacks", len(rows), asked, now=now())
    return exports.download(asked.form, HEADS, rows, mark, f"callbacks-{local(now()):%Y%m%d-%H%M}")


def _asked(place: str, rows: int, *, cut: bool) -> str:
    """Return the filter in words, which stands in each row; it says that the list goes on."""
    more = f"chỉ {count(rows)} lượt đến hạn trước, còn nữa · first {count(rows)} due, more follow"
    return " · ".join(each for each in (place, more if cut else "") if each)


def _row(call: Call) -> list[exports.Cell]:
    who, what = call.person, call.callback
    last = call.attempts[-1].how if call.attempts else ""
    phones = "; ".join(
        f"{each} (not confirmed)" if each in call.typed else each for each in call.phones
    )
    return [
        str(who.id), who.name or "", who.birth_year or "", phones, who.address or "",
        "; ".join(call.points), what.place, what.tube.text, what.reason,
        what.opened_at, what.due_at, len(call.attempts), last,
    ]  # fmt: skip
