"""Cards for people without a phone: each makes a person, a number of theirs, and a signed text."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from contract.cards import CardNumber, SignedCard, fitting, read_card, sign_card
from contract.identities import Key, Kind, System
from contract.signing import private_key
from server import vault
from server.audit import services as audit
from server.people import covered, queries
from server.people.models import Card, CardBatch, Person
from server.people.roster import Row
from server.people.services import Act, identity


def make_cards(
    session: Session, rows: Sequence[Row], *, place: str, by: str, now: datetime
) -> CardBatch:
    """Make a person and a card for each of *rows*, in their order."""
    batch = CardBatch(id=uuid4(), place=place, created_at=now, created_by=by)
    session.add(batch)
    act = Act(by, now, f"card-batch:{batch.id}")
    for position, row in enumerate(rows, 1):
        person = _person(session, row, place, now)
        batch.cards.append(_card(session, person, row, position, act))
    session.flush()
    covered.cover(session, [card.person_id for card in batch.cards])
    audit.record(session, "cards.made", batch.id, by=by, now=now, detail=f"{len(rows)} cards")
    return batch


def note_taken_out(session: Session, batch_id: UUID, form: str, *, by: str, now: datetime) -> None:
    """Leave a trace: names and numbers of many people leave the server, as a sheet or as data."""
    batch = queries.card_batch(session, batch_id)
    audit.record(session, "cards.taken-out", batch.id, by=by, now=now, detail=form)


def _person(session: Session, row: Row, place: str, now: datetime) -> Person:
    person = Person(
        id=uuid4(),
        name=row.name,
        name_blind=queries.name_blind(row.name),
        block_blind=queries.block_blind(row.name, row.birth_year),
        birth=row.birth or (str(row.birth_year) if row.birth_year else None),
        birth_year=row.birth_year,
        sex=row.sex or None,
        place=place,
        created_at=now,
    )
    session.add(person)
    return person


def _card(session: Session, person: Person, row: Row, position: int, act: Act) -> Card:
    number = _new_number()
    key = Key(System.CARD, number.text)
    session.add(identity(person, key, kind=Kind.PERSONAL_CARD, act=act))
    face = SignedCard(
        number=number,
        name=row.name,
        birth_year=row.birth_year or 0,
        sex=row.sex,
        issued=act.now.date(),
    )
    return Card(
        id=uuid4(),
        position=position,
        person=person,
        number=number.text,
        number_blind=queries.value_blind(key),
        payload=sign_card(face, _press()),
        issued=face.issued,
    )


def sign_corrected(session: Session, batch: CardBatch, *, by: str, now: datetime) -> None:
    """Sign anew the cards whose record says another name, year or sex since: for the next print."""
    for card in batch.cards:
        if not card.number:
            continue
        person, said = card.person, read_card(card.payload)
        year, sex = person.birth_year or 0, person.sex or ""
        if (said.name, said.birth_year, said.sex) == (fitting(person.name or ""), year, sex):
            continue
        face = SignedCard(said.number, person.name or "", year, sex, now.date())
        card.payload, card.issued = sign_card(face, _press()), face.issued
        audit.record(session, "card.signed-anew", person.id, by=by, now=now, detail=str(batch.id))


def draw_card(name: str, birth_year: int, sex: str, *, now: datetime) -> tuple[CardNumber, str]:
    """Return a new number and the signed text of a card for these words; nothing is kept."""
    face = SignedCard(_new_number(), name, birth_year, sex, now.date())
    return face.number, sign_card(face, _press())


def _press() -> Ed25519PrivateKey:
    return private_key(vault.current().card_seed)


def _new_number() -> CardNumber:
    """Draw until the letters are fair; a number drawn twice would break a constraint."""
    while (number := CardNumber.mint(secrets.token_bytes(9))) is None:
        pass
    return number
