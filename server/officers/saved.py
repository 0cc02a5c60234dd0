"""Searches with a name: kept by an account; where they are shared, shown to its role and place.

What somebody searched for may name a person, so it is shown to nobody who sees less than they do.
"""

from datetime import datetime
from urllib.parse import parse_qsl, urlencode
from uuid import UUID, uuid4

from sqlalchemy import and_, literal, or_, select
from sqlalchemy.orm import Session

from server.accounts.models import User
from server.accounts.within import Within
from server.audit import services as audit
from server.errors import BadInput, NotFound
from server.officers.models import SavedView
from server.officers.wishes import Wish
from server.web import SignedIn

MOST = 40  # of one account


def views_of(session: Session, me: SignedIn, page: str) -> list[SavedView]:
    """Return what an account kept, and what others of its role and place share who see no more."""
    shared = and_(
        SavedView.shared.is_(True), SavedView.role == me.role, SavedView.place == me.place
    )
    by = f"user:{me.login}"
    within = Within.of_account(me.place, me.sees)
    asked = (
        select(SavedView, User.place, User.sees)
        .join(User, SavedView.owner == literal("user:") + User.login)
        .where(SavedView.page == page, or_(SavedView.owner == by, shared))
        .order_by(SavedView.made_at, SavedView.id)
    )
    return [
        view
        for view, place, sees in session.execute(asked)
        if view.owner == by or (within.covers(view.place) and within.may_give(place, sees))
    ]


def link(view: SavedView) -> str:
    """Return the query of a link to it: what was typed is sealed with the key of today.

    Those saved before hold a seal of then; where it opens no more, opening the link says so.
    """
    try:
        return urlencode(Wish.of(dict(parse_qsl(view.query))).address())
    except BadInput:
        return view.query


def save(
    session: Session,
    me: SignedIn,
    wish: Wish,
    *,
    page: str,
    title: str,
    shared: bool,
    now: datetime,
) -> SavedView:
    """Keep a search under a name.  Raises BadInput where it asks for nothing, or there are many."""
    by = f"user:{me.login}"
    if not wish.narrowed:
        raise BadInput("Chọn bộ lọc trước khi lưu.", "Choose some filter first.", field="title")
    if sum(view.owner == by for view in views_of(session, me, page)) >= MOST:
        raise BadInput(
            f"Mỗi người lưu nhiều nhất {MOST} bộ lọc: xóa bớt.",
            f"At most {MOST} saved searches: delete some.",
            field="title",
        )
    made = SavedView(
        id=uuid4(), owner=by, role=me.role, place=me.place, shared=shared, page=page, title=title,
        query=urlencode(wish.in_clear()), made_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    audit.record(session, "view.saved", made.id, by=by, now=now, detail="shared" if shared else "")
    return made


def forget(session: Session, me: SignedIn, view_id: UUID, *, now: datetime) -> None:
    """Delete a search of one's own.  Raises NotFound."""
    found = session.get(SavedView, view_id)
    by = f"user:{me.login}"
    if found is None or found.owner != by:
        raise NotFound("Không có bộ lọc này.", "There is no such saved search.")
    session.delete(found)
    audit.record(session, "view.forgotten", view_id, by=by, now=now)
