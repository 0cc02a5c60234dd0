"""A sample comes late, by a number alone that leads elsewhere since: never on the wrong person.

Every test begins at a station that was without a network, and ends with what is told.
"""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from contract.identities import parse
from contract.tubes import TubeId
from server.db import Database
from server.intake.applier import apply_pending
from server.lab.words import Call
from server.outcomes.gate import ResultHeld
from server.people import numbers
from server.people import services as people
from server.people.models import Disagreement, Identity, Person
from server.sampling.holds import holds_of
from server.sampling.models import Pairing
from tests.server.intake.conftest import Sender
from tests.server.intake.test_numbers_moved import (
    AN,
    BINH,
    HOA,
    NUMBER,
    OTHER,
    TUBE,
    TYPED,
    Desk,
)

pytestmark = pytest.mark.engines
HOUR = timedelta(hours=1)


class Late(Desk):
    """The number was An's from the beginning on; the day goes on, and what was typed comes last."""

    began: datetime

    def at(self, hours: int) -> None:
        self.now = self.began + hours * HOUR

    def comes(self, tube: TubeId, hours: int = 0, code: bytes = TYPED, *, trusted: bool = True,
              boot: str = "boot") -> None:  # fmt: skip
        self.pair(tube, code, at=self.began + hours * HOUR, trusted=trusted, boot=boot)

    def give(self, person: UUID) -> UUID:
        with self.database.write() as session:
            code = numbers.read_number(NUMBER)
            return numbers.link_number(session, person, code, reason="mới", by=HOA, now=self.now).id

    def bearers(self) -> dict[str, UUID]:
        with self.database.read() as session:
            rows = session.execute(select(Pairing.tube, Pairing.person_id)).all()
            return {row.tube.text: row.person_id for row in rows}

    def count_persons(self) -> int:
        with self.database.read() as session:
            return session.scalar(select(func.count()).select_from(Person)) or 0

    def is_held(self, tube: TubeId) -> bool:
        with self.database.read() as session:
            return [each.why for each in holds_of(session, [tube])] == ["identity"]


@pytest.fixture
def late(app: Flask, database: Database, sender: Sender, with_lots: None, now: datetime) -> Late:
    late = Late(database, sender, now, UUID(int=0), UUID(int=0))
    late.began = now
    late.at(-1)
    late.an = late.met(AN)
    late.link = late.give(late.an)
    return late


def anew(late: Late) -> UUID:
    """An loses the card; its number is given out to Bình."""
    late.at(3)
    late.unlink(late.link, theirs=True)
    binh = late.met(BINH)
    late.give(binh)
    late.at(4)
    return binh


def test_a_late_sample_of_a_number_that_is_anothers_since_waits_for_whose_it_is(late: Late) -> None:
    anew(late)
    late.comes(TUBE)
    with pytest.raises(ResultHeld):
        late.say(TUBE, Call.POSITIVE)
    assert late.is_held(TUBE)
    [question] = late.questions()
    assert (question.person_id, question.identity_id) == (late.an, late.link)
    late.answer(same=True)
    late.say(TUBE, Call.POSITIVE)
    assert late.told(TUBE) == {late.an: "positive"}


def test_who_has_the_number_now_gets_what_is_said_to_be_theirs(late: Late) -> None:
    binh = anew(late)
    late.comes(TUBE)
    late.answer(same=False)
    late.say(TUBE, Call.POSITIVE)
    assert late.told(TUBE) == {binh: "positive"}


def test_a_late_sample_of_a_number_that_was_taken_waits_too(late: Late) -> None:
    late.at(3)
    binh = late.met(BINH)
    late.take(binh)
    late.at(4)
    late.comes(TUBE)
    assert late.is_held(TUBE)
    late.answer(same=False)
    late.say(TUBE, Call.NEGATIVE)
    assert late.told(TUBE) == {binh: "negative"}


def test_a_late_sample_of_a_number_that_is_nobodys_meets_no_newcomer(late: Late) -> None:
    late.at(3)
    late.unlink(late.link, theirs=True)
    late.at(4)
    before = late.count_persons()
    late.comes(TUBE)
    assert late.is_held(TUBE)
    assert (late.count_persons(), late.leads_to()) == (before, None)
    late.answer(same=True)
    late.say(TUBE, Call.POSITIVE)
    assert late.told(TUBE) == {late.an: "positive"}


def test_a_sample_by_a_clock_that_nobody_relies_on_waits_where_the_number_moved(late: Late) -> None:
    anew(late)
    late.comes(TUBE, 4, trusted=False, boot="")
    assert late.is_held(TUBE)
    assert [each.person_id for each in late.questions()] == [late.an]


def test_the_same_upload_that_comes_again_asks_nothing_again(late: Late) -> None:
    anew(late)
    data = late.sender.pairing(TUBE, TYPED, at=late.began)
    for _ in range(2):
        late.sender.send(data)
        apply_pending(late.database, late.now)
    late.answer(same=True)
    late.sender.send(data)
    apply_pending(late.database, late.now)
    assert late.questions() == []


def test_what_was_taken_since_and_who_is_named_go_where_the_number_leads(late: Late) -> None:
    binh = anew(late)
    late.comes(TUBE, 4)
    named = f"{NUMBER}||Trần Thị Bình|02031991|Nữ|Hồng Thái|01012022".encode()
    late.comes(OTHER, 0, named)
    assert late.questions() == []
    assert set(late.bearers().values()) == {binh}


def test_a_number_that_is_back_with_its_bearer_asks_nothing(late: Late) -> None:
    late.at(3)
    late.take(late.met(BINH))
    with late.database.read() as session:
        taken = session.scalars(select(Identity.id).where(Identity.replaces_id == late.link)).one()
    late.unlink(taken)
    late.at(4)
    late.comes(TUBE)
    assert late.questions() == []
    assert set(late.bearers().values()) == {late.an}


@pytest.mark.parametrize("trusted", [True, False])
@pytest.mark.parametrize(
    "code", [b"TYPED:cccd|024191000099", AN.replace("000011", "000099").encode()]
)
def test_who_was_first_met_by_a_later_sample_is_asked_nothing(
    late: Late, code: bytes, *, trusted: bool
) -> None:
    late.at(5)
    late.comes(OTHER, 5, code)
    late.comes(TUBE, 0, code, trusted=trusted, boot="" if not trusted else "boot")
    with late.database.read() as session:
        assert session.scalars(select(Disagreement.id)).all() == []
    assert len(set(late.bearers().values())) == 1


def test_who_only_claimed_a_number_is_not_asked_about_once_its_bearer_came(late: Late) -> None:
    claim = parse(b"TYPED:cccd|024191000066").keys[0]
    with late.database.write() as session:
        person = session.get_one(Person, late.an)
        code = parse(AN.encode())
        act = people.Act("u", late.now, "declaration:x")
        link = people.identity(person, claim, kind=code.kind, act=act)
        link.claimed = True
        session.add(link)
    late.at(5)
    late.comes(OTHER, 5, b"TYPED:cccd|024191000066")
    late.comes(TUBE, 0, b"TYPED:cccd|024191000066")
    assert late.questions() == []
    assert late.an not in late.bearers().values()
