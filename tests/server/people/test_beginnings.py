"""A record that was only claimed begins where its bearer first showed who they are."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.identities import BirthDate, Key, Kind, PersonCode, System, parse
from server.accounts.within import Within
from server.audit.models import AuditEntry
from server.db import Database
from server.declarations import declare
from server.declarations.declarants import Declarant
from server.declarations.kinds import PointKind
from server.declarations.phone_models import PhonePerson
from server.declarations.points import PointWish, add_point
from server.declarations.questions import Form
from server.declarations.targets import covering
from server.people import covered, whole
from server.people.covered_models import Covered
from server.people.models import Person
from server.people.newcomers import Shown, bearers_of
from server.people.services import person_of
from server.sampling import sight
from tests.server.outcomes.test_at_once import at_once

pytestmark = pytest.mark.engines

CLAIMED, SHOWN, THIRD = "vn-2021:27.256", "vn-2021:24.222", "vn-2021:01.004"
NAME, NUMBER = "Trần Thị Bình", "024191000088"
CARD = parse(f"{NUMBER}||{NAME}|02031991|Nữ|Hồng Thái|01012022".encode())
TYPED = Key(System.CITIZEN, NUMBER, claimed=True)
APP = PersonCode(
    Kind.NATIONAL_QR, b"app", (Key(System.NATIONAL, "163"), TYPED), NAME, BirthDate(1991)
)
FORM = Form("mau-1", 14, "full", ())


def claim(session: Session, now: datetime, place: str = CLAIMED) -> PhonePerson:
    """Somebody who knows number, name and year declares by phone."""
    point = add_point(session, PointWish(PointKind.MARKET, "Chợ", place), by="u", now=now)
    who = Declarant(NAME, BirthDate(1991), None, "0900000009", "", TYPED)
    wish = declare.Wish(uuid4(), FORM, {}, who, on_behalf=False, consent="")
    made = declare.declare(session, point, wish, token="", now=now)[1]
    assert made is not None
    return made


def show(
    session: Session, now: datetime, place: str = SHOWN, code: PersonCode = CARD,
    *, at_table: bool = True,
) -> UUID:  # fmt: skip
    shown = Shown(code, "station:a", f"event:{uuid4()}", place, at_table=at_table)
    [bearer] = bearers_of(session, [shown], now=now)
    session.flush()
    return bearer


def whole_in(session: Session, person: UUID) -> list[str]:
    places = (CLAIMED, SHOWN, THIRD)
    return [each for each in places if whole.is_whole(session, Within.of([each]), person)]


@pytest.mark.parametrize("code", [CARD, APP])
def test_who_claimed_somebody_before_they_came_sees_no_more_than_what_was_claimed(
    session: Session, now: datetime, code: PersonCode
) -> None:
    person = claim(session, now).person_id
    assert whole_in(session, person) == [CLAIMED]
    assert show(session, now, code=code) == person
    assert whole_in(session, person) == [SHOWN]
    assert sight.sees_person(session, Within.of([CLAIMED]), person)
    assert session.get_one(Covered, person, populate_existing=True).place == SHOWN
    assert covering.differences(session) == set()


def test_a_record_that_is_proven_goes_nowhere_else(session: Session, now: datetime) -> None:
    person = claim(session, now).person_id
    for place, code in ((SHOWN, APP), (THIRD, CARD), (CLAIMED, CARD), (THIRD, APP)):
        assert show(session, now, place, code) == person
        assert whole_in(session, person) == [SHOWN]
    moves = select(AuditEntry.actor, AuditEntry.detail).where(AuditEntry.action == "person.begun")
    assert session.execute(moves).all() == [("station:a", f"{CLAIMED} to {SHOWN}")]


def test_who_shows_their_card_where_they_declared_is_seen_whole_there(
    session: Session, now: datetime
) -> None:
    person = claim(session, now).person_id
    assert show(session, now, CLAIMED) == show(session, now, THIRD) == person
    assert whole_in(session, person) == [CLAIMED]


def test_a_claim_that_comes_after_the_card_takes_nothing(session: Session, now: datetime) -> None:
    person = show(session, now)
    assert claim(session, now).person_id == person
    assert whole_in(session, person) == [SHOWN]
    assert show(session, now, CLAIMED) == person
    assert whole_in(session, person) == [SHOWN]


def test_a_card_that_a_phone_made_proves_where_somebody_sees_who_shows_it(
    session: Session, now: datetime
) -> None:
    made = claim(session, now)
    card = parse(made.card.encode())
    assert show(session, now, THIRD, card, at_table=False) == made.person_id
    assert whole_in(session, made.person_id) == [CLAIMED]
    assert show(session, now, SHOWN, card) == made.person_id
    assert whole_in(session, made.person_id) == [SHOWN]


def typed(database: Database, now: datetime) -> UUID:
    """A number that was typed into an app, and no more."""
    code = PersonCode(Kind.OTHER, b"typed", (TYPED,), NAME, BirthDate(1991))
    with database.write() as session:
        return person_of(session, code, by="u", now=now, evidence="x", place=CLAIMED).id


def test_of_two_tables_at_one_moment_the_first_has_it(database: Database, now: datetime) -> None:
    person = typed(database, now)

    def at(place: str) -> Callable[[Session], object]:
        return lambda session: show(session, now, place)

    assert at_once(database, at(SHOWN), at(THIRD)) == []
    with database.read() as session:
        assert whole_in(session, person) == [SHOWN]


@pytest.mark.parametrize("covering_first", [True, False])
def test_who_is_covered_while_their_record_moves_is_kept_of_its_new_place(
    database: Database, now: datetime, *, covering_first: bool
) -> None:
    person = typed(database, now)
    works: list[Callable[[Session], object]] = [
        lambda session: covered.cover(session, [person]),
        lambda session: show(session, now),
    ]
    assert at_once(database, *(works if covering_first else works[::-1])) == []
    with database.read() as session:
        kept = select(Covered.place, Person.place).join(Person)
        assert session.execute(kept).all() == [(SHOWN, SHOWN)]
