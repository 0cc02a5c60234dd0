"""Slips of results, and what a slip that somebody holds up is worth now.

A slip is given for the current version of a released negative or positive outcome.  Whoever checks
it asks the record, so a result that was taken back is told as such, whatever the paper says.
Nobody knows until when a result holds whose sample was taken by a clock that was not set: it gets
none, and what was given before its time was doubted has expired.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract import names
from contract.certificates import (
    LONGEST_TEXT,
    Certificate,
    CertificateError,
    UnknownIssuer,
    read_certificate,
    verify_certificate,
)
from contract.certificates import Test as TestEntry
from contract.issuing import TestSlip, issue, key_id_of, number_in
from server.audit import services as audit
from server.errors import DomainError, NotFound
from server.lab.models import Result
from server.outcomes import queries as outcomes
from server.outcomes import sample_times
from server.outcomes.models import Outcome
from server.people import merges
from server.people.models import Person
from server.record.slip_keys import public_keys, signing_key
from server.record.slip_models import ResultSlip

GIVEN = ("negative", "positive")  # what a slip may say


class NoSlip(DomainError):
    code = "no-slip"


class Worth(StrEnum):
    """What a slip is worth.  The value is told to programs and never changes."""

    GENUINE = "genuine"
    EXPIRED = "expired"  # or nobody knows any more when the sample was taken
    SUPERSEDED = "superseded"  # genuine once; the result, or whom it names, was corrected since
    WITHDRAWN = "withdrawn"  # genuine once; the result was taken back
    UNKNOWN = "unknown"  # signed by us, and not on record
    ANOTHERS = "anothers"  # a certificate of another issuer
    FORGED = "forged"  # not a slip, damaged, or the signature is wrong


HOLDS = (Worth.GENUINE, Worth.EXPIRED)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a slip is worth, and what it says where it is ours."""

    worth: Worth
    slip: ResultSlip | None = None
    person: Person | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings of slips: which key signs, how long a result holds, who issues."""

    key: int
    hours: int
    issuer: str

    def expires(self, sampled_at: datetime) -> datetime:
        return sampled_at + timedelta(hours=self.hours)


def issue_slip(
    session: Session, outcome_id: UUID, rules: Rules, *, by: str, now: datetime
) -> ResultSlip:
    """Return the slip of an outcome, signed now if it has none or names its bearer as they were
    before a correction.  Raises NotFound, NoSlip.
    """
    outcome = session.get(Outcome, outcome_id)
    if outcome is None:
        raise NotFound("Không có kết quả này.", "There is no such result.")
    _check(session, outcome, now)
    asked = select(ResultSlip).where(ResultSlip.outcome_id == outcome_id)
    asked = asked.with_for_update()  # of two who print at once, one signs anew
    known = session.scalar(asked.execution_options(populate_existing=True))
    slip = _as_corrected(session, known, rules, by, now) if known else None
    slip = slip or _sign(session, outcome, rules, by, now)
    audit.record(session, "slip.printed", outcome.person_id, by=by, now=now, detail=str(slip.id))
    return slip


def check_theirs(session: Session, person_id: UUID, outcome_id: UUID) -> None:
    """Raise NotFound where an outcome is not this person's."""
    outcome = session.get(Outcome, outcome_id)
    if outcome is None or not merges.are_one(session, person_id, outcome.person_id):
        raise NotFound("Không có kết quả này.", "There is no such result.")


def printable(session: Session, versions: Iterable[Outcome]) -> list[Outcome]:
    """Return those for which a slip can be asked: they hold, and rest on a released result."""
    return [
        each
        for each in versions
        if each.status in GIVEN and _is_released(session, each) and _holds(session, each)
    ]


def _is_released(session: Session, outcome: Outcome) -> bool:
    result = session.get(Result, outcome.result_id) if outcome.result_id else None
    return result is not None and result.released_at is not None


def _holds(session: Session, outcome: Outcome) -> bool:
    current = outcomes.current_of(session, outcome.tube).get(outcome.person_id)
    return current is not None and current.id == outcome.id


def _check(session: Session, outcome: Outcome, now: datetime) -> None:
    if not printable(session, [outcome]):
        raise NoSlip(
            "Chỉ in giấy cho kết quả âm tính hoặc dương tính đang có hiệu lực.",
            "A slip is given only for a negative or positive result that holds now.",
        )
    if not sample_times.time_of(session, outcome, now).known:
        raise NoSlip(
            "Chưa rõ mẫu lấy lúc nào (đồng hồ trạm chưa chỉnh), nên chưa in giấy được.",
            "It is not known when the sample was taken (the station's clock was not set): no slip.",
        )


