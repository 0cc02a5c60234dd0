"""The secret link to a person's own page: made, ended, opened with the date of birth.

The link is 80 random bits, so nobody finds one by guessing; who finds a lost card must know the
date of birth too, and has ten tries a day, whatever address they come from.
"""

import secrets
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from contract.identities import fields
from server import vault
from server.accounts import throttle
from server.audit import services as audit
from server.errors import DomainError
from server.people.models import Person
from server.record.mine_models import MyLink, MyLinkFailure

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is taken for another
LENGTH = 17  # of 30 letters: more than 80 bits
TRIES, WITHIN = 10, timedelta(days=1)
_ACCOUNT = "my-page"  # under which wrong links are counted for an address


class NotYours(DomainError):
    code = "link-or-birth-wrong"
    status = 403


class TooManyTries(DomainError):
    code = "too-many-tries"
    status = 429


def blind(token: str) -> str:
    return vault.current().blind("my_link.token", token.strip().upper())


def link_of(session: Session, person_id: UUID, *, by: str, now: datetime) -> MyLink:
    """Return the person's link, a new one if there is none."""
    known = _live(session, person_id)
    return known or _made(session, person_id, by, now)


def renew_link(session: Session, person_id: UUID, *, by: str, now: datetime) -> MyLink:
    """End a person's link and make another: the card was lost."""
    known = _live(session, person_id)
    if known is not None:
        known.ended_at = now
        session.flush()
    return _made(session, person_id, by, now)


def _live(session: Session, person_id: UUID) -> MyLink | None:
    live = select(MyLink).where(MyLink.person_id == person_id, MyLink.ended_at.is_(None))
    return session.scalar(live)


def _made(session: Session, person_id: UUID, by: str, now: datetime) -> MyLink:
    token = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    made = MyLink(
        id=uuid4(), person_id=person_id, token=token, token_blind=blind(token), made_at=now,
        made_by=by,
    )  # fmt: skip
    session.add(made)
    session.flush()
    audit.record(session, "my-link.made", person_id, by=by, now=now)
    return made


def check_tries(session: Session, token: str, address: str, *, now: datetime) -> None:
    """Raise where this link, or this address, was guessed at too often."""
    throttle.check_address(session, address, now=now)
    link = _with(session, token)
    asked = select(func.count()).select_from(MyLinkFailure)
    if link is None:
        return
    recent = asked.where(MyLinkFailure.link_id == link.id, MyLinkFailure.at > now - WITHIN)
    if (session.scalar(recent) or 0) >= TRIES:
        raise TooManyTries(
            "Nhập sai ngày sinh quá nhiều lần. Thử lại vào ngày mai, hoặc hỏi nơi phát thẻ.",
            "Too many wrong birth dates. Try again tomorrow, or ask where you got the card.",
        )


def open_page(session: Session, token: str, said: str) -> MyLink | None:
    """Return the link if *said* is its person's date of birth, else None."""
    link = _with(session, token)
    if link is None:
        return None
    return link if _is_birth(said, session.get_one(Person, link.person_id)) else None


def note_failure(session: Session, token: str, address: str, *, now: datetime) -> None:
    """Count a wrong try; in a transaction of its own, for it stays though the page is refused."""
    throttle.note_failure(session, _ACCOUNT, address, now=now)
    link = _with(session, token)
    if link is not None:
        session.add(MyLinkFailure(link_id=link.id, at=now))
        session.execute(delete(MyLinkFailure).where(MyLinkFailure.at < now - 2 * WITHIN))


def still_open(session: Session, link_id: UUID) -> MyLink | None:
    link = session.get(MyLink, link_id)
    return link if link is not None and link.ended_at is None else None


def _with(session: Session, token: str) -> MyLink | None:
    live = select(MyLink).where(MyLink.token_blind == blind(token), MyLink.ended_at.is_(None))
    return session.scalar(live)


def _is_birth(said: str, person: Person) -> bool:
    """Compare with as much as is known of the person's birth; nothing known opens nothing."""
    given = fields.year_first(said) or fields.day_first(said)
    known = person.birth or (str(person.birth_year) if person.birth_year else "")
    if given is None or not known:
        return False
    return str(given) == known or (len(known) == len("1990") and str(given.year) == known)
