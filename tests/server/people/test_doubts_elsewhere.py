"""Whose sample a tube is says who sees where the code was shown: a visit somewhere is no ground."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from contract.identities import Key, Kind, PersonCode, System
from contract.identities.base import BirthDate
from server import waiting
from server.accounts.roles import Role
from server.accounts.within import Within
from server.db import Database
from server.declarations.models import CheckIn
from server.people import doubts, services
from server.people.models import Disagreement, Person
from server.sampling import identity_decisions
from server.sampling.holds import holds_of
from server.sampling.models import Pairing
from tests.server.two_places import Furnished

SignIn = Callable[..., FlaskClient]
HERE, ELSEWHERE = "vn-2021:24.222", "vn-2021:27.256"
ANOTHER = {"same": "no", "reason": "xem thẻ"}


class Shown:
    """One number with the same second name: on a tube elsewhere, and on one visit here."""

    def __init__(self, session: Any, now: datetime) -> None:
        there = Furnished(session, ELSEWHERE, "XAXOI", 27, now)
        self.person, tube = there.person.id, there._tube()  # noqa: SLF001 - a tube more
        pairing = there._pair(tube, there.person)  # noqa: SLF001
        self.tube, self.pairing, self.visit = tube.text, pairing.id, uuid4()
        session.add(CheckIn(id=self.visit, person_id=self.person, source="keeper", point="chợ",
                            place=f"{HERE}.07", at=now - timedelta(days=30), trusted=True,
                            answers="{}", recorded_at=now))  # fmt: skip
        self.of_tube = self._asked(session, pairing.id, now)

    def _asked(self, session: Any, event: UUID, now: datetime) -> UUID:
        made = Disagreement(id=uuid4(), person_id=self.person, event_id=event, system="citizen",
                            kind="citizen-card", said_name="Bí Mật Khác", said_birth="1970",
                            said_blind="said", opened_at=now)  # fmt: skip
        session.add(made)
        session.flush()
        return made.id

    def asked_here(self, database: Database, now: datetime) -> UUID:
        with database.write() as session:
            return self._asked(session, self.visit, now)


@pytest.fixture
def shown(database: Database, now: datetime) -> Shown:
    with database.write() as session:
        return Shown(session, now)


@pytest.mark.engines
def test_one_visit_shows_no_name_of_a_tube_elsewhere_and_decides_nothing(
    shown: Shown, sign_in: SignIn, database: Database
) -> None:
    mine = sign_in(Role.HEALTH_OFFICER, "day", place=HERE, sees="")
    page = mine.get("/identities").text
    assert "Bí Mật" not in page
    assert shown.tube not in page.replace(" ", "")
    assert mine.post(f"/identities/{shown.of_tube}/answer", data=ANOTHER).status_code == 404
    with database.read() as session:
        assert waiting.identities(session, "", Within.of([HERE])).count == 0
        assert session.get_one(Disagreement, shown.of_tube).answered_at is None
        assert session.get_one(Pairing, shown.pairing).person_id == shown.person


def test_an_answer_reaches_what_is_seen_and_the_later_one_makes_no_third_person(
    shown: Shown, sign_in: SignIn, database: Database, now: datetime
) -> None:
    of_visit = shown.asked_here(database, now)
    mine = sign_in(Role.HEALTH_OFFICER, "day", place=HERE, sees="")
    assert "Bí Mật" in mine.get("/identities").text
    assert mine.post(f"/identities/{of_visit}/answer", data=ANOTHER).status_code == 302
    with database.read() as session:
        assert session.get_one(Disagreement, shown.of_tube).answered_at is None
        assert session.get_one(Pairing, shown.pairing).person_id == shown.person
        other = session.get_one(Disagreement, of_visit).other_id
        assert session.get_one(CheckIn, shown.visit).person_id == other
    theirs = sign_in(Role.HEALTH_OFFICER, "xa", place=ELSEWHERE, sees="")
    assert theirs.post(f"/identities/{shown.of_tube}/answer", data=ANOTHER).status_code == 302
    with database.read() as session:
        assert session.get_one(Pairing, shown.pairing).person_id == other


def test_whoever_sees_the_whole_record_answers_for_all_of_it(
    shown: Shown, sign_in: SignIn, database: Database, now: datetime
) -> None:
    of_visit = shown.asked_here(database, now)
    theirs = sign_in(Role.HEALTH_OFFICER, "xa", place=ELSEWHERE, sees="")
    assert theirs.post(f"/identities/{shown.of_tube}/answer", data=ANOTHER).status_code == 302
    with database.read() as session:
        assert session.get_one(Disagreement, of_visit).answer == "another"


def hoa(session: Any, evidence: str, place: str, name: str = "Trần Thị Hoa") -> Person:
    """Show a code with the number of one person, which names Hoa."""
    code = PersonCode(Kind.CITIZEN_CARD, name.encode(), (Key(System.CITIZEN, "024191000001"),),
                      name=name, birth=BirthDate(1991))  # fmt: skip
    return services.person_of(
        session, code, by="x", now=session.info["now"], evidence=evidence, place=place
    )


def answer(session: Any, event: UUID, place: str, *, same: bool) -> None:
    (asked,) = [each for each in doubts.open_disagreements(session) if each.event_id == event]
    identity_decisions.answer(
        session, asked.id, same=same, reason="x", by="user:hoa", now=session.info["now"],
        within=Within.of([place]),
    )  # fmt: skip


@pytest.mark.engines
@pytest.mark.parametrize("said", ["same", "another"])
def test_an_answer_about_one_visit_decides_nothing_of_a_later_tube_elsewhere(
    database: Database, make_scene: Any, now: datetime, said: str
) -> None:
    with database.write() as session:
        session.info["now"] = now
        scene, visit = make_scene(session), uuid4()
        an = hoa(session, f"event:{uuid4()}", HERE, "Nguyễn Thị Mẫu")
        assert hoa(session, f"check-in:{visit}", ELSEWHERE) is an
        session.add(CheckIn(id=visit, person_id=an.id, source="keeper", point="chợ", at=now,
                            trusted=True, place=ELSEWHERE, answers="{}",
                            recorded_at=now))  # fmt: skip
        session.flush()
        answer(session, visit, ELSEWHERE, same=said == "same")
        again = hoa(
            session, f"check-in:{uuid4()}", f"{ELSEWHERE}.01"
        )  # nobody is asked there again
        assert (again is an) == (said == "same")
        pairing = scene.pair(scene.tube(), an)
        assert hoa(session, f"event:{pairing.id}", HERE) is an
        assert len(list(holds_of(session, [pairing.tube]))) == 1
        session.info["now"] += timedelta(hours=1)
        answer(session, pairing.id, HERE, same=False)  # who has the record says it for all
        assert list(holds_of(session, [pairing.tube])) == []
        assert pairing.person_id != an.id
        for place in (HERE, ELSEWHERE, "vn-2021:01"):
            assert hoa(session, f"event:{uuid4()}", place).id == pairing.person_id
