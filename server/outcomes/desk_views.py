"""The pages of the desks: what waits, who sees to it, and what was found out."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contract.tubes import Tube, TubeError, tube
from server import beside, forms
from server.accounts import services as accounts
from server.accounts.current import current_within, in_scope
from server.accounts.models import User
from server.accounts.roles import GRANTS, Role
from server.display import t
from server.errors import BadInput, DomainError, NotFound
from server.outcomes import cases, desk_loads, desks, limits, sought, words
from server.outcomes.cases import Done, Seen
from server.outcomes.desks import Desk, Wish
from server.web import Permission, actor, may, now, reading, requires, transaction

bp = Blueprint("desks", __name__)
FILTERS = ("place", "station", "box", "owner", "tube", "run", "explained")


@bp.get("/unmatched")
@requires(Permission.DESK_WRITE)
def show_unmatched() -> ResponseReturnValue:
    within = current_within()
    with reading() as session:
        found = limits.limits(session)
        return render_template(
            "outcomes/unmatched.html",
            desks=words.DESKS,
            loads=desk_loads.loads(session, Desk, within),
            strains={
                desk: limits.strain(session, desk, found[desk], now=now(), within=within)
                for desk in Desk
            },
            limits=found,
            may_limit=may(Permission.DESK_LIMIT) and within.everywhere,
        )


@bp.post("/unmatched/limits/<desk>")
@requires(Permission.DESK_LIMIT)
def set_limit(desk: str) -> ResponseReturnValue:
    in_scope("")  # limits hold for all places
    which = desk_named(desk)
    late, escalate = (timedelta(hours=_hours(name)) for name in ("late", "escalate"))
    with transaction() as session:
        limits.set_limit(session, which, late=late, escalate=escalate, by=actor(), now=now())
    flash(t("Đã đặt giới hạn mới.", "The new limit is set."))
    return redirect(url_for(".show_unmatched"))


def _hours(field: str) -> float:
    try:
        return float(request.form.get(field, "").replace(",", "."))
    except ValueError as error:
        raise BadInput(
            "Giới hạn là số giờ.", "A limit is a number of hours.", field=field
        ) from error


@bp.get("/desks/<desk>")
@requires(Permission.DESK_WRITE)
def show_desk(desk: str) -> ResponseReturnValue:
    which = desk_named(desk)
    asked = forms.tidy(request.args.get("q", ""))[:100]
    if asked and (where := _sought(which, asked)) is not None:
        return redirect(where)
    return _page(which)


@bp.post("/desks/<desk>")
@requires(Permission.DESK_WRITE)
def act(desk: str) -> ResponseReturnValue:
    """Do one thing to all ticked items."""
    which = desk_named(desk)
    deed = ACTS.get(request.form.get("act", ""))
    try:
        if deed is None:
            raise BadInput("Không có việc này.", "There is no such act.")
        seen = [_seen(each) for each in request.form.getlist("item")]
        with transaction() as session:
            done = deed(session, which, _in_sight(session, which, seen), now())
    except DomainError as problem:
        return _page(which, problem)
    flash(t(f"Đã làm với {done.done} dòng.", f"Done with {done.done} rows."))
    if done.changed:
        flash(t(f"{done.changed} dòng vừa thay đổi nên để yên: xem lại.",
                f"{done.changed} rows had just changed and were left: look again."))  # fmt: skip
    return redirect(_address(which))


def _in_sight(session: Any, desk: Desk, seen: list[Seen]) -> list[Seen]:
    """What is elsewhere counts as what has changed: it is left alone."""
    subjects = [each.subject for each in seen]
    known = desks.visible(session, desk, subjects, current_within())
    return [each if each.subject in known else Seen(each.subject, "") for each in seen]


Deed = Callable[[Any, Desk, list[Seen], datetime], Done]
ACTS: dict[str, Deed] = {
    "take": lambda session, desk, seen, at: cases.take(session, desk, seen, by=actor(), now=at),
    "give-back": lambda session, desk, seen, at: cases.hand_over(
        session, desk, seen, to=None, by=actor(), now=at
    ),
    "hand-over": lambda session, desk, seen, at: cases.hand_over(
        session, desk, seen, to=_colleague(session), by=actor(), now=at
    ),
    "note": lambda session, desk, seen, at: cases.note(
        session, desk, seen, _said(), by=actor(), now=at
    ),
    "explain": lambda session, desk, seen, at: cases.explain(
        session, desk, seen, _said(), by=actor(), now=at
    ),
    "reopen": lambda session, desk, seen, at: cases.reopen(session, desk, seen, by=actor(), now=at),
}


def _said() -> str:
    return forms.required_text(request.form, "note", longest=300)


def _colleague(session: Any) -> str:
    login = forms.required_text(request.form, "to", longest=60)
    if login not in {each.login for each in _colleagues(session)}:
        raise BadInput("Không có người dùng này.", "There is no such user.", field="to")
    return f"user:{login}"


def _colleagues(session: Any) -> list[User]:
    """Return who may see to items of a desk, of those who work in one's own places."""
    within, roles = current_within(), [r for r in Role if Permission.DESK_WRITE in GRANTS[r]]
    active = [each for each in accounts.all_users(session) if each.active and each.role in roles]
    return [each for each in active if within.covers(each.place)]


