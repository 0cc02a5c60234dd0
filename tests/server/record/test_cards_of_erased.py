"""A batch of cards of which one bearer was erased, or corrected, is still printed."""

from datetime import datetime
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
import zxingcpp
from pypdfium2 import PdfDocument
from sqlalchemy import select

from contract.cards import key_name, read_card, verify_card
from contract.signing import private_key
from server import vault
from server.accounts.roles import Role
from server.audit.models import AuditEntry
from server.db import Database
from server.people import cards, roster
from server.people.models import CardBatch, Person
from server.record import requests
from server.record.mine_models import MyLink

PLACE = "vn-2021:24.222"


@pytest.fixture
def batch(database: Database, now: datetime) -> UUID:
    rows = [roster.Row(name, 1990, "M") for name in ("Trần Văn An", "Lê Bình", "Phạm Cúc")]
    with database.write() as session:
        return cards.make_cards(session, rows, place=PLACE, by="user:r", now=now).id


def persons(database: Database, batch: UUID) -> list[UUID]:
    with database.read() as session:
        return [card.person_id for card in session.get_one(CardBatch, batch).cards]


def codes(pdf: bytes) -> list[str]:
    """Return what the codes of a sheet say, as they stand from the top left on."""
    page = PdfDocument(BytesIO(pdf))[0].render(scale=4).to_pil()
    found = sorted(
        zxingcpp.read_barcodes(page),
        key=lambda each: (each.position.top_left.y // 200, each.position.top_left.x),
    )
    return [each.text for each in found]


def test_the_place_of_an_erased_bearer_stays_empty_and_they_get_no_link(
    batch: UUID, database: Database, sign_in: Any, now: datetime
) -> None:
    whose = persons(database, batch)
    with database.write() as session:
        requests.erase(session, [whose[0]], by="user:hoa", now=now)
    registrar = sign_in(Role.REGISTRAR)
    sheet = registrar.get(f"/cards/{batch}/cards.pdf")
    assert [read_card(each).name for each in codes(sheet.data)] == ["Lê Bình", "Phạm Cúc"]
    single = registrar.get(f"/cards/{batch}/cards.pdf?single=1")
    assert len(PdfDocument(BytesIO(single.data))) == 2
    backs = registrar.get(f"/cards/{batch}/backs.pdf")
    assert len(codes(backs.data)) == 2
    assert [each["number"] == "" for each in registrar.get(f"/cards/{batch}/cards.json").json] == [
        True, False, False,
    ]  # fmt: skip
    assert "đã xóa, không in" in registrar.get(f"/cards/{batch}").text
    with database.read() as session:
        assert set(session.scalars(select(MyLink.person_id))) == set(whose[1:])


def test_a_corrected_bearer_is_signed_as_the_card_shows_them(
    batch: UUID, database: Database, sign_in: Any, now: datetime
) -> None:
    whose = persons(database, batch)
    with database.write() as session:
        before = [card.payload for card in session.get_one(CardBatch, batch).cards]
        session.get_one(Person, whose[0]).name = "Trần Văn Ân"
    sheet = sign_in(Role.REGISTRAR).get(f"/cards/{batch}/cards.pdf")
    press = private_key(vault.current().card_seed).public_key()
    said = [verify_card(each, {key_name(press): press}) for each in codes(sheet.data)]
    assert [each.name for each in said] == ["Trần Văn Ân", "Lê Bình", "Phạm Cúc"]
    with database.read() as session:
        after = [card.payload for card in session.get_one(CardBatch, batch).cards]
        anew = select(AuditEntry.subject).where(AuditEntry.action == "card.signed-anew")
        assert session.scalars(anew).all() == [str(whose[0])]
    assert [one == other for one, other in zip(before, after, strict=True)] == [False, True, True]
