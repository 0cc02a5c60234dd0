"""A number is only claimed, or ended, or one that several have: it says nothing of whose a sample
is, unless name and year of birth say it as well."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from contract.identities import parse
from server.accounts.within import ANYWHERE
from server.lab.words import Call
from server.people import asking, merges, numbers, queries
from server.people import services as people
from server.people.models import Identity, IdentityQuestion, Person
from server.sampling import identity_decisions, identity_desk
from server.sampling.models import Pairing
from tests.server.intake.test_late_numbers import Late, anew
from tests.server.intake.test_late_numbers import late as late
from tests.server.intake.test_numbers_moved import (
    AN,
    AN_BY_NUMBER,
    BINH,
    HOA,
    NUMBER,
    TUBE,
    TYPED,
    Desk,
)
from tests.server.intake.test_numbers_moved import desk as desk

pytestmark = pytest.mark.engines
XUAN = "Lê Văn Xuân|01011970|Nam"
BINH_BY_NUMBER = f"{NUMBER}||Trần Thị Bình|02031991|Nữ|Hồng Thái|01012022"


def claim(desk: Desk, who: str) -> UUID:
    """Somebody types the number on a phone."""
    code = parse(f"{NUMBER}||{who}|Hồng Thái|01012022".encode())
    code = replace(code, keys=tuple(replace(each, claimed=True) for each in code.keys))
    with desk.database.write() as session:
        return people.person_of(
            session, code, by="declaration", now=desk.now, evidence="declaration:x", place="24"
        ).id


def sampled(desk: Desk) -> Person:
    with desk.database.read() as session:
        return session.scalars(select(Pairing)).one().person


def test_who_only_claims_a_number_gets_no_sample_that_came_by_it(desk: Desk) -> None:
    desk.pair(TUBE, TYPED)
    desk.unlink(desk.link)
    xuan = claim(desk, XUAN)
    with desk.database.read() as session:
        [shown] = identity_desk.doubted(session, ANYWHERE)
        assert shown.moved is not None
        assert (shown.moved.leads, shown.moved.bearer) == (False, None)
    desk.answer(same=False)
    desk.say(TUBE, Call.POSITIVE)
    bearer = desk.leads_to()
    assert bearer is not None
    assert desk.told(TUBE) == {bearer.id: "positive"}
    assert bearer.id not in {xuan, desk.an}
    with desk.database.read() as session:
        [question] = session.scalars(select(IdentityQuestion))
        assert question.kind == asking.Doubt.CLAIM_ENDED
        assert {question.person_id, question.other_id} == {xuan, bearer.id}
        [ended] = session.scalars(select(Identity.id).where(Identity.person_id == xuan,
                                  Identity.unlinked_at.is_not(None)))  # fmt: skip
        link = session.scalars(select(Identity).where(Identity.person_id == bearer.id)).one()
        assert link.replaces_id == ended


def test_a_claimed_number_is_surely_theirs_to_whom_an_officer_links_it(desk: Desk) -> None:
    desk.pair(TUBE, TYPED)
    desk.unlink(desk.link)
    xuan = claim(desk, XUAN)
    with desk.database.write() as session:
        made = numbers.link_number(
            session, xuan, numbers.read_number(NUMBER), reason="xem thẻ", by=HOA, now=desk.now
        )
        assert numbers.strength_of(made) is numbers.Strength.STRONG
        assert made.reason == "xem thẻ"
    desk.answer(same=False)
    assert sampled(desk).id == xuan


@pytest.mark.parametrize(
    ("who", "theirs"), [("Trần Thị Bình|02031991|Nữ", True), ("Trần Bình|1991|Nữ", False)]
)
def test_another_whom_the_code_names_claims_its_number_only_under_name_and_year(
    desk: Desk, who: str, *, theirs: bool
) -> None:
    desk.pair(TUBE, BINH_BY_NUMBER.encode())
    desk.unlink(desk.link, theirs=True)
    claimant = claim(desk, who)
    desk.answer(same=False)
    assert (sampled(desk).id == claimant) is theirs
    assert sampled(desk).name == "Trần Thị Bình"


def test_another_whom_the_code_names_had_its_number_before_and_not_who_claims_it_since(
    late: Late,
) -> None:
    anew(late)
    late.comes(TUBE, 0, AN_BY_NUMBER.encode())
    with late.database.read() as session:
        given = session.scalars(select(Identity.id).where(Identity.value_blind.in_(
            queries.value_blinds(numbers.read_number(NUMBER).keys[0])),
            Identity.unlinked_at.is_(None))).one()  # fmt: skip
    late.unlink(given, theirs=True)
    claimant = claim(late, "Nguyễn Thị An|02031992|Nữ")
    [question] = [each for each in late.questions() if each.said_name]
    with late.database.write() as session:
        identity_decisions.answer(
            session, question.id, same=False, reason="x", by=HOA, now=late.now
        )
    assert sampled(late).id == late.an != claimant


def test_a_name_without_a_year_is_not_of_who_has_the_number_now_where_who_had_it_before_bears_it(
    desk: Desk,
) -> None:
    desk.pair(TUBE, BINH_BY_NUMBER.replace("02031991", "").encode())
    had = desk.met("024191000088||Trần Thị Bình|02031991|Nữ|Hồng Thái|01012022")
    desk.take(had)
    has = desk.met("024175000089||Trần Thị Bình|02031975|Nữ|Hồng Thái|01012022")
    desk.take(has)
    desk.answer(same=False)
    assert sampled(desk).id not in {had, has, desk.an}
    assert sampled(desk).name == "Trần Thị Bình"


@pytest.mark.parametrize("year", ["02031991", ""])
def test_another_is_nobody_new_where_both_of_their_records_had_the_number(
    desk: Desk, year: str
) -> None:
    first, last = desk.met(BINH), desk.met(BINH.replace("000088", "000089"))
    with desk.database.write() as session:
        merges.merge(session, first, last, reason="x", evidence="page", by=HOA, now=desk.now)
    desk.pair(TUBE, BINH_BY_NUMBER.replace("02031991", year).encode())
    ba = desk.met("024180000012||Lê Thị Ba|01011980|Nữ|Hồng Thái|01012022")
    for who in (first, ba, last, *([ba] if year else [])):  # without a year she has it now
        desk.now += timedelta(minutes=1)
        desk.take(who)
    desk.answer(same=False)
    assert sampled(desk).id == last


def test_another_is_not_who_has_an_old_number_of_the_code_under_a_name_that_is_near(
    desk: Desk,
) -> None:
    near = desk.met("024191000055|012345678|Trần Bình||Nữ|Hồng Thái|01012022")
    desk.pair(TUBE, BINH_BY_NUMBER.replace("||", "|012345678|").encode())
    desk.answer(same=False)
    assert sampled(desk).id != near
    assert sampled(desk).name == "Trần Thị Bình"


def test_another_whom_the_code_names_and_its_number_led_to_before_is_nobody_new(late: Late) -> None:
    binh = anew(late)
    late.comes(TUBE, 0, AN_BY_NUMBER.encode())
    [question] = late.questions()
    assert question.person_id == binh
    late.answer(same=False)
    late.say(TUBE, Call.POSITIVE)
    assert late.told(TUBE) == {late.an: "positive"}


def test_whom_the_number_led_to_before_is_not_a_namesake_of_another_year(late: Late) -> None:
    anew(late)
    namesake = AN.replace("024192000011", NUMBER).replace("1992", "1961")
    late.comes(TUBE, 0, namesake.encode())
    late.answer(same=False)
    assert sampled(late).id != late.an
    assert sampled(late).birth_year == 1961
