"""A number was three people's in turn: whose a sample is that came by it, a person says of all."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from contract.tubes import TubeId
from server.accounts.roles import Role
from server.lab.words import Call
from server.outcomes.gate import ResultHeld
from server.people import whose
from server.people.models import Identity
from server.sampling import identity_decisions
from server.sampling.models import Pairing
from tests.server.intake.test_late_merged import BINH_BY_NUMBER, merged, parted
from tests.server.intake.test_late_numbers import Late, anew
from tests.server.intake.test_late_numbers import late as late
from tests.server.intake.test_numbers_moved import BINH, HOA, OTHER, TUBE
from tests.server.intake.test_numbers_moved_on import CUC

pytestmark = pytest.mark.engines


def moved_on(late: Late) -> dict[str, UUID]:
    """An loses the number, Bình gets it and loses it too, and Cúc gets it; return who is who."""
    binh = anew(late)
    with late.database.read() as session:
        link = session.scalars(
            select(Identity.id).where(Identity.person_id == binh, Identity.system == "cccd",
                                      Identity.linked_by == HOA)
        ).one()  # fmt: skip
    late.at(6)
    late.unlink(link, theirs=True)
    cuc = late.met(CUC)
    late.give(cuc)
    late.at(8)
    return {"An": late.an, "Bình": binh, "Cúc": cuc}


def buttons(page: str) -> dict[str, str]:
    """Return by its words what each button sends that names somebody."""
    found = re.findall(
        r'<button name="whose" value="([\w-]+)"[^>]*>(.*?)</button>', page, re.DOTALL
    )
    return {re.sub(r"<[^>]+>|\s+", " ", words): value for value, words in found}


def press(officer: FlaskClient, late: Late, name: str) -> Any:
    page = officer.get("/identities").text
    [seen] = re.findall(r'name="seen" value="(\w+)"', page)
    [mark] = [value for words, value in buttons(page).items() if name in words]
    [question] = late.questions()
    sent = {"whose": mark, "reason": "đã gọi", "seen": seen}
    return officer.post(f"/identities/{question.id}/answer", data=sent)


@pytest.mark.parametrize("trusted", [True, False])
@pytest.mark.parametrize("name", ["An", "Bình", "Cúc"])
def test_whoever_of_three_it_was_gets_what_was_found(
    late: Late, sign_in: Any, name: str, *, trusted: bool
) -> None:
    people = moved_on(late)
    late.comes(TUBE, trusted=trusted, boot="boot" if trusted else "")
    [question] = late.questions()
    officer = sign_in(Role.HEALTH_OFFICER, "hoa")
    if question.person_id == people[name]:
        late.answer(same=True)
    else:
        press(officer, late, name)
    assert late.questions() == []
    late.say(TUBE, Call.POSITIVE)
    assert late.told(TUBE) == {people[name]: "positive"}


def test_that_it_was_another_says_not_which_of_two_and_is_refused(late: Late, sign_in: Any) -> None:
    moved_on(late)
    late.comes(TUBE)
    with pytest.raises(whose.SeveralBearers):
        late.answer(same=False)
    officer = sign_in(Role.HEALTH_OFFICER, "hoa")
    page = officer.get("/identities").text
    [seen] = re.findall(r'name="seen" value="(\w+)"', page)
    assert 'value="no"' not in page
    [question] = late.questions()
    sent = {"same": "no", "reason": "đã gọi", "seen": seen}
    refused = officer.post(f"/identities/{question.id}/answer", data=sent)
    assert refused.status_code == 409
    assert "lần lượt là của nhiều người" in refused.text
    assert late.is_held(TUBE)
    assert late.bearers()[TUBE.text] == late.an


def test_of_a_number_that_is_nobodys_by_now_who_had_it_between_is_a_choice_too(
    late: Late, sign_in: Any
) -> None:
    people = moved_on(late)
    with late.database.read() as session:
        live = session.scalars(
            select(Identity.id).where(Identity.person_id == people["Cúc"],
                                      Identity.linked_by == HOA)
        ).one()  # fmt: skip
    late.unlink(live, theirs=True)
    late.comes(TUBE)
    page = sign_in(Role.HEALTH_OFFICER, "hoa").get("/identities").text
    assert "Người khác, hồ sơ mới" in " ".join(buttons(page))
    before = late.count_persons()
    press(sign_in(Role.HEALTH_OFFICER, "lan"), late, "Bình")
    assert late.bearers()[TUBE.text] == people["Bình"]
    assert (late.count_persons(), late.leads_to()) == (before, None)


def test_who_is_one_with_who_has_it_now_is_a_choice_of_their_own_and_keeps_it_parted(
    late: Late, sign_in: Any
) -> None:
    people = moved_on(late)
    merge = merged(late, people["Bình"], people["Cúc"])
    late.comes(TUBE)
    press(sign_in(Role.HEALTH_OFFICER, "hoa"), late, "Bình")
    parted(late, merge)
    late.say(TUBE, Call.NEGATIVE)
    assert late.told(TUBE) == {people["Bình"]: "negative"}


def two_questions(late: Late, *more: TubeId) -> list[UUID]:
    """Return two open questions about one sample: its card names another record, from which An's
    was parted, and a namesake of that one took An's number."""
    late.now = late.began + timedelta(hours=1)
    merge = merged(late, late.an, late.met(BINH))
    for tube in (TUBE, *more):
        late.comes(tube, 1, BINH_BY_NUMBER)
    late.take(late.met(BINH.replace("000088", "000089")))
    parted(late, merge)
    with late.database.read() as session:
        of = {each.id: each.tube for each in session.scalars(select(Pairing))}
    open_ = sorted(late.questions(), key=lambda each: each.said_name is None)
    return [each.id for each in open_ if each.event_id and of[each.event_id] == TUBE]