def _as_corrected(
    session: Session, slip: ResultSlip, rules: Rules, by: str, now: datetime
) -> ResultSlip:
    """Return *slip*, signed anew under its number where the person's name or birth was corrected.

    Raises NoSlip for whoever was erased.
    """
    if not slip.code:
        raise NoSlip("Người này đã được xóa khỏi hồ sơ.", "This person was erased.")
    person, said = session.get_one(Person, slip.person_id), read_certificate(slip.code)
    named = said.family, said.given
    if (*named, said.birth) != (*_read_back(person.name or ""), _birth_of(person)):
        outcome = session.get_one(Outcome, slip.outcome_id)
        _write(slip, person, outcome, rules, by, now)
        session.flush()
        told = str(slip.id)
        audit.record(session, "slip.signed-anew", person.id, by=by, now=now, detail=told)
    return slip


def _read_back(name: str) -> tuple[str, str]:
    """Return family and given name as a reader of the code has them."""
    family, _, given = names.display(name).partition(" ")
    return family[:LONGEST_TEXT], given[:LONGEST_TEXT]


def _birth_of(person: Person) -> str:
    return person.birth or (str(person.birth_year) if person.birth_year else "")


def _sign(session: Session, outcome: Outcome, rules: Rules, by: str, now: datetime) -> ResultSlip:
    slip = ResultSlip(
        id=uuid4(), outcome_id=outcome.id, person_id=outcome.person_id,
        sampled_at=outcome.sampled_at, expires_at=rules.expires(outcome.sampled_at),
    )  # fmt: skip
    _write(slip, session.get_one(Person, outcome.person_id), outcome, rules, by, now)
    session.add(slip)
    session.flush()
    return slip


def _write(
    slip: ResultSlip, person: Person, outcome: Outcome, rules: Rules, by: str, now: datetime
) -> None:
    """Sign what *slip* says: under its number, until when it holds."""
    key = signing_key(rules.key)
    said = TestSlip(
        number=slip.id.hex,
        name=person.name or "",
        birth=_birth_of(person),
        detected=outcome.status == "positive",
        sampled=slip.sampled_at,
        issued=now,
        expires=slip.expires_at,
        issuer=rules.issuer,
        centre=rules.issuer,
    )
    slip.code, slip.key_id = issue(said, key), key_id_of(key.public_key()).hex()
    slip.issued_at, slip.issued_by = now, by


def check_code(session: Session, text: str, rules: Rules, *, now: datetime) -> Verdict:
    """Say what the slip is worth whose QR says *text*; of one that was signed anew, the newest."""
    text = text.strip("\r\n\t")
    try:
        said = verify_certificate(text, public_keys(rules.key))
    except UnknownIssuer:
        return Verdict(Worth.ANOTHERS)
    except CertificateError:
        return Verdict(Worth.FORGED)
    number = _number_of(said)
    found = check_number(session, number, now=now) if number else Verdict(Worth.UNKNOWN)
    older = found.slip is not None and found.slip.code not in {"", text}
    return replace(found, worth=Worth.SUPERSEDED) if older and found.worth in HOLDS else found


def _number_of(said: Certificate) -> UUID | None:
    """Return the slip's number in a certificate that is known to be ours."""
    tests = [entry for entry in said.entries if isinstance(entry, TestEntry)]
    try:
        return UUID(number_in(tests[0].id)) if tests else None
    except ValueError:
        return None


def check_number(session: Session, number: UUID, *, now: datetime) -> Verdict:
    """Say what the slip with this number is worth: the address on the paper leads here."""
    slip = session.get(ResultSlip, number)
    if slip is None:
        return Verdict(Worth.UNKNOWN)
    outcome = session.get_one(Outcome, slip.outcome_id)
    person = session.get_one(Person, slip.person_id)
    current = outcomes.current_of(session, outcome.tube).get(slip.person_id, outcome)
    if current.id != outcome.id:
        worth = Worth.SUPERSEDED if current.status in GIVEN else Worth.WITHDRAWN
    else:
        dated = sample_times.time_of(session, outcome, now).known
        worth = Worth.GENUINE if dated and slip.expires_at > now else Worth.EXPIRED
    return Verdict(worth, slip, person, outcome)
