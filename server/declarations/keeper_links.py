"""Secret links by which a point's keeper checks people in without an account.

A link is for one point and ends by itself; its token is shown once and kept as a hash.
"""

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts.sessions import hash_of, new_token
from server.audit import services as audit
from server.declarations.phone_models import KeeperLink
from server.declarations.points import get_point
from server.errors import NotFound

LASTS = timedelta(days=90)


def give_link(session: Session, point_id: str, *, by: str, now: datetime) -> str:
    """Make a keeper's link for a point; return its token, which is kept nowhere else.

    A point has one link: an earlier one ends.
    """
    point = get_point(session, point_id)
    end_links(session, point.id, by=by, now=now)
    token = new_token()
    session.add(
        KeeperLink(
            id=uuid4(),
            point_id=point.id,
            token_hash=hash_of(token),
            created_at=now,
            created_by=by,
            ends_at=now + LASTS,
        )
    )
    audit.record(session, "point.keeper-link", point.id, by=by, now=now)
    return token


def end_links(session: Session, point_id: str, *, by: str, now: datetime) -> None:
    """Let no link of a point work from now on."""
    for link in live_links(session, point_id, now=now):
        link.revoked_at, link.revoked_by = now, by
        audit.record(session, "point.keeper-link-ended", point_id, by=by, now=now)


def live_links(session: Session, point_id: str, *, now: datetime) -> list[KeeperLink]:
    found = select(KeeperLink).where(
        KeeperLink.point_id == point_id, KeeperLink.revoked_at.is_(None), KeeperLink.ends_at > now
    )
    return list(session.scalars(found))


def check_link(session: Session, point_id: str, token: str, *, now: datetime) -> KeeperLink:
    """Return the link with *token*, if it opens this point's page; raises NotFound."""
    wanted = hash_of(token)
    for link in live_links(session, point_id, now=now):
        if link.token_hash == wanted:
            return link
    raise NotFound(
        "Liên kết của người giữ điểm không còn dùng được. Xin liên kết mới ở nơi lập điểm.",
        "The keeper's link no longer works. Ask for a new one where the point was made.",
    )
