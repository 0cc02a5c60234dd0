"""Cards for people without a phone."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from contract.cards import key_name, verify_card
from contract.identities import parse
from contract.signing import private_key
from server.accounts.roles import Role
from server.accounts.within import ANYWHERE, Within
from server.db import Database
from server.errors import BadInput
from server.people import card_list, cards, roster, services
from server.people.models import CardBatch
from server.vault import Vault

LIST = "Nguyễn Thị Mẫu;1991;Nữ\n\n  Trần Văn Thử ; 1950 ; nam\nLý Thị Không Rõ;;\n"


def test_a_list_is_read_line_by_line() -> None:
    assert roster.read(LIST) == [
        roster.Row("Nguyễn Thị Mẫu", 1991, "F"),
        roster.Row("Trần Văn Thử", 1950, "M"),
        roster.Row("Lý Thị Không Rõ", None, ""),
    ]


def test_a_whole_date_is_kept_for_the_page_behind_the_card() -> None:
    whole = roster.Row("Nguyễn Thị Mẫu", 1991, "F", "1991-03-15")
    assert roster.read("Nguyễn Thị Mẫu;15/03/1991;Nữ") == [whole]
    assert roster.read("Nguyễn Thị Mẫu;00/00/1991;Nữ") == [roster.Row("Nguyễn Thị Mẫu", 1991, "F")]


@pytest.mark.parametrize(
    "line",
    [
        "",
        ";1991;Nữ",
        "Mẫu;91;Nữ",
        "Mẫu;1991;Khác",
        "Mẫu;1991;Nữ;x",
        "123;1991;Nữ",
        "Mẫu;31/02/1991;Nữ",
    ],
)
def test_a_line_that_cannot_be_read_stops_the_list(line: str) -> None:
    with pytest.raises(BadInput):
        roster.read(f"{line}\n")


@pytest.mark.parametrize(
    "line",
    ["Nguyễn Thị Mẫu,1991,Nữ", "Nguyễn Thị Mẫu|1991|Nữ", "=HYPERLINK(x);1991;Nữ", "<b>;1991;"],
)
def test_what_is_no_name_is_printed_on_no_card(line: str) -> None:
    with pytest.raises(BadInput):
        roster.read(line)


def test_only_a_new_line_ends_a_line() -> None:
    rows = roster.read("\ufeffNguyễn\u2028Thị Mẫu;1991;Nữ\r\nTrần Thử;1950;Nam\r")
    assert [row.name for row in rows] == ["Nguyễn Thị Mẫu", "Trần Thử"]


def test_a_bad_line_is_named() -> None:
    with pytest.raises(BadInput, match="Line 2"):
        roster.read("Nguyễn Thị Mẫu;1991;Nữ\nTrần Văn Thử;sinh 1950;Nam")


def test_a_card_is_signed_and_leads_to_its_person(
    session: Session, vault: Vault, now: datetime
) -> None:
    batch = cards.make_cards(session, roster.read(LIST), place="p", by="user:quantri", now=now)
    key = private_key(vault.card_seed).public_key()
    first = batch.cards[0]
    assert verify_card(first.payload, {key_name(key): key}).name == "Nguyễn Thị Mẫu"
    met = services.person_of(
        session, parse(first.payload.encode()), by="station:ban-1", now=now, evidence="e", place="p"
    )
    assert met is first.person
    assert [card.position for card in batch.cards] == [1, 2, 3]


def test_an_administrator_makes_and_prints_cards(sign_in: Callable[..., FlaskClient]) -> None:
    client = sign_in(Role.ADMINISTRATOR)
    made = client.post("/cards", data={"people": LIST})
    assert made.status_code == 302
    page = client.get(made.location)
    assert "Trần Văn Thử" in page.text
    listed = client.get(f"{made.location}/cards.json").get_json()
    assert [(card["name"], card["birth_year"], card["sex"]) for card in listed] == [
        ("Nguyễn Thị Mẫu", 1991, "F"),
        ("Trần Văn Thử", 1950, "M"),
        ("Lý Thị Không Rõ", None, ""),
    ]
    for size in ("ID1", "50mm"):
        paper = client.get(f"{made.location}/cards.pdf?size={size}")
        assert paper.data.startswith(b"%PDF")
    assert client.get(f"{made.location}/cards.pdf?size=A3").status_code == 422
    assert "3" in client.get("/cards").text


def test_nobody_else_sees_cards(sign_in: Callable[..., FlaskClient]) -> None:
    for role in (Role.LAB_TECHNICIAN, Role.HEALTH_OFFICER, Role.SWAB_TEAM):
        assert sign_in(role).get("/cards").status_code == 403


def test_taking_cards_out_leaves_a_trace(sign_in: Callable[..., FlaskClient]) -> None:
    client = sign_in(Role.ADMINISTRATOR)
    batch = client.post("/cards", data={"people": LIST}).location
    for kind in ("cards.json", "cards.pdf"):
        assert client.get(f"{batch}/{kind}").status_code == 200
    assert client.get("/audit?about=cards.taken-out").text.count("cards.taken-out") >= 2


def test_a_long_list_of_cards_is_paged_and_a_card_is_found_by_number_or_name(
    database: Database, sign_in: Callable[..., FlaskClient], now: datetime
) -> None:
    people = [roster.Row("Lò Thị Ưng", 1960, "F"), *[roster.Row("Trần Văn Thử", 1950, "M")] * 200]
    with database.write() as session:
        ours = cards.make_cards(session, people, place="vn-2021:24", by="user:q", now=now)
        mine = ours.cards[0].number
        far = cards.make_cards(session, people[:1], place="vn-2021:01", by="user:q", now=now)
        theirs = far.cards[0].number
        session.add_all(
            CardBatch(id=uuid4(), place="vn-2021:24", created_by="user:q",
                      created_at=now + timedelta(minutes=1 + each))
            for each in range(card_list.BATCHES)
        )  # fmt: skip
        batch = f"/cards/{ours.id}"
    client = sign_in(Role.REGISTRAR, sees="vn-2021:24")
    first, second = client.get("/cards"), client.get("/cards?page=2")
    assert batch not in first.text
    assert batch in second.text
    assert str(far.id) not in first.text + second.text
    head, rest = client.get(batch), client.get(f"{batch}?page=2")
    assert "Lò Thị Ưng" in head.text
    assert rest.text.count("Trần Văn Thử") == 1
    assert all(len(page.data) < 100_000 for page in (first, second, head, rest))

    def find(typed: str) -> str:
        return client.post("/cards/find", data={"q": typed}).text

    for typed in (mine, f" {mine[:5].lower()} {mine[5:]}", "ung lo"):
        assert find(typed).count("Lò Thị Ưng") == find(typed).count(f"<code>{mine}") == 1
    assert "Lò Thị Ưng" not in find(theirs)
    assert find("trần thử").count("<code>") == card_list.FOUND


@pytest.mark.engines
def test_how_common_a_name_is_elsewhere_hides_no_card_of_ones_own(
    session: Session, now: datetime
) -> None:
    for place, number in (("vn-2021:24", 3), ("vn-2021:01", 9)):
        people = [roster.Row("Trần Văn Thử", 1950, "M")] * number
        cards.make_cards(session, people, place=place, by="user:q", now=now)
    session.flush()

    def found(within: Within, most: int) -> int | None:
        these = card_list.cards_like(session, "thử trần", within, most=most)
        return None if these is None else len(these)

    assert found(Within.of(["vn-2021:24"]), 5) == 3
    assert found(Within.of(["vn-2021:01"]), 5) is None
    assert found(ANYWHERE, 11) is None
    assert found(ANYWHERE, 12) == 12
