"""Two tubes of one person, or of two records in doubt, that were given in two places."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from server.accounts.roles import Role
from server.db import Database
from server.people import merges
from server.people.models import IdentityQuestion
from server.sampling.decision_models import Matter
from server.sampling.models import PairingVoid
from tests.server.outcomes.test_holds import Day

HERE, ELSEWHERE = "vn-2021:24.222", "vn-2021:27.256"
SignIn = Callable[..., FlaskClient]
ONLY_MINE, ONLY_THEIRS = "first-holds", "second-holds"


@dataclass(frozen=True)
class Apart:
    """A matter; the pairing of here stands first, and the one of elsewhere second."""

    matter: UUID
    mine: UUID
    theirs: UUID
    database: Database

    def decide(self, client: FlaskClient, verdict: str) -> int:
        said = {"verdict": verdict, "reason": "đã gọi hỏi"}
        return client.post(f"/matters/{self.matter}/decide", data=said).status_code

    def void(self) -> set[UUID]:
        with self.database.read() as session:
            return set(session.scalars(select(PairingVoid.pairing_id)))


@pytest.fixture
def apart(database: Database, make_scene: Any) -> Callable[..., Apart]:
    def given(*, one_person: bool = False, begun: str = ELSEWHERE, merged: bool = False) -> Apart:
        with database.write() as session:
            day = Day(make_scene(session))
            mine, theirs = day.scene.person("Lê Văn Đây"), day.scene.person("Lê Văn Đây")
            mine.place, theirs.place = HERE, begun
            if merged:
                edge = merges.merge(session, mine.id, theirs.id, reason="x", evidence="page",
                                    by="user:hoa", now=day.scene.now)  # fmt: skip
            elif not one_person:
                session.add(
                    IdentityQuestion(id=uuid4(), kind="two-persons", person_id=mine.id,
                                     other_id=theirs.id, system="cccd", evidence="event:1",
                                     opened_at=day.scene.now)
                )  # fmt: skip
            session.flush()
            one = day.pair(day.scene.tube(), theirs if one_person else mine)
            two = day.pair(day.scene.tube(), theirs)
            one.place, two.place, two.station = f"{HERE}.07", ELSEWHERE, "ban-2"
            matter = session.scalars(select(Matter)).one()
            assert (matter.pairing_id, matter.other_id) == (one.id, two.id)
            if merged:
                merges.part(session, edge.id, reason="x", by="user:hoa", now=day.scene.now)
            return Apart(matter.id, one.id, two.id, database)

    return given


@pytest.mark.engines
def test_who_sees_one_of_two_records_in_doubt_takes_back_no_pairing_of_the_other(
    apart: Callable[..., Apart], sign_in: SignIn
) -> None:
    two = apart()
    me = sign_in(Role.HEALTH_OFFICER, "here", place=HERE, sees="")
    for verdict in (ONLY_MINE, "neither-holds", "both-hold"):
        assert two.decide(me, verdict) == 422
    assert two.void() == set()
    assert two.decide(me, ONLY_THEIRS) == 302
    assert two.void() == {two.mine}


def test_who_sees_both_records_decides_about_their_tubes_in_any_way(
    apart: Callable[..., Apart], sign_in: SignIn
) -> None:
    two = apart()
    assert two.decide(sign_in(Role.HEALTH_OFFICER), ONLY_MINE) == 302
    assert two.void() == {two.theirs}


def test_who_sees_two_places_decides_about_what_was_given_in_both(
    apart: Callable[..., Apart], sign_in: SignIn
) -> None:
    two = apart()
    both = sign_in(Role.HEALTH_OFFICER, "both", place=HERE, sees=f"{HERE} {ELSEWHERE}")
    assert two.decide(both, "both-hold") == 302
    assert two.void() == set()


def test_the_desk_hides_station_and_neighbours_of_elsewhere_and_offers_what_may_be_said(
    apart: Callable[..., Apart], sign_in: SignIn
) -> None:
    apart()
    page = sign_in(Role.HEALTH_OFFICER, "here", place=HERE, sees="").get("/matters").text
    assert "ban-1" in page
    assert "ban-2" not in page
    assert "ở đây không hủy được nó" in page
    offered = {each for each in (ONLY_MINE, ONLY_THEIRS, "both-hold") if f'value="{each}"' in page}
    assert offered == {ONLY_THEIRS}
    page = sign_in(Role.HEALTH_OFFICER).get("/matters").text
    assert "ban-2" in page
    assert f'value="{ONLY_MINE}"' in page
    assert "ở đây không hủy được nó" not in page


def test_what_one_person_was_given_elsewhere_is_left_standing_from_here_or_left_to_others(
    apart: Callable[..., Apart], sign_in: SignIn
) -> None:
    two = apart(one_person=True)
    me = sign_in(Role.HEALTH_OFFICER, "here", place=HERE, sees="")
    assert two.decide(me, ONLY_MINE) == 422
    assert two.decide(me, "both-hold") == 302


def test_who_sees_the_whole_record_takes_back_what_its_person_was_given_anywhere(
    apart: Callable[..., Apart], sign_in: SignIn
) -> None:
    two = apart(one_person=True, begun=HERE)
    me = sign_in(Role.HEALTH_OFFICER, "here", place=HERE, sees="")
    assert two.decide(me, ONLY_MINE) == 302
    assert two.void() == {two.theirs}


def test_records_that_were_parted_are_no_question_for_the_desk_of_identities(
    apart: Callable[..., Apart], sign_in: SignIn
) -> None:
    asked, client = "answer under Identities", sign_in(Role.HEALTH_OFFICER)
    two = apart(merged=True)
    page = client.get("/matters?lang=en").text
    assert asked not in page
    assert "were taken for one person&#39;s and are not any more" in page
    assert two.decide(client, "both-hold") == 302