def test_two_questions_about_one_sample_hold_it_until_both_are_answered(late: Late) -> None:
    for question, same in zip(two_questions(late), (False, True), strict=True):
        with pytest.raises(ResultHeld):
            late.say(TUBE, Call.POSITIVE)
        with late.database.write() as session:
            identity_decisions.answer(
                session, question, same=same, reason="đã gọi", by=HOA, now=late.now
            )
    assert late.bearers()[TUBE.text] == late.an  # who is on record, as was said last
    late.say(TUBE, Call.POSITIVE)
    assert late.told(TUBE) == {late.an: "positive"}


def test_a_page_of_before_another_answer_gave_the_sample_away_is_shown_whose_it_is(
    late: Late, sign_in: Any
) -> None:
    named, moved = two_questions(late)
    officer = sign_in(Role.HEALTH_OFFICER, "hoa")
    own = re.compile(rf'/identities/{named}/answer".*?name="bearer" value="(\w+)"', re.DOTALL)
    sent = {
        "same": "yes",
        "reason": "đã gọi",
        "bearer": own.findall(officer.get("/identities").text)[0],
    }
    with late.database.write() as session:
        identity_decisions.answer(
            session, moved, same=False, reason="đã gọi", by="user:lan", now=late.now
        )
    given = late.bearers()[TUBE.text]
    refused = officer.post(f"/identities/{named}/answer", data=sent)
    assert (refused.status_code, late.bearers()[TUBE.text]) == (409, given)
    assert given != late.an
    page = refused.text
    assert 'value="đã gọi"' in page
    assert f'đã chuyển mẫu này cho <a href="/people/{given}">' in page
    sent["bearer"] = own.findall(page)[0]
    assert officer.post(f"/identities/{named}/answer", data=sent).status_code == 302
    assert late.bearers()[TUBE.text] == late.an


def test_an_answer_about_alike_words_leaves_a_sample_where_its_own_question_gave_it(
    late: Late,
) -> None:
    named, moved = two_questions(late, OTHER)
    with late.database.write() as session:
        identity_decisions.answer(session, moved, same=False, reason="đã gọi", by=HOA, now=late.now)
    given = late.bearers()[TUBE.text]
    [alike] = [each.id for each in late.questions() if each.said_name and each.id != named]
    with late.database.write() as session:
        identity_decisions.answer(session, alike, same=True, reason="đã gọi", by=HOA, now=late.now)
    assert late.bearers() == {TUBE.text: given, OTHER.text: late.an}
    assert given != late.an
