"""Two officers have two questions about one sample open: whoever decides by what it was is shown
what it is, so that no result goes to somebody whom neither of them meant."""

import re
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from server.accounts.roles import Role
from server.sampling import queries
from tests.server.intake.test_late_numbers import Late, anew
from tests.server.intake.test_late_numbers import late as late
from tests.server.intake.test_numbers_moved import AN, OTHER, TUBE
from tests.server.intake.test_numbers_moved_on import CUC

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
