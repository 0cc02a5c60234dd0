"""A sample comes late while two records are one, by a number that went from one to the other: once
they are parted it is asked whose it is."""

from uuid import UUID

import pytest

from contract.tubes import TubeId
from server.lab.words import Call
from server.people import merges
from tests.server.intake.test_late_numbers import Late, anew
from tests.server.intake.test_late_numbers import late as late
from tests.server.intake.test_numbers_moved import HOA, NUMBER, OTHER, TUBE

pytestmark = pytest.mark.engines
BINH_BY_NUMBER = f"{NUMBER}||Trần Thị Bình|02031991|Nữ|Hồng Thái|01012022".encode()
UNREAD = b"BENH-VIEN-77123"  # a code of no kind that we know: it goes by all its bytes


def merged(late: Late, one: UUID, other: UUID) -> UUID:
    with late.database.write() as session:
        return merges.merge(
            session, one, other, reason="một người", evidence="page", by=HOA, now=late.now
        ).id


def parted(late: Late, merge: UUID) -> None:
    late.at(5)
    with late.database.write() as session:
        merges.part(session, merge, reason="nhầm", by=HOA, now=late.now)


@pytest.mark.parametrize("trusted", [True, False])
@pytest.mark.parametrize("same", [True, False])
def test_what_came_late_while_two_were_one_is_asked_about_once_they_are_parted(
    late: Late, *, trusted: bool, same: bool
) -> None:
    binh = anew(late)
    merge = merged(late, late.an, binh)
    late.comes(TUBE, trusted=trusted, boot="boot" if trusted else "")
    assert late.questions() == []
    late.say(TUBE, Call.POSITIVE)
    assert late.told(TUBE) == {late.an: "positive"}
    parted(late, merge)
    assert late.is_held(TUBE)
    assert late.told(TUBE) == {late.an: "withdrawn"}
    late.answer(same=same)
    whose = {late.an: "positive"} if same else {late.an: "withdrawn", binh: "positive"}
    assert late.told(TUBE) == whose


def test_what_names_who_has_the_number_now_is_theirs_merged_or_parted(late: Late) -> None:
    binh = anew(late)
    merge = merged(late, late.an, binh)
    late.comes(TUBE, 0, BINH_BY_NUMBER)
    parted(late, merge)
    assert late.questions() == []
    assert set(late.bearers().values()) == {binh}


def test_a_parting_from_a_third_record_asks_nothing_of_two_that_are_one_still(late: Late) -> None:
    binh = anew(late)
    third = late.met("024180000012||Lê Thị Ba|01011980|Nữ|Hồng Thái|01012022")
    merged(late, late.an, binh)
    merge = merged(late, late.an, third)
    late.comes(TUBE)
    parted(late, merge)
    assert late.questions() == []


def test_a_late_sample_by_a_code_of_no_kind_waits_as_well_once_it_is_anothers(late: Late) -> None:
    late.comes(OTHER, 0, UNREAD)
    [owner] = late.bearers().values()
    with late.database.read() as session:
        [link] = merges.keys_of(session, owner)
    late.at(3)
    late.unlink(link.id, theirs=True)
    late.at(5)
    late.comes(TubeId.mint(26, 5), 5, UNREAD)
    late.comes(TUBE, 1, UNREAD)
    [question] = late.questions()
    assert question.person_id == owner == late.bearers()[TUBE.text]
