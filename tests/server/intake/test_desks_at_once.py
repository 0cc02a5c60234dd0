"""Two officers have two questions about one sample open: whoever decides by what it was is shown
what it is, so that no result goes to somebody whom neither of them meant."""

import re
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from server.accounts.roles import Role
from server.people import doubts
from server.sampling import conflicts, identity_decisions, queries
from tests.server.intake.test_late_numbers import Late, anew
from tests.server.intake.test_late_numbers import late as late
from tests.server.intake.test_numbers_moved import AN, HOA, OTHER, TUBE
from tests.server.intake.test_numbers_moved_on import CUC
from tests.server.outcomes.test_at_once import at_once

pytestmark = pytest.mark.engines


def asked(late: Late, beside: Any) -> UUID:
    """Let a sample come late by a number that is Bình's by now, and *beside* it; return whose the
    number is."""
    binh = anew(late)
    late.comes(TUBE)
    late.comes(*beside)
    return binh


def form(client: FlaskClient, desk: str) -> dict[str, str]:
    """Return what the form of the one thing on *desk* sends of itself."""
    page = client.get(desk).text
    [door] = re.findall(rf'action="({desk}/[\w-]+/decide)"', page)
    [seen] = re.findall(r'name="seen" value="(\w+)"', page)
    return {"door": door, "seen": seen, "reason": "đã gọi An"}


def decide(client: FlaskClient, sent: dict[str, str], **more: str) -> Any:
    said = {key: value for key, value in sent.items() if key != "door"} | more
    return client.post(sent["door"], data=said)


def test_who_keeps_a_claim_that_is_anothers_by_now_is_shown_whose_it_is(
    late: Late, sign_in: Any
) -> None:
    binh = asked(late, (TUBE, 1, CUC.encode()))
    officer = sign_in(Role.HEALTH_OFFICER, "hoa")
    sent = form(officer, "/conflicts")
    [keep] = [str(each.event_id) for each in late.questions()]
    late.answer(same=False)
    refused = decide(officer, sent, keep=keep)
    assert refused.status_code == 409
    assert "nay là của người khác" in refused.text
    assert "Trần Thị Bình" in refused.text
    with late.database.read() as session:
        assert len(queries.open_conflicts(session)) == 1
    assert decide(officer, form(officer, "/conflicts"), keep=keep).status_code == 302
    with late.database.read() as session:
        assert [each.person_id for each in queries.live_pairings(session, TUBE)] == [binh]


def test_who_says_which_of_two_tubes_is_ones_is_shown_that_one_is_anothers_by_now(
    late: Late, sign_in: Any
) -> None:
    asked(late, (OTHER, 1, AN.encode()))
    officer = sign_in(Role.HEALTH_OFFICER, "hoa")
    sent = form(officer, "/matters")
    late.answer(same=False)
    refused = decide(officer, sent, verdict="first-holds")
    assert refused.status_code == 409
    assert "nay là của người khác" in refused.text
    with late.database.read() as session:
        assert len(queries.live_pairings(session, OTHER)) == 1
    assert decide(officer, form(officer, "/matters"), verdict="both-hold").status_code == 302


@pytest.mark.parametrize("same", [True, False])
def test_of_two_who_answer_otherwise_at_once_the_second_is_told_that_it_was_answered(
    late: Late, *, same: bool
) -> None:
    binh = asked(late, (OTHER, 9, CUC.encode()))
    [question] = late.questions()

    def says(session: Session, *, same: bool) -> None:
        identity_decisions.answer(
            session, question.id, same=same, reason="đã gọi", by=HOA, now=late.now
        )

    refused = at_once(late.database, partial(says, same=same), partial(says, same=not same))
    assert refused == [doubts.AlreadyAnswered]
    assert late.bearers()[TUBE.text] == (late.an if same else binh)


def test_who_keeps_a_claim_at_the_moment_when_it_is_anothers_is_told_so(late: Late) -> None:
    asked(late, (TUBE, 1, CUC.encode()))
    [question] = late.questions()
    with late.database.read() as session:
        [conflict] = queries.open_conflicts(session)
        seen = conflicts.stamp(conflict)

    def gives(session: Session) -> None:
        identity_decisions.answer(
            session, question.id, same=False, reason="đã gọi", by=HOA, now=late.now
        )

    def keeps(session: Session) -> None:
        conflicts.decide_conflict(
            session, conflict.id, keep=question.event_id, reason="sổ", by=HOA, now=late.now,
            seen=seen,
        )  # fmt: skip

    assert at_once(late.database, gives, keeps) == [conflicts.ConflictGrew]
