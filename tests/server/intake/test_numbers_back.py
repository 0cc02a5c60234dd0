"""A number that was moved comes back, or its two records are one after all, before it is answered
whose the samples are that came by it: no answer makes a record of nobody's."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from server.accounts.roles import Role
from server.lab.words import Call
from server.people import merges
from server.people.models import Identity, Person
from server.sampling.models import Pairing
from tests.server.intake.test_numbers_moved import AN, BINH, HOA, NUMBER, TUBE, TYPED, Desk
from tests.server.intake.test_numbers_moved import desk as desk

pytestmark = pytest.mark.engines
BINH_BY_NUMBER = f"{NUMBER}||Trần Thị Bình|02031991|Nữ|Hồng Thái|01012022".encode()
BINH_BY_CARD = AN.replace("Nguyễn Thị An|02031992", "Trần Thị Bình|02031991").encode()


def _people(desk: Desk) -> int:
    with desk.database.read() as session:
        return session.scalar(select(func.count()).select_from(Person)) or 0


def _sampled(desk: Desk) -> Person:
    with desk.database.read() as session:
        return session.scalars(select(Pairing)).one().person


def _taking(desk: Desk) -> UUID:
    """Return the link that took the number from An."""
    with desk.database.read() as session:
        return session.scalars(select(Identity.id).where(Identity.replaces_id == desk.link)).one()


def test_an_answer_after_the_taking_was_undone_leaves_the_result_with_whom_it_was_of(
    desk: Desk,
) -> None:
    desk.pair(TUBE, TYPED)
    desk.say(TUBE, Call.POSITIVE)
    desk.take(desk.met(BINH))
    assert desk.told(TUBE) == {desk.an: "withdrawn"}
    desk.unlink(_taking(desk))
    desk.answer(same=False)
    assert desk.told(TUBE) == {desk.an: "positive"}
    assert _people(desk) == 2


def test_an_answer_after_both_records_were_merged_gives_the_result_to_the_one_with_the_number(
    desk: Desk,
) -> None:
    desk.pair(TUBE, TYPED)
    desk.say(TUBE, Call.POSITIVE)
    binh = desk.met(BINH)
    desk.take(binh)
    with desk.database.write() as session:
        merge = merges.merge(
            session, desk.an, binh, reason="một người", evidence="page", by=HOA, now=desk.now
        ).id
    desk.answer(same=False)
    assert desk.told(TUBE) == {desk.an: "withdrawn", binh: "positive"}
    assert _people(desk) == 2
    with desk.database.write() as session:
        merges.part(session, merge, reason="nhầm", by=HOA, now=desk.now)
    assert desk.told(TUBE) == {desk.an: "withdrawn", binh: "positive"}


def test_another_whom_the_code_names_and_who_has_its_number_by_now_is_nobody_new(
    desk: Desk,
) -> None:
    desk.pair(TUBE, BINH_BY_NUMBER)
    binh = desk.met(BINH)
    desk.take(binh)
    desk.answer(same=False)
    assert _sampled(desk).id == binh
    assert _people(desk) == 2


@pytest.mark.parametrize("code", [BINH_BY_NUMBER, BINH_BY_CARD])
def test_another_is_not_who_has_a_number_by_now_unless_both_name_and_number_are_of_the_code(
    desk: Desk, code: bytes
) -> None:
    name = "Lê Văn Khác" if code is BINH_BY_NUMBER else "Trần Thị Bình"
    taker = desk.met(BINH.replace("Trần Thị Bình", name))
    desk.pair(TUBE, code)
    desk.take(taker)
    desk.answer(same=False)
    assert _sampled(desk).name == "Trần Thị Bình"
    assert _sampled(desk).id != taker


def test_who_unlinks_says_whether_it_was_theirs_until_now_before_anything_is_taken_back(
    desk: Desk, sign_in: Any
) -> None:
    desk.pair(TUBE, TYPED)
    desk.say(TUBE, Call.NEGATIVE)
    officer = sign_in(Role.HEALTH_OFFICER, "hoa")
    page = f"/people/{desk.an}/numbers"
    said, door = {"reason": "mất thẻ"}, f"{page}/{desk.link}/unlink"
    for value in ("yes", "no"):
        assert f'name="theirs" value="{value}" required>' in officer.get(page).text
    refused = officer.post(door, data=said)
    assert refused.status_code == 422
    assert "đến nay số này có đúng là của người này không" in refused.text
    assert 'value="mất thẻ"' in refused.text
    assert desk.told(TUBE) == {desk.an: "negative"}
    officer.post(door, data={"theirs": "yes", **said})
    assert desk.leads_to() is None
    assert desk.told(TUBE) == {desk.an: "negative"}


def test_who_undoes_a_taking_is_told_what_waits_for_an_answer_still(
    desk: Desk, sign_in: Any
) -> None:
    desk.pair(TUBE, TYPED)
    binh = desk.met(BINH)
    desk.take(binh)
    officer = sign_in(Role.HEALTH_OFFICER, "hoa")
    door = f"/people/{binh}/numbers/{_taking(desk)}/unlink"
    said = {"reason": "nhầm", "theirs": "no"}
    page = officer.post(door, data=said, follow_redirects=True).text
    assert "số này trở về hồ sơ trước" in page
    assert "1 mẫu đã lấy theo số này, nay chờ trả lời" in page
