"""The keeper of a point checks in who shows a card: looked at, confirmed, recorded.

What the page shows of a person is masked.  Between the look and the yes the code is carried sealed,
for this point and for ten minutes.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy.orm import Session

from contract import identities
from contract.cards import SIGNED_PREFIX, CardError, key_name, verify_card
from contract.identities import IdentityError, Kind, PersonCode, System, masked_name
from contract.identities.vehicle_pass import tells_plate
from contract.signing import BadSignature, decode, encode, private_key
from server import vault
from server.audit import services as audit
from server.declarations import check_ins, form_versions
from server.declarations.check_ins import Comer, Coming
from server.declarations.models import CheckIn, Declaration, Point
from server.declarations.points import check_open
from server.declarations.questions import Answer, judge
from server.errors import BadInput
from server.people import doubts
from server.people import queries as people
from server.people.models import Person
from server.people.services import person_of

HELD = timedelta(minutes=10)
_PURPOSE = "keeper.code"


class Held(msgspec.Struct, frozen=True):
    """A code that was shown and waits for the keeper's yes."""

    point: str
    code: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """What the keeper is shown.  `driver` says that a vehicle's pass led to a person."""

    kind: Kind
    masked: str  # '' where nobody is named
    birth_year: int | None
    vehicle: str
    driver: bool
    held: str


def look(session: Session, point: Point, text: str, *, now: datetime) -> Seen:
    """Return what the code *text* says, masked.  Raises BadInput for what is nobody's code."""
    check_open(point, now)
    raw = text.strip().encode()
    code = _read(raw)
    bearer = _on_record(session, code)
    name = code.name or (bearer.name if bearer else None)
    year = code.birth.year if code.birth else bearer.birth_year if bearer else None
    return Seen(
        code.kind,
        masked_name(name) if name else "",
        year,
        "" if code.names_person else code.primary.value,
        driver=bearer is not None and not code.names_person,
        held=_seal(Held(point.id, raw, now)),
    )


def record(
    session: Session,
    point: Point,
    held: str,
    *,
    symptoms: bool,
    which: UUID,
    vehicle_only: bool,
    by: str,
    now: datetime,
) -> CheckIn:
    """Check in whoever was looked at, with what they said of symptoms; once for each *which*."""
    known = session.get(CheckIn, which)
    if known is not None:
        return known
    check_open(point, now)
    code = _read(_open(point, held, now).code)
    person = _person(session, point, code, which, by, now) if not vehicle_only else None
    declared = (
        _declaration(session, point, person, symptoms=symptoms, which=which, now=now)
        if person
        else None
    )
    coming = Coming(
        id=which,
        comer=Comer(person.id) if person else Comer(vehicle=code.primary.value),
        source="keeper",
        point=point.name,
        point_id=point.id,
        place=point.place,
        at=now,
        declaration_id=declared.id if declared else None,
        symptoms="" if person is None else "yes" if symptoms else "no",
    )
    check_ins.keep(session, [coming], now=now)
    made = session.get_one(CheckIn, which)
    audit.record(session, "check-in.recorded", made.id, by=by, now=now, detail=point.name)
    return made


def _read(raw: bytes) -> PersonCode:
    try:
        if raw.startswith(SIGNED_PREFIX.encode()):
            press = _press()
            verify_card(raw.decode("ascii", "replace"), {key_name(press): press})
        code = identities.parse(raw)
    except (IdentityError, CardError) as error:
        raise BadInput(
            "Mã này không phải mã người hoặc xe. Quét lại mã QR trên thẻ, giữ thẳng và sạch.",
            "This is no person's or vehicle's code. Scan the QR on the card again.",
            field="code",
        ) from error
    if code.kind is Kind.UNKNOWN:
        raise BadInput(
            "Không nhận ra loại thẻ này. Dùng thẻ căn cước, thẻ bảo hiểm, mã QR quốc gia hoặc thẻ "
            "lấy mẫu; nếu không có, khai hộ bằng điện thoại.",
            "This kind of card is not known. Use a citizen or insurance card, the national QR or "
            "our card; with none of them, declare for the person by phone.",
            field="code",
        )
    return code


def _press() -> Ed25519PublicKey:
    return private_key(vault.current().card_seed).public_key()


def _on_record(session: Session, code: PersonCode) -> Person | None:
    """Return whom our own card's number, or a vehicle's pass, leads to; of others nothing is told.

    A card's number cannot be guessed, nor a pass; what stands on other cards is all that is shown
    of them.  A plate is read in the street and typed: it is of a vehicle, and leads to nobody.
    """
    vehicles = {key for key in code.keys if key.system is System.VEHICLE}
    told = [key for key in code.keys if key.system is System.CARD]
    told += [key for key in vehicles if not tells_plate(key.value)]
    links = people.links_of(session, told)
    return next((link.person for link in links.values() if not link.claimed), None)


def _person(
    session: Session, point: Point, code: PersonCode, which: UUID, by: str, now: datetime
) -> Person | None:
    """Return who shows *code*: of a vehicle's pass the linked driver, None without."""
    if not code.names_person:
        return _on_record(session, code)
    claim = _self_made(session, code)
    if claim is not None and not doubts.contradicts(code, claim):
        return claim
    if claim is not None:
        code = replace(code, keys=tuple(replace(key, claimed=True) for key in code.keys))
    person = person_of(
        session, code, by=by, now=now, evidence=f"check-in:{which}", place=point.place
    )
    session.flush()
    return person


def _self_made(session: Session, code: PersonCode) -> Person | None:
    """Return whom a card leads to that somebody made by phone.

    Its number stays claimed: a keeper may have been sent the text, and sees nobody's papers.
    """
    cards = [key for key in code.keys if key.system is System.CARD]
    links = people.links_of(session, cards)
    return next((link.person for link in links.values() if link.claimed), None)


def _declaration(
    session: Session, point: Point, person: Person, *, symptoms: bool, which: UUID, now: datetime
) -> Declaration:
    form = form_versions.shipped()[form_versions.SHORT]
    form_versions.keep(session, form)
    answers = {form.questions[0].id: Answer(("yes" if symptoms else "no",))}
    verdict = judge(form, answers)
    made = Declaration(
        id=which,
        person_id=person.id,
        point_id=point.id,
        form_id=form.id,
        source="keeper",
        on_behalf=False,
        symptoms=verdict.symptoms,
        exposed=verdict.exposed,
        answers=msgspec.json.encode(answers).decode(),
        consent="",
        at=now,
        recorded_at=now,
    )
    session.add(made)
    session.flush()
    return made


def _seal(held: Held) -> str:
    return encode(vault.current().encrypt_bytes(_PURPOSE, msgspec.json.encode(held)))


def _open(point: Point, text: str, now: datetime) -> Held:
    try:
        content = vault.current().decrypt_bytes(_PURPOSE, decode(text))
        held = msgspec.json.decode(content, type=Held)
    except (vault.VaultError, BadSignature, msgspec.DecodeError, ValueError) as error:
        raise _again() from error
    if held.point != point.id or not timedelta(0) <= now - held.at <= HELD:
        raise _again()
    return held


def _again() -> BadInput:
    return BadInput("Đã quá lâu. Quét lại thẻ.", "That was too long ago. Scan the card again.")
