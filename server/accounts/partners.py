"""Partners: programs of other systems, each with a token of its own that ends.

The token is shown once and kept as a hash; what a partner may do is its scopes.
"""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.places import Place, PlaceError
from server.accounts.models import Partner
from server.accounts.sessions import hash_of
from server.accounts.within import Within
from server.audit import services as audit
from server.errors import BadInput, DomainError, NotFound
from server.permissions import Scope

LIFE = timedelta(days=365)
WARN = timedelta(days=30)  # before a token ends, somebody is told
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,31}")
_PREFIX = "gmp_"  # so that a leaked token is known for what it is


EVERYWHERE = "*"  # for a partner of the whole country; never what an empty field means


class PartnerExists(DomainError):
    code = "partner-exists"
    status = 409


@dataclass(frozen=True)
class KnownPartner:
    """Who asks, what for, and from which place's data."""

    id: str
    scopes: frozenset[Scope]
    place: str


def add_partner(
    session: Session,
    name: str,
    *,
    label: str,
    scopes: Iterable[Scope],
    place: str,
    by: str,
    now: datetime,
) -> str:
    """Let a partner in and return its token, which is kept nowhere else."""
    chosen = sorted(set(scopes))
    if not _NAME.fullmatch(name):
        raise BadInput(
            "Mã đối tác: chữ thường không dấu, số và gạch nối, từ 2 ký tự.",
            "A partner's name has small letters, digits and hyphens, at least 2 of them.",
            field="partner",
        )
    if place != EVERYWHERE:
        _check_place(place)
    if not chosen:
        raise BadInput("Chọn ít nhất một quyền.", "Choose at least one scope.", field="scope")
    if session.get(Partner, name) is not None:
        raise PartnerExists(
            f"Đã có đối tác {name}. Cấp mã mới hoặc đặt tên khác.",
            f"There is a partner {name} already. Give a new token, or choose another name.",
        )
    token = _new_token()
    session.add(
        Partner(
            id=name, label=label, scopes=" ".join(chosen), place=place, token_hash=hash_of(token),
            expires_at=now + LIFE, created_at=now, created_by=by,
        )
    )  # fmt: skip
    audit.record(session, "partner.added", name, by=by, now=now, detail=" ".join(chosen))
    return token


def renew_token(session: Session, name: str, *, by: str, now: datetime) -> str:
    """Give a partner another token; the one before ends at once."""
    found = _get(session, name)
    token = _new_token()
    found.token_hash, found.expires_at, found.revoked_at = hash_of(token), now + LIFE, None
    audit.record(session, "partner.token-renewed", name, by=by, now=now)
    return token


def revoke_partner(session: Session, name: str, *, by: str, now: datetime) -> None:
    """Shut a partner out at once."""
    found = _get(session, name)
    found.revoked_at = found.revoked_at or now
    audit.record(session, "partner.revoked", name, by=by, now=now)


def covers(area: str, place: str) -> bool:
    """Return whether a partner of *area* may know what is of *place*.  '' covers nothing."""
    if area == EVERYWHERE:
        return True
    try:
        return bool(area) and Place.parse(place).within(Place.parse(area))
    except PlaceError:
        return place == area


def _check_place(place: str) -> None:
    try:
        Place.parse(place)
    except PlaceError as error:
        raise BadInput(
            "Nơi của đối tác là mã hành chính, ví dụ vn-2021:24; cả nước thì ghi *.",
            "A partner's place is an administrative code, such as vn-2021:24; * is everywhere.",
            field="place",
        ) from error


def find_partner(session: Session, token: str, *, now: datetime) -> KnownPartner | None:
    """Return whose *token* this is, if it still holds."""
    if not token.startswith(_PREFIX) or len(token) > 100:
        return None
    found = session.scalar(select(Partner).where(Partner.token_hash == hash_of(token)))
    if found is None or found.revoked_at is not None or found.expires_at <= now:
        return None
    scopes = frozenset(Scope(word) for word in found.scopes.split())
    return KnownPartner(found.id, scopes, found.place)


def may_manage(within: Within, place: str) -> bool:
    """Return whether who has that scope may give a token for *place*: never more than their own."""
    return within.includes(Within.of_account("", place))


def managed(session: Session, within: Within) -> list[Partner]:
    """Return the partners that see no more than the administrator does."""
    known = session.scalars(select(Partner).order_by(Partner.id))
    return [each for each in known if may_manage(within, each.place)]


def ending_soon(session: Session, *, now: datetime) -> list[Partner]:
    """Return the partners whose token ends within a month, or has ended."""
    live = select(Partner).where(Partner.revoked_at.is_(None), Partner.expires_at <= now + WARN)
    return list(session.scalars(live.order_by(Partner.expires_at)))


def _new_token() -> str:
    return _PREFIX + secrets.token_urlsafe(32)


def _get(session: Session, name: str) -> Partner:
    found = session.get(Partner, name, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("Không có đối tác này.", "There is no such partner.")
    return found
