"""Who sees a part of a record cannot make it the whole: one check-in opens one check-in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from server.accounts.roles import Role
from server.accounts.within import ANYWHERE, Within
from server.db import Database
from server.declarations.models import CheckIn
from server.people import merges, whole
from server.people.merge_models import PersonMerge
from server.people.models import Identity, Person
from server.record import mine, requests
from server.record.request_models import DataRequest
from server.sampling.models import Pairing
from tests.server.two_places import Furnished

pytestmark = pytest.mark.engines

SignIn = Callable[..., FlaskClient]
HERE, ELSEWHERE, THIRD = "vn-2021:24.222", "vn-2021:27.256", "vn-2021:01.004"
WHY = {"reason": "xem thẻ"}


@dataclass
class Passed:
    """Somebody on record elsewhere who checked in once here, and somebody of here."""

    person: UUID
    request: UUID
    identity: UUID
    merge: UUID
    pairing: UUID
    own: UUID
    own_request: UUID

    def doors(self) -> list[tuple[str, str, dict[str, str]]]:
        """Return all that is done to the record, or shows what no check-in does."""
        page, asked = f"/people/{self.person}", f"/requests/{self.request}"
        return [
            ("POST", f"{page}/requests", {"kind": "correct"}),
            ("GET", asked, {}),
            ("POST", f"{asked}/answer", {"answer": "done", **WHY}),
            ("GET", f"{asked}/data.json", {}),
            ("POST", f"{page}/link", {}),
            ("GET", f"{page}/numbers", {}),
            ("POST", f"{page}/numbers", {"number": "98C-123.45", **WHY}),
            ("POST", f"{page}/numbers/{self.identity}/unlink", WHY),
            ("POST", f"/people/{self.own}/numbers/{self.identity}/unlink", WHY),
            ("POST", f"{page}/merge", {"other": str(self.own), **WHY}),
            ("POST", f"/people/{self.own}/merge", {"other": str(self.person), **WHY}),
            ("POST", f"{page}/merges/{self.merge}/part", WHY),
            ("POST", f"/people/{self.own}/merges/{self.merge}/part", WHY),
        ]


@pytest.fixture
def passed(database: Database, now: datetime) -> Passed:
    with database.write() as session:
        there = Furnished(session, ELSEWHERE, "XAXOI", 27, now).ids
        here = Furnished(session, f"{HERE}.07", "ODAY", 26, now).ids
        session.add(
            CheckIn(id=uuid4(), person_id=there["person_id"], source="keeper", point="chợ",
                    place=f"{HERE}.07", at=now, trusted=True, answers="{}", recorded_at=now)
        )  # fmt: skip
        return Passed(there["person_id"], there["request_id"], there["identity_id"],
                      there["merge_id"], there["pairing_id"], here["person_id"],
                      here["request_id"])  # fmt: skip


def test_a_part_of_a_record_is_for_looking_at(
    passed: Passed, sign_in: SignIn, database: Database, now: datetime
) -> None:
    with database.write() as session:
        card = mine.link_of(session, passed.person, by="u", now=now).token
    officer = sign_in(Role.HEALTH_OFFICER, "day", place=HERE, sees="")
    for method, path, said in passed.doors():
        assert officer.open(path, method=method, data=said).status_code == 404, (method, path)
    with database.read() as session:
        assert session.get_one(DataRequest, passed.request).answered_at is None
        assert len(requests.requests_of(session, passed.person)) == 1
        assert session.get_one(Identity, passed.identity).unlinked_at is None
        assert merges.together(session, passed.person) == [passed.person]
        assert not whole.is_whole(session, Within.of([HERE]), passed.person)
        assert mine.link_of(session, passed.person, by="u", now=now).token == card


def test_a_part_of_a_record_offers_nothing_that_is_refused(
    passed: Passed, sign_in: SignIn, database: Database
) -> None:
    with database.write() as session:
        session.get_one(Pairing, passed.pairing).place = f"{HERE}.07"
    officer = sign_in(Role.HEALTH_OFFICER, "day", place=HERE, sees="")
    shown = officer.get(f"/people/{passed.person}")
    assert shown.status_code == 200
    for action in ("/requests", "/link", "/numbers", "/story"):
        assert f"{passed.person}{action}" not in shown.text, action
    for method, path, said in passed.doors():
        assert officer.open(path, method=method, data=said).status_code == 404, (method, path)


@pytest.mark.parametrize("scope", [{"sees": "*"}, {"place": ELSEWHERE, "sees": ""}])
def test_whoever_sees_the_whole_does_all_of_it(
    passed: Passed, sign_in: SignIn, scope: dict[str, str]
) -> None:
    officer, page = sign_in(Role.HEALTH_OFFICER, "xa", **scope), f"/people/{passed.person}"
    shown = officer.get(page).text
    assert f"{page}/requests" in shown
    assert f"{page}/link" in shown
    asked = f"/requests/{passed.request}"
    answered = officer.post(f"{asked}/answer", data={"answer": "done", **WHY})
    assert answered.status_code == 302
    assert officer.get(f"{asked}/data.json").status_code == 200
    assert officer.post(f"{page}/link").status_code == 200
    assert officer.get(f"{page}/numbers").status_code == 200
    unlinked = officer.post(
        f"{page}/numbers/{passed.identity}/unlink", data={"theirs": "no", **WHY}
    )
    assert unlinked.status_code == 302


def test_requests_wait_for_whoever_may_answer_them(
    passed: Passed, sign_in: SignIn, database: Database, now: datetime
) -> None:
    page = sign_in(Role.HEALTH_OFFICER, "day", place=HERE, sees="").get("/requests").text
    assert str(passed.own_request) in page
    assert str(passed.request) not in page
    late = now.replace(year=now.year + 1)
    with database.read() as session:
        for within, ids in (
            (Within.of([HERE]), {passed.own_request}),
            (Within.of([ELSEWHERE]), {passed.request}),
            (Within.of([THIRD]), set()),
            (ANYWHERE, {passed.own_request, passed.request}),
        ):
            assert {each.id for each in requests.open_requests(session, within)} == ids
            assert requests.waiting(session, "", within).count == len(ids)
            assert requests.late(session, late, within) == len(ids)


def test_a_merge_by_whoever_saw_both_opens_the_whole_until_it_is_parted(
    passed: Passed, database: Database, now: datetime
) -> None:
    """Also through a record between the two, and not for long."""
    here = Within.of([HERE])
    with database.write() as session:
        between = Person(id=uuid4(), place=THIRD, created_at=now)
        session.add(between)
        session.flush()
        done = {"reason": "x", "by": "u", "now": now}
        merges.merge(session, passed.own, between.id, evidence="page", **done)
        last = merges.merge(session, passed.person, between.id, evidence="page", **done)
        assert whole.is_whole(session, here, between.id)
        assert whole.is_whole(session, here, passed.person)
        assert len(requests.open_requests(session, here)) == 2
        merges.part(session, last.id, **done)
        assert session.get_one(PersonMerge, last.id).undone_at == now
        assert whole.is_whole(session, here, between.id)
        assert not whole.is_whole(session, here, passed.person)
        assert not whole.is_whole(session, ANYWHERE, uuid4())
