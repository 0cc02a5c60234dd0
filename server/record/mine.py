"""The secret link to a person's own page: made, ended, opened with the whole date of birth.

The link is 80 random bits, so nobody finds one by guessing.  It is on the back of a card whose
front shows the year of birth, so a year alone opens nothing: where no more is known, the last four
digits of a number on record are asked for too.  Who finds a card has ten tries a day, whatever
address they come from.
"""

import secrets
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from contract.identities import BirthDate, System, fields
from server import vault
from server.accounts import throttle
from server.accounts.throttle import Guessed
from server.audit import services as audit
from server.errors import DomainError
from server.people import merges
from server.people.models import Identity, Person
from server.record.mine_models import MyLink, MyLinkFailure
from server.times import lately, long_over

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is taken for another
LENGTH = 17  # of 30 letters: more than 80 bits
TRIES, WITHIN = 10, timedelta(days=1)
ENDS = 4  # last digits that are asked for beside a year
_PAPERS = {System.CITIZEN, System.OLD_CITIZEN, System.INSURANCE}


class NotYours(DomainError):
    code = "link-or-birth-wrong"
    status = 403


class CannotOpen(DomainError):
    code = "too-little-known"
    status = 403


class TooManyTries(DomainError):
    code = "too-many-tries"
    status = 429


def blind(token: str) -> str:
    return vault.current().blind("my_link.token", token.strip().upper())


def _blinds(token: str) -> list[str]:
    return vault.current().blinds("my_link.token", token.strip().upper())


def link_of(session: Session, person_id: UUID, *, by: str, now: datetime) -> MyLink:
    """Return the person's link, a new one if there is none."""
    known = _live(session, person_id)
    return known or _made(session, person_id, by, now)


def renew_link(session: Session, person_id: UUID, *, by: str, now: datetime) -> MyLink:
    """End the link of each of a person's records and make another: the card was lost.

    Nobody knows which record's link stood on that card, and each opens the whole page.
    """
    for record in merges.together(session, person_id):
        if (known := _live(session, record)) is not None:
            known.ended_at = now
            audit.record(session, "my-link.ended", record, by=by, now=now)
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
    throttle.check_guesses(session, Guessed.MY_PAGE, address, now=now)
    link = _with(session, token)
    asked = select(func.count()).select_from(MyLinkFailure)
    if link is None:
        return
    recent = asked.where(MyLinkFailure.link_id == link.id, lately(MyLinkFailure.at, now, WITHIN))
    if (session.scalar(recent) or 0) >= TRIES:
        raise TooManyTries(
            "Nhập sai ngày sinh quá nhiều lần. Thử lại vào ngày mai, hoặc hỏi nơi phát thẻ.",
            "Too many wrong birth dates. Try again tomorrow, or ask where you got the card.",
        )


def open_page(session: Session, token: str, said: str, ends: str = "") -> MyLink | None:
    """Return the link if *said* is its person's whole date of birth, else None.

    Of whom only the year is known, *ends* must be the last digits of a number on record as well.
    Raises CannotOpen where no number is known either.
    """
    link = _with(session, token)
    if link is None:
        return None
    person = session.get_one(Person, link.person_id)
    given = fields.year_first(said) or fields.day_first(said)
    if person.birth and len(person.birth) == len("1990-12-31"):
        return link if str(given) == person.birth else None
    known = _ends_of(session, person, link)
    if not known or person.birth_year is None:
        raise CannotOpen(
            "Hồ sơ chưa đủ ngày sinh hay số giấy tờ để mở trang này. Mang giấy tờ đến nơi phát thẻ "
            "hoặc trạm y tế để bổ sung.",
            "Too little is on record to open this page. Take your papers to where you got the card "
            "or to the health station, to have them added.",
        )
    return link if _is_year(given, person.birth_year) and ends.strip() in known else None


def note_opening(session: Session, link: MyLink, *, by: str, now: datetime) -> None:
    """Write into the trail that the page was opened; the person reads it there."""
    audit.record(session, "my-page.opened", link.person_id, by=by, now=now)


def note_failure(session: Session, token: str, address: str, *, now: datetime) -> None:
    """Count a wrong try; in a transaction of its own, for it stays though the page is refused."""
    throttle.note_guess(session, Guessed.MY_PAGE, address, now=now)
    link = _with(session, token)
    if link is not None:
        session.add(MyLinkFailure(link_id=link.id, at=now))
        session.execute(delete(MyLinkFailure).where(long_over(MyLinkFailure.at, now, WITHIN)))


def still_open(session: Session, link_id: UUID) -> MyLink | None:
    link = session.get(MyLink, link_id)
    return link if link is not None and link.ended_at is None else None


def _with(session: Session, token: str) -> MyLink | None:
    live = select(MyLink).where(MyLink.token_blind.in_(_blinds(token)), MyLink.ended_at.is_(None))
    return session.scalar(live)


def _is_year(given: BirthDate | None, year: int) -> bool:
    return given is not None and given.year == year


def _ends_of(session: Session, person: Person, link: MyLink) -> set[str]:
    """Return the last digits of the papers that somebody has seen, and of the person's phones.

    A phone that was typed since the link was made is none: whoever found the card may have typed
    theirs, under the name and year on its front and a number that they know.
    """
    return {
        each.value[-ENDS:]
        for each in merges.keys_of(session, person.id)
        if _is_known_by(each, link) and len(each.value) > ENDS
    }


def _is_known_by(number: Identity, link: MyLink) -> bool:
    if number.system == System.PHONE:
        return not number.claimed or number.linked_at <= link.made_at
    return number.system in _PAPERS and not number.claimed