def _seen(text: str) -> Seen:
    subject, _, mark = text.partition(" ")
    return Seen(subject[:120], mark[:60])


def desk_named(text: str) -> Desk:
    try:
        return Desk(text)
    except ValueError as error:
        raise NotFound("Không có bàn này.", "There is no such desk.") from error


def _kept() -> dict[str, str]:
    """Return the filters in the page's address, and what was searched for."""
    names = *FILTERS, "q"
    return {name: value for name in names if (value := request.args.get(name, "")[:100])}


def _address(desk: Desk) -> str:
    kept = urlencode(_kept())
    return f"/desks/{desk.value}{'?' if kept else ''}{kept}"


def _sought(desk: Desk, asked: str) -> str | None:
    """Return where what was scanned or typed is shown, or None to look for it on this desk."""
    with reading() as session:
        which = sought.tube_in(session, asked)
        if which is None or desks.names_a_run(session, asked, current_within()):
            return None
        found = desks.desk_of(session, which)
        if found and not desks.visible(session, found, [which.text], current_within()):
            found = None
    if found is None or found is desk:
        return url_for(".show_desk", desk=desk.value, tube=which.text)
    flash(t("Ống này đang ở bàn khác: đã mở bàn đó.", "This tube stands on another desk: here."))
    return url_for(".show_desk", desk=found.value, tube=which.text)


def asked_of(session: Any, place: str) -> Wish:
    """Return what the page's address asks for, with the *place* that it names."""
    asked = {name: request.args.get(name, "").strip()[:100] for name in FILTERS}
    word = forms.tidy(request.args.get("q", ""))[:100]
    within = current_within()
    known = sought.person_in(session, word, within) if word and _may_ask() else None
    where = {} if known or not word else sought.other_in(session, word, within)
    return Wish(
        place=place,
        station=asked["station"] or where.get("station", ""),
        box=asked["box"] or where.get("box", ""),
        tube=asked["tube"],
        run=asked["run"] or where.get("run", ""),
        owner=actor() if asked["owner"] == "me" else asked["owner"],
        explained=bool(asked["explained"]),
        person=known,
        after=_after(request.args.get("after", "")),
    )


def _may_ask() -> bool:
    return may(Permission.PERSON_READ)


def _after(text: str) -> tuple[datetime, str] | None:
    since, _, subject = text.partition(" ")
    try:
        return (datetime.fromisoformat(since), subject[:120]) if subject else None
    except ValueError:
        return None


def _page(desk: Desk, problem: DomainError | None = None) -> ResponseReturnValue:
    place, wrong = beside.filter_place(request.args.get("place", ""))
    with reading() as session:
        limit, within = limits.limits(session)[desk], current_within()
        wish = asked_of(session, place)
        found = desks.waiting_on(session, desk, wish, within)
        return render_template(
            "outcomes/desk.html",
            problem=problem,
            desk=desk,
            name=words.DESKS[desk][0],
            hint=words.DESKS[desk][1],
            detail=words.DETAILS.get(desk),
            load=desks.load_of(session, desk, within),
            strain=limits.strain(session, desk, limit, now=now(), within=within),
            limit=limit,
            wish=wish,
            wrong=wrong,
            kept=_kept(),
            q=forms.tidy(request.args.get("q", ""))[:100],
            items=found[: desks.PAGE],
            more=found[desks.PAGE - 1] if len(found) > desks.PAGE else None,
            mark_of=cases.mark_of,
            may_explain=desk in cases.EXPLAINED,
            one=_one(wish) if found else None,
            history=cases.events_of(session, wish.tube) if wish.tube and found else [],
            acts=words.ACTS,
            colleagues=_colleagues(session),
        ), next((each.status for each in (problem, wrong) if each), 200)


def _one(wish: Wish) -> Tube | None:
    try:
        return tube(wish.tube) if wish.tube else None
    except TubeError:
        return None
