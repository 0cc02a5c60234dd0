"""An account's place is its giver's to give: what it makes is of there, whatever it sees."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from server.accounts.models import User
from server.accounts.roles import Role
from server.db import Database
from server.people.models import CardBatch

SignIn = Callable[..., FlaskClient]
HERE, ELSEWHERE, THIRD = "vn-2021:24.222", "vn-2021:27.256", "vn-2021:24.221"
NEW = {"login": "ke", "name": "Kế", "role": "health-officer"}
OFFICER = Role.HEALTH_OFFICER


@pytest.mark.parametrize("place", [ELSEWHERE, "vn-2021:24", "Sở Y tế"])
def test_nobody_gives_a_place_that_is_not_theirs_by_narrowing_what_it_sees(
    sign_in: SignIn, database: Database, place: str
) -> None:
    boss = sign_in(Role.ADMINISTRATOR, "sep", place=HERE, sees="")
    refused = boss.post("/users", data={**NEW, "place": place, "sees": HERE})
    assert refused.status_code == 403
    assert "scope-too-wide" in refused.text or "ra ngoài phạm vi của bạn" in refused.text
    assert boss.post("/users", data={**NEW, "place": f"{HERE}.07", "sees": HERE}).status_code == 200
    moved = {"role": "health-officer", "place": place, "sees": HERE}
    assert boss.post("/users/ke/move", data=moved).status_code == 403
    with database.read() as session:
        assert session.scalar(select(User.place).where(User.login == "ke")) == f"{HERE}.07"


def test_an_account_of_another_place_is_not_managed_here(sign_in: SignIn) -> None:
    boss = sign_in(Role.ADMINISTRATOR, "sep", place=HERE, sees="")
    sign_in(OFFICER, "tinh", place="vn-2021:24", sees=HERE, opens_names=False)
    sign_in(OFFICER, "khong", place="", sees=HERE, opens_names=False)
    assert boss.get("/users/tinh").status_code == 404
    assert boss.get("/users/khong").status_code == 200


def test_who_sees_both_is_told_who_works_where_they_do_not_look(sign_in: SignIn) -> None:
    sign_in(Role.LAB_TECHNICIAN, "xa", place=ELSEWHERE, sees=HERE)
    sign_in(Role.LAB_TECHNICIAN, "day", place=HERE, sees="")
    sign_in(OFFICER, "khong", place="", sees=HERE, opens_names=False)
    boss = sign_in(Role.ADMINISTRATOR, "tren")
    page = boss.get("/users").text
    assert "1 tài khoản làm việc ở nơi" in page
    assert page.count("ngoài phạm vi xem") == 1
    assert "nơi mà chính họ không xem được" in boss.get("/users/xa").text
    assert "nơi mà chính họ không xem được" not in boss.get("/users/day").text
    below = sign_in(Role.ADMINISTRATOR, "sep", place=HERE, sees="")
    assert "nơi mà chính họ không xem được" not in below.get("/users").text


def test_a_certificate_is_of_a_place_that_whoever_scans_it_sees(sign_in: SignIn) -> None:
    two = sign_in(OFFICER, "hai", place=ELSEWHERE, sees=f"{HERE} {THIRD}", opens_names=False)
    assert (
        'name="place"' in two.get("/vaccinations").text.partition("/vaccinations/certificates")[2]
    )
    path, said = "/vaccinations/certificates", {"certificate": "HC1:xx"}
    assert two.post(path, data=said).status_code == 404
    assert two.post(path, data={**said, "place": ELSEWHERE}).status_code == 404
    assert two.post(path, data={**said, "place": THIRD}).status_code == 422


def test_nothing_is_made_at_a_place_that_its_maker_does_not_see(
    sign_in: SignIn, database: Database
) -> None:
    one = sign_in(Role.REGISTRAR, "ke", place=ELSEWHERE, sees=HERE)
    two = sign_in(Role.REGISTRAR, "hai", place=ELSEWHERE, sees=f"{HERE} {THIRD}")
    cards = {"people": "Trần Văn An;1990;Nam"}
    assert one.post("/cards", data=cards).status_code == 302  # of the one place that they see
    assert two.post("/cards", data=cards).status_code == 404
    assert two.post("/cards", data={**cards, "place": THIRD}).status_code == 302
    for elsewhere in (one, two):
        assert elsewhere.post("/cards", data={**cards, "place": ELSEWHERE}).status_code == 404
    with database.read() as session:
        assert set(session.scalars(select(CardBatch.place))) == {HERE, THIRD}


@pytest.mark.engines
def test_a_shared_search_is_shown_to_nobody_who_sees_less_than_its_owner(sign_in: SignIn) -> None:
    sign_in(OFFICER, "hoa", place=HERE, sees="").post(
        "/outcomes/views", data={"q": "Bí Mật", "title": "Ca Bí Mật", "shared": "on"}
    )
    for login, place, sees, shown in (
        ("ban", HERE, "", True),
        ("rong", HERE, "*", True),
        ("hai", HERE, f"{HERE} {ELSEWHERE}", True),
        ("xa", HERE, ELSEWHERE, False),
        ("xom", HERE, f"{HERE}.07", False),
    ):
        page = sign_in(OFFICER, login, place=place, sees=sees).get("/outcomes").text
        assert ("Ca Bí Mật" in page) is shown, login
    wide = sign_in(OFFICER, "rong", place=HERE, sees="*")
    wide.post("/outcomes/views", data={"q": "Xa", "title": "Ca ở xa", "shared": "on"})
    assert "Ca ở xa" not in sign_in(OFFICER, "ban", place=HERE, sees="").get("/outcomes").text
