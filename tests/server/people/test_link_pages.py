"""The page of a person's numbers: linked, unlinked, merged and parted by an officer."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from contract.identities import parse
from server.accounts.roles import Role
from server.audit import names_shown
from server.audit.models import AuditEntry
from server.db import Database
from server.people import link_queries, queries, services

SignIn = Callable[..., FlaskClient]
PLATE = "98C-123.45"


@pytest.fixture
def people(database: Database, now: datetime) -> list[UUID]:
    with database.write() as session:
        return [
            services.person_of(
                session, parse(said.encode()), by="s", now=now, evidence="event:1", place="p"
            ).id
            for said in (
                "024191000001||Nguyễn Thị Mẫu|21031991|Nữ|Thôn Mẫu, Bắc Giang|14082021",
                "HS4242400000004|4e677579e1bb856e205468e1bb8b204de1baab75|21/03/1991|2|-|24 - 028|"
                "24/01/2019|-|24/01/2019|$",
            )
        ]


def test_an_officer_links_and_unlinks_with_a_reason(
    sign_in: SignIn, people: list[UUID], database: Database
) -> None:
    officer = sign_in(Role.HEALTH_OFFICER)
    page = f"/people/{people[0]}/numbers"
    officer.post(page, data={"number": PLATE, "reason": "giấy đi đường"})
    shown = officer.get(page).text
    assert "giấy đi đường" in shown
    assert "xe, đã xác nhận" in shown
    with database.read() as session:
        (driver,) = queries.person_with(session, "98C12345")
        (link,) = (
            each for each in link_queries.numbers_page(session, people[0]).live
            if each.system == "vehicle"
        )  # fmt: skip
    assert driver.id == people[0]
    assert officer.post(f"{page}/{link.id}/unlink", data={}).status_code == 422
    officer.post(f"{page}/{link.id}/unlink", data={"reason": "bán xe", "theirs": "no"})
    assert "bán xe" in officer.get(page).text
    with database.read() as session:
        assert queries.person_with(session, "98C12345") == []


def test_the_trail_says_who_was_suggested(
    sign_in: SignIn, people: list[UUID], database: Database
) -> None:
    officer = sign_in(Role.HEALTH_OFFICER)
    officer.get(f"/people/{people[0]}/numbers")
    with database.read() as session:
        (entry,) = session.query(AuditEntry).filter_by(action="identities.read")
        assert names_shown.persons_in(entry.detail) == [people[1]]


def test_names_only_suggest_and_a_merge_can_be_parted(sign_in: SignIn, people: list[UUID]) -> None:
    officer = sign_in(Role.HEALTH_OFFICER)
    page = f"/people/{people[0]}/numbers"
    assert "gợi ý" in officer.get(page).text
    officer.post(f"/people/{people[0]}/merge", data={"other": str(people[1]), "reason": "xem thẻ"})
    shown = officer.get(page).text
    assert "gợi ý" not in shown
    assert "Tách lại" in shown
    assert "BHXH" in shown
    merge_id = shown.split("/merges/")[1].split("/part")[0]
    officer.post(f"/people/{people[0]}/merges/{merge_id}/part", data={"reason": "hai chị em"})
    assert "Tách lại" not in officer.get(page).text
    assert "gợi ý" in officer.get(page).text


def test_who_was_merged_meanwhile_does_not_come_back_as_somebody_else(
    sign_in: SignIn, people: list[UUID], database: Database, now: datetime
) -> None:
    with database.write() as session:
        third = parse(
            "024191000003||Nguyễn Thị Mẫu|21031991|Nữ|Thôn Mẫu, Bắc Giang|14082021".encode()
        )
        services.person_of(session, third, by="s", now=now, evidence="event:1", place="p")
    officer = sign_in(Role.HEALTH_OFFICER)
    page = f"/people/{people[0]}/numbers"
    form = {"other": str(people[1]), "reason": "xem thẻ"}
    assert officer.post(f"/people/{people[0]}/merge", data=form).status_code == 302
    assert 'name="other"' in officer.get(page).text
    form["reason"] = "cùng thẻ cũ"
    again = officer.post(
        f"/people/{people[0]}/merge", data=form, headers={"Referer": f"http://localhost{page}"}
    )
    assert again.status_code == 409
    assert "<dd>cùng thẻ cũ</dd>" in again.text
    assert 'name="other"' not in again.text
