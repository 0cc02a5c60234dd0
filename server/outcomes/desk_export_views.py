"""What waits on a desk, taken out as a file: for a reason, logged, marked.  It names nobody."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from server import exports, takeouts
from server.accounts.current import current_within
from server.accounts.row_limits import most_rows
from server.display import local
from server.forms import place_or_text
from server.outcomes import desks
from server.outcomes.desk_views import asked_of, desk_named
from server.outcomes.desks import Waiting
from server.web import Permission, now, reading, requires, transaction, user

bp = Blueprint("desk_exports", __name__)
HEADS = ("desk", "tube", "since", "age_hours", "detail", "place", "station", "box",
         "owner", "explained", "delivery", "tries")  # fmt: skip


@bp.post("/desks/<desk>/export")
@requires(Permission.DESK_WRITE)
def export(desk: str) -> ResponseReturnValue:
    """Take out what the page shows by the filter in its address, all pages of it."""
    which, me = desk_named(desk), user()
    most = most_rows(me.role if me else "")
    place = place_or_text(request.args.get("place", "").strip()[:100])
    with reading() as session:
        wish, within = asked_of(session, place), current_within()
        found = desks.waiting_on(session, which, wish, within, most=most + 1)
    kept = {name: value for name, value in request.args.items() if value}
    shown = (f"{name}={'…' if name == 'q' else value}" for name, value in kept.items())
    asked = "&".join(shown)[:200]  # what was searched for may be a person's number
    asking = exports.asking(request.form, asked=asked)
    with transaction() as session:
        mark = takeouts.take_out(session, f"desk:{which.value}", len(found), asking, now=now())
    name = f"{which.value}-{local(now()):%Y%m%d-%H%M}"
    return exports.download(asking.form, HEADS, [_row(each) for each in found], mark, name)


def _row(item: Waiting) -> list[exports.Cell]:
    hours = (now() - item.since).total_seconds() / 3600
    told = item.delivery
    return [
        item.desk.value, item.tube.text, item.since,
        round(hours, 1), item.detail, item.place, item.station, item.box,
        (item.owner or "").removeprefix("user:"), "yes" if item.explained else "no",
        told.state if told else "", told.attempts if told else "",
    ]  # fmt: skip
