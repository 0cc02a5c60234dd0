"""A number moves on while somebody looks at the question whose a sample is that came by it."""

import re
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts.roles import Role
from server.people.models import Identity
from server.record import stored
from server.sampling.models import Pairing
from tests.server.intake.test_numbers_moved import BINH, NUMBER, TUBE, TYPED, Desk
from tests.server.intake.test_numbers_moved import desk as desk

pytestmark = pytest.mark.engines
CUC = BINH.replace("Trần Thị Bình", "Phạm Thị Cúc").replace("000088", "000089")


def as_shown(page: str) -> dict[str, str]:
    """Return what a browser sends that shows *page*: of who has the number now."""
    [seen] = re.findall(r'name="seen" value="(\w+)"', page)
    several = re.findall(r'name="whose" value="([\w-]+)"', page)  # who has it now is the first
    which = {"whose": several[0]} if several else {"same": "no"}
    return {"reason": "đã gọi", "seen": seen} | which


@pytest.mark.parametrize("before", ["another's", "nobody's"])
def test_who_answers_by_an_old_page_is_shown_whose_the_number_is_by_now(
    desk: Desk, sign_in: Any, before: str
) -> None:
    desk.pair(TUBE, TYPED)
    if before == "another's":
        desk.take(desk.met(BINH))
    else:
        desk.unlink(desk.link)
    officer = sign_in(Role.HEALTH_OFFICER, "hoa")
    sent = as_shown(officer.get("/identities").text)
    cuc = desk.met(CUC)
    desk.take(cuc)
    [question] = desk.questions()
    door = f"/identities/{question.id}/answer"
    refused = officer.post(door, data=sent)
    assert refused.status_code == 409
    assert "Số này vừa chuyển sang hồ sơ khác" in refused.text
    assert "Phạm Thị Cúc" in refused.text
    assert 'value="đã gọi"' in refused.text
    assert len(desk.questions()) == 1
    officer.post(door, data=as_shown(refused.text))
    with desk.database.read() as session:
        assert session.scalars(select(Pairing.person_id)).all() == [cuc]


def test_that_it_is_still_of_who_is_on_record_is_taken_from_an_old_page_too(
    desk: Desk, sign_in: Any
) -> None:
    desk.pair(TUBE, TYPED)
    desk.take(desk.met(BINH))
    officer = sign_in(Role.HEALTH_OFFICER, "hoa")
    sent = as_shown(officer.get("/identities").text) | {"same": "yes"}
    assert "whose" not in sent
    [question] = desk.questions()
    desk.take(desk.met(CUC))
    officer.post(f"/identities/{question.id}/answer", data=sent)
    assert desk.questions() == []


def no_reason_told(session: Session, person: UUID) -> None:
    [moved] = [
        each for each in stored.export(session, [person])["identity"] if each["value"] == NUMBER
    ]
    assert "unlink_reason" not in moved
    assert "reason" not in moved
    assert "linked_at" in moved


@pytest.mark.parametrize("by", ["taking it", "unlinking it first"])
def test_why_a_number_went_to_another_is_not_told_to_whom_it_led(desk: Desk, by: str) -> None:
    binh = desk.met(BINH)
    if by == "unlinking it first":
        desk.unlink(desk.link)
    desk.take(binh)
    with desk.database.read() as session:
        for person in (desk.an, binh):
            no_reason_told(session, person)
        both = stored.export(session, [desk.an, binh])["identity"]
        assert "số của Bình" in {each.get("reason") for each in both}
        assert {"nhầm", "số của Bình"} & set(session.scalars(select(Identity.unlink_reason)))


def test_why_a_number_was_taken_is_not_told_either_once_who_has_it_was_erased(desk: Desk) -> None:
    binh = desk.met(BINH)
    desk.take(binh)
    with desk.database.write() as session:
        stored.erase(session, [binh])
    with desk.database.read() as session:
        no_reason_told(session, desk.an)


def test_why_an_officer_linked_what_was_nobody_elses_is_told(desk: Desk) -> None:
    with desk.database.read() as session:
        reasons = [each["reason"] for each in stored.export(session, [desk.an])["identity"]]
    assert "gõ nhầm" in reasons
