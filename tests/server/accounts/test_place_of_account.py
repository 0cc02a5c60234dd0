"""An account's place is its giver's to give: what it makes is of there, whatever it sees."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from server.accounts.models import User
from server.accounts.roles import Role
from server.accounts.services import add_user
from server.audit.models import AuditEntry
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


@pytest.fixture
def old(sign_in: SignIn, database: Database, clock: Any) -> FlaskClient:
    """The administrator *sep*, who gave *ke* a place of elsewhere when that was allowed."""
    boss = sign_in(Role.ADMINISTRATOR, "sep", place=HERE, sees="")
    with database.write() as session:
        add_user(
            session, "ke", name="Kế", role=OFFICER, place=ELSEWHERE, sees=HERE, by="user:sep",
            now=clock(),
        )  # fmt: skip
    return boss


def test_who_gave_a_place_of_elsewhere_ends_that_account_and_does_nothing_else(
    old: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    ke = sign_in(OFFICER, "ke", opens_names=False)
    colleague = sign_in(Role.ADMINISTRATOR, "ban", place=HERE, sees="")
    assert "ke</code>" not in colleague.get("/users").text
    assert colleague.post("/users/ke/access").status_code == 404, "the place was not theirs to give"
    assert "<code>ke</code>" in old.get("/users").text
    assert old.get("/users/ke").status_code == 404
    for act in ("link", "second-factor/reset", "log-ins"):
        assert old.post(f"/users/ke/{act}").status_code == 404
    assert ke.get("/").status_code == 200
    assert old.post("/users/ke/access").location == "/users"
    assert ke.get("/").status_code == 302
    assert old.post("/users/ke/access", data={"give": "1"}).status_code == 404
    assert "ke</code>" not in old.get("/users").text
    with database.read() as session:
        assert session.scalar(select(User.active).where(User.login == "ke")) is False
        taken = select(AuditEntry.actor).where(AuditEntry.action == "user.access-taken")
        assert session.scalar(taken) == "user:sep"


@pytest.mark.parametrize("change", ["account moved from above", "giver moved", "account widened"])
def test_an_account_that_is_no_more_of_its_giver_is_out_of_reach(
    old: FlaskClient, sign_in: SignIn, database: Database, change: str
) -> None:
    above = sign_in(Role.ADMINISTRATOR, "tren")
    assert "<code>sep</code>" in above.get("/users/ke").text, "who else can end it"
    assert above.post("/users/ke/access").location == "/users/ke"
    above.post("/users/ke/access", data={"give": "1"})
    assert "<code>ke</code>" in old.get("/users").text
    with database.write() as session:
        if change == "account widened":  # by hand: no entry in the trail
            session.execute(update(User).where(User.login == "ke").values(sees=f"{HERE} {THIRD}"))
        elif change == "giver moved":
            session.execute(update(User).where(User.login == "sep").values(place=THIRD))
    if change == "account moved from above":
        moved = {"role": OFFICER, "place": "vn-2021:24", "sees": HERE}
        assert above.post("/users/ke/move", data=moved).status_code == 302
    assert "ke</code>" not in old.get("/users").text
    assert old.post("/users/ke/access").status_code == 404


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
