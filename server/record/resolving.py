"""Whose code is this?  What a partner's program is told: a key, and to some the status.

The key is a pseudonym of the person for this partner: two partners cannot put their data together
by it.  No answer differs between a number that nobody has and one whose bearer is named otherwise,
and whoever often asks in vain is stopped: nobody finds numbers by guessing.
"""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.identities import IdentityError, Kind, PersonCode, System, parse
from contract.places import Place, PlaceError
from server import vault
from server.accounts.partners import KnownPartner, covers
from server.audit import services as audit
from server.declarations import queries as declared
from server.declarations.models import Declaration, Point
from server.declarations.zones.levels import strictest
from server.declarations.zones.models import ZoneLevel, ZonePart
from server.display import local
from server.errors import BadInput, NotFound
from server.people import doubts, merges, queries
from server.people.links import claims, strong_keys
from server.people.models import Identity, Person
from server.record.last_tests import LastTest, last_test

# Nobody finds these by guessing; with all others, name and year of birth must be right as well.
_UNGUESSABLE = {System.CARD, System.CERTIFICATE, System.FINGERPRINT, System.VEHICLE, System.OTHER}


class NotKnown(NotFound):
    code = "not-known"


class LastDeclaration(msgspec.Struct, frozen=True):
    at: datetime
    symptoms: bool | None
    exposed: bool | None


class Status(msgspec.Struct, frozen=True):
    """What is known of a person in the partner's place; None where nothing is."""

    last_test: LastTest | None
    last_declaration: LastDeclaration | None
    zone: str | None


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The person's key for this partner, and what kind of code was shown."""

    person: str
    kind: str
    status: Status | None = None


def read_code(raw: bytes) -> PersonCode:
    """Raises BadInput for what cannot be a person's or a vehicle's code."""
    try:
        code = parse(raw)
    except IdentityError as error:
        raise BadInput(
            "Đây không phải mã của người hay xe.", "This is no code of a person or a vehicle."
        ) from error
    if code.kind is Kind.TYPED:
        raise BadInput(
            "Gửi nguyên nội dung mã QR, không gửi số đánh máy.",
            "Send what the QR holds, not a typed number.",
        )
    return code


def resolve(
    session: Session, code: PersonCode, partner: KnownPartner, *, hours: int, with_status: bool,
    now: datetime,
) -> Answer | None:  # fmt: skip
    """Return who carries *code*, None where that is not known.  Nothing is linked by asking.

    *hours*: how long a test holds.
    """
    link = link_shown(session, code)
    if link is None:
        return None
    person = link.person
    ids = merges.together(session, person.id)
    # A plate can be read by anybody, and anybody may claim a number or make a card by phone.
    told = with_status and code.names_person and not link.claimed
    status = _status(session, ids, person, partner.place, hours, now) if told else None
    detail = "status" if told else None
    by = f"partner:{partner.id}"
    audit.record(session, "person.resolved", person.id, by=by, now=now, detail=detail)
    return Answer(key_of(partner.id, ids[0]), str(code.kind), status)


def key_of(partner: str, person_id: UUID) -> str:
    """Return the pseudonym under which *partner* knows a person."""
    return "gm-" + vault.current().lasting(f"resolve.{partner}", str(person_id))


def link_shown(session: Session, code: PersonCode) -> Identity | None:
    """Return the link to whose code this is, unless it names another.

    The strongest number that is known decides, one that was only claimed after all others.
    """
    keys = [*strong_keys(code), *claims(code)]
    links = queries.links_of(session, keys)
    known = sorted((links[key] for key in keys if key in links), key=lambda link: link.claimed)
    return next((link for link in known if _fits(session, code, link)), None)


def _fits(session: Session, code: PersonCode, link: Identity) -> bool:
    ids = merges.together(session, link.person_id)
    people = [session.get_one(Person, each) for each in ids]
    if link.system not in _UNGUESSABLE:
        people = [each for each in people if each.name and each.birth_year]
        if not (code.name and code.birth):
            return False
    return any(not doubts.contradicts(code, each) for each in people)


def _status(
    session: Session, ids: list[UUID], person: Person, area: str, hours: int, now: datetime
) -> Status:
    return Status(
        last_test(session, ids, area, hours, now),
        _last_declaration(session, ids, area),
        _zone(session, person.place, local(now).date().isoformat())
        if covers(area, person.place)
        else None,
    )


def _last_declaration(session: Session, ids: list[UUID], area: str) -> LastDeclaration | None:
    asked = (
        select(Declaration, Point.place)
        .outerjoin(Point, Point.id == Declaration.point_id)
        .where(Declaration.person_id.in_(ids), declared.holds())
        .order_by(Declaration.at.desc())
        .limit(50)
    )
    for made, place in session.execute(asked):
        if covers(area, place or ""):
            return LastDeclaration(made.at, made.symptoms, made.exposed)
    return None


def _zone(session: Session, place: str, today: str) -> str | None:
    """Return the strictest level of the zones that this place is in today."""
    try:
        around = Place.parse(place).around
    except PlaceError:
        return None
    asked = (
        select(ZoneLevel.level, ZoneLevel.since, ZoneLevel.until, ZonePart.since, ZonePart.until)
        .join(ZonePart, ZonePart.zone_id == ZoneLevel.zone_id)
        .where(ZonePart.place.in_(around))
    )
    return strictest(
        row[0]
        for row in session.execute(asked)
        if all(since.isoformat() <= today for since in (row[1], row[3]))
        and all(until is None or today <= until.isoformat() for until in (row[2], row[4]))
    )
