"""Who carries many codes is who carries each of them: newcomers are written as by the usual way."""

from collections.abc import Callable, Sequence
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from contract import specimens
from contract.identities import BirthDate, Key, Kind, PersonCode, System, parse
from server.audit.models import AuditEntry
from server.people.models import NAME_PARTS, Disagreement, Identity, IdentityQuestion, Person
from server.people.name_parts import numbers_of
from server.people.newcomers import Shown, bearers_of
from server.people.services import person_of

CROWD = specimens.people(3, Random(4))
CARDS = [
    parse(show(person))
    for person in CROWD
    for show in (specimens.citizen_card, specimens.insurance_card, specimens.national_qr)
]
NUMBERS = st.builds(
    Key,
    st.sampled_from([System.CITIZEN, System.OLD_CITIZEN, System.NATIONAL, System.PHONE]),
    st.sampled_from(["1", "2", CROWD[0].number]),
    st.booleans(),
)
NAMES = st.sampled_from([None, CROWD[0].name, "Lê Thị An", "LE THI AN"])
ODD = st.builds(
    lambda raw, keys, name, year: PersonCode(
        Kind.OTHER, raw, tuple(keys), name=name, birth=BirthDate(year) if year else None
    ),
    st.sampled_from([b"x", b"y"]), st.lists(NUMBERS, min_size=1, max_size=4), NAMES,
    st.sampled_from([None, 1991, 1700]),
)  # fmt: skip
CODES = st.lists(st.sampled_from(CARDS) | ODD, max_size=6)
SHOWN: dict[Any, tuple[str, ...]] = {
    Person: ("name", "name_blind", "birth", "birth_year", "sex", "address", "place", "created_at",
             "block_blind"),
    Identity: ("system", "value", "value_blind", "claimed", "kind", "evidence", "linked_at",
               "linked_by", "unlinked_by"),
    IdentityQuestion: ("kind", "system", "evidence"),
    Disagreement: ("system", "kind", "said_name", "said_birth", "said_blind"),
    AuditEntry: ("at", "actor", "action", "detail"),
}  # fmt: skip


def one_by_one(session: Session, shown: Sequence[Shown], now: datetime) -> list[UUID]:
    return [
        person_of(session, each.code, by=each.by, now=now, evidence=each.evidence,
                  place=each.place).id
        for each in shown
    ]  # fmt: skip


def together(session: Session, shown: Sequence[Shown], now: datetime) -> list[UUID]:
    return bearers_of(session, shown, now=now)


def left(
    session: Session, how: Callable[..., list[UUID]], shown: Sequence[Shown], now: datetime
) -> Any:
    """Return what *how* leaves behind, ids apart, and undo it."""
    with session.begin_nested() as trial:
        bearers = how(session, shown, now)
        session.flush()
        rows = {
            model.__tablename__: sorted(
                map(repr, session.execute(select(*(getattr(model, name) for name in names))))
            )
            for model, names in SHOWN.items()
        }
        for person in session.scalars(select(Person)):
            parts = tuple(getattr(person, each) for each in NAME_PARTS)
            assert parts == numbers_of(person.id, person.name)
        trial.rollback()
    session.expunge_all()
    return [bearers.index(each) for each in bearers], rows


def test_who_claimed_a_number_and_now_shows_it_is_not_asked_about(
    session: Session, now: datetime
) -> None:
    """Neither code names anybody: only the stronger number tells whose they are."""
    citizen = Key(System.CITIZEN, "2", claimed=False)
    codes = [
        PersonCode(Kind.OTHER, raw, (citizen, Key(System.OLD_CITIZEN, "1", claimed=claimed)))
        for raw, claimed in ((b"x", True), (b"y", False))
    ]
    shown = [Shown(code, "station:ban-1", f"event:{n}", "p") for n, code in enumerate(codes)]
    assert len(set(one_by_one(session, shown, now))) == 1
    assert session.scalars(select(IdentityQuestion)).all() == []
    claims = select(Identity.claimed).where(
        Identity.system == "cmnd", Identity.unlinked_at.is_(None)
    )
    assert session.scalars(claims).all() == [False]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(before=CODES, codes=CODES)
def test_many_at_once_are_met_as_one_by_one(
    session: Session, now: datetime, before: list[PersonCode], codes: list[PersonCode]
) -> None:
    first, shown = (
        [Shown(code, "station:ban-1", f"event:{n}", f"p-{n}") for n, code in enumerate(given)]
        for given in (before, codes)
    )
    with session.begin_nested() as trial:
        one_by_one(session, first, now)
        assert left(session, together, shown, now) == left(session, one_by_one, shown, now)
        trial.rollback()
    session.expunge_all()
