"""A declaration from a phone: kept once however often it is sent, and a check-in at its point."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from server.accounts.sessions import new_token
from server.audit import services as audit
from server.declarations import check_ins, form_versions, phones
from server.declarations.check_ins import Comer, Coming
from server.declarations.declarants import Declarant
from server.declarations.models import Declaration, Point
from server.declarations.phone_models import PhonePerson
from server.declarations.points import check_open
from server.declarations.questions import Answer, Form, judge, kept
from server.declarations.withdrawn import withdrawals
from server.errors import DomainError
from server.people import covered

LONGEST_WAIT = timedelta(days=7)  # on a phone without a network


class IdTaken(DomainError):
    code = "declaration-id-taken"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a phone sends: checked already, field by field."""

    id: UUID
    form: Form
    answers: Mapping[str, Answer]
    who: Declarant | UUID  # typed now, or somebody this phone declared for before
    on_behalf: bool
    consent: str
    waited: timedelta = timedelta(0)


def declare(
    session: Session, point: Point, wish: Wish, *, token: str, now: datetime
) -> tuple[Declaration, PhonePerson | None]:
    """Keep a declaration at *point*; what was kept before is given back as it is.

    Returns also the person as this phone knows them: None where another phone sent it first.
    """
    known = session.get(Declaration, wish.id)
    if known is not None:
        if known.source != "phone" or known.point_id != point.id:
            raise IdTaken("Mã tờ khai đã dùng. Tải lại trang.", "This id is taken. Load again.")
        return known, phones.person_declared(session, token, known.person_id)
    at = now - min(max(wish.waited, timedelta(0)), LONGEST_WAIT)
    check_open(point, at)
    by = f"point:{point.id}"
    if isinstance(wish.who, UUID):
        person = phones.person_on(session, token, wish.who)
    else:
        person = phones.remember(
            session, token or new_token(), wish.who, on_behalf=wish.on_behalf, place=point.place,
            evidence=f"declaration:{wish.id}", by=by, now=now,
        )  # fmt: skip
    person.last_at = now
    made = _declaration(session, point, wish, person, at, now)
    covered.cover(session, [person.person_id])
    check_ins.keep(session, [_coming(point, made)], now=now)
    audit.record(session, "declaration.recorded", made.id, by=by, now=now, detail=made.form_id)
    return made, person


def _declaration(
    session: Session, point: Point, wish: Wish, person: PhonePerson, at: datetime, now: datetime
) -> Declaration:
    form_versions.keep(session, wish.form)
    over = withdrawals(session, [person.person_id], at, now)  # consent was taken back meanwhile
    answers = {} if over else wish.answers
    verdict = None if over else judge(wish.form, wish.answers)
    made = Declaration(
        id=wish.id,
        person_id=person.person_id,
        point_id=point.id,
        form_id=wish.form.id,
        source="phone",
        on_behalf=wish.on_behalf,
        symptoms=verdict and verdict.symptoms,
        exposed=verdict and verdict.exposed,
        answers=msgspec.json.encode(kept(wish.form, answers)).decode(),
        consent=wish.consent,
        at=at,
        recorded_at=now,
    )
    session.add(made)
    session.flush()
    return made


def _coming(point: Point, made: Declaration) -> Coming:
    """Return the check-in that a declaration is: it has the same id."""
    return Coming(
        id=made.id,
        comer=Comer(made.person_id),
        source=made.source,
        point=point.name,
        point_id=point.id,
        place=point.place,
        at=made.at,
        declaration_id=made.id,
        symptoms="" if made.symptoms is None else "yes" if made.symptoms else "no",
    )


def answers_of(made: Declaration) -> dict[str, Answer]:
    return msgspec.json.decode(made.answers, type=dict[str, Answer])
