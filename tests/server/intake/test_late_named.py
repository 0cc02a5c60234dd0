"""A card that names its bearer comes late, after its number was unlinked and is nobody's: it makes
no second record of them."""

import pytest
from sqlalchemy import select

from server.lab.words import Call
from server.people.models import Identity
from tests.server.intake.test_late_check_ins_moved import check_in
from tests.server.intake.test_late_numbers import Late
from tests.server.intake.test_late_numbers import late as late
from tests.server.intake.test_numbers_claimed import XUAN, claim
from tests.server.intake.test_numbers_moved import AN_BY_NUMBER, BINH, NUMBER, OTHER, TUBE
from tests.server.statements import asked

pytestmark = pytest.mark.engines
NAMED = AN_BY_NUMBER.encode()
YEARLESS = f"{NUMBER}||Nguyễn Thị An||Nữ|Hồng Thái|01012022".encode()
NAMESAKE = AN_BY_NUMBER.replace("1992", "1961").encode()


def lost(late: Late) -> int:
    """An loses the card; return how many are on record."""
    late.at(3)
    late.unlink(late.link, theirs=True)
    late.at(4)
    return late.count_persons()


def test_a_named_card_that_comes_late_is_theirs_whom_its_number_led_to(late: Late) -> None:
    before = lost(late)
    late.comes(TUBE, 0, NAMED)
    assert (late.questions(), late.count_persons(), late.leads_to()) == ([], before, None)
    late.say(TUBE, Call.POSITIVE)
    assert late.told(TUBE) == {late.an: "positive"}


def test_a_named_card_that_checks_in_late_is_theirs_too(late: Late) -> None:
    before = lost(late)
    assert check_in(late, 0, NAMED) == late.an
    assert late.count_persons() == before


@pytest.mark.parametrize(
    ("code", "trusted"), [(YEARLESS, True), (NAMED, False)], ids=["no year", "no sure time"]
)
def test_where_card_or_clock_leave_a_doubt_it_is_asked_whose_it_is(
    late: Late, code: bytes, *, trusted: bool
) -> None:
    before = lost(late)
    late.comes(TUBE, 0, code, trusted=trusted, boot="boot" if trusted else "")
    assert late.count_persons() == before
    assert late.is_held(TUBE)
    late.answer(same=True)
    late.say(TUBE, Call.NEGATIVE)
    assert late.told(TUBE) == {late.an: "negative"}


@pytest.mark.parametrize(
    ("code", "hours"), [(NAMESAKE, 0), (NAMED, 4)], ids=["another year", "taken since"]
)
def test_of_another_year_or_taken_since_it_is_a_newcomers(
    late: Late, code: bytes, hours: int
) -> None:
    before = lost(late)
    late.comes(TUBE, hours, code)
    assert late.questions() == []
    assert late.count_persons() == before + 1
    assert late.an not in late.bearers().values()


@pytest.mark.parametrize("claimant", [XUAN, "Nguyễn Thị An|02031992|Nữ"])
def test_who_claimed_the_number_since_takes_no_card_that_comes_late_from_whom_it_led_to(
    late: Late, claimant: str
) -> None:
    lost(late)
    other = claim(late, claimant)
    before = late.count_persons()
    late.at(5)
    late.comes(TUBE, 0, NAMED)
    assert (late.questions(), late.count_persons()) == ([], before)
    late.say(TUBE, Call.POSITIVE)
    assert late.told(TUBE) == {late.an: "positive"}
    still = late.leads_to()
    assert still is not None
    assert still.id == other


@pytest.mark.parametrize(
    ("code", "trusted"), [(YEARLESS, True), (NAMED, False)], ids=["no year", "no sure time"]
)
def test_of_a_claimed_number_too_it_is_asked_where_card_or_clock_leave_a_doubt(
    late: Late, code: bytes, *, trusted: bool
) -> None:
    lost(late)
    claim(late, XUAN)
    late.at(5)
    late.comes(TUBE, 0, code, trusted=trusted, boot="boot" if trusted else "")
    assert late.is_held(TUBE)
    assert late.bearers()[TUBE.text] == late.an


def test_a_name_says_enough_where_the_number_led_to_a_record_without_one(late: Late) -> None:
    late.comes(OTHER, 0, b"TYPED:cccd|024191000088")
    late.at(3)
    with late.database.read() as session:
        link = session.scalars(select(Identity.id).where(Identity.person_id != late.an)).one()
    late.unlink(link, theirs=True)
    late.at(4)
    late.comes(TUBE, 1, BINH.encode())
    assert late.questions() == []
    bearers = late.bearers()
    assert bearers[TUBE.text] not in {bearers[OTHER.text], late.an}


def test_who_is_met_first_costs_no_question_for_numbers_that_ended(late: Late) -> None:
    with asked(late.database) as statements:
        late.comes(TUBE, 0, NAMED.replace(NUMBER.encode(), b"024192000055"))
    assert [text for text, _ in statements if "unlinked_at IS NOT NULL" in text] == []
