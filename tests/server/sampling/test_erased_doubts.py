"""Whose code it was can be asked of nobody who was erased: that question ends, and frees others."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.identities import Key, Kind, PersonCode, System
from contract.identities.base import BirthDate
from server import waiting
from server.audit.models import AuditEntry
from server.db import Database
from server.outcomes import doubt_rounds
from server.people import doubts, merges, services
from server.people.models import Disagreement, Person
from server.record import requests
from server.sampling import identity_decisions
from server.sampling.holds import holds_of
from tests.server.outcomes.test_at_once import at_once
from tests.server.outcomes.test_doubts_again import look
from tests.server.outcomes.test_holds import Day
from tests.server.outcomes.test_perhaps_one import HOA

pytestmark = pytest.mark.engines
LONG = timedelta(days=4000)
MAU, KHAC = ("Nguyễn Thị Mẫu", 1991), ("Trần Văn Khác", 1960)


def meet(
    session: Session, now: datetime, said: tuple[str, int], shown: UUID, number: int = 1
) -> Person:
    name, year = said
    keys = (Key(System.CITIZEN, f"024191{number:06d}"),)
    code = PersonCode(Kind.CITIZEN_CARD, f"{number}{name}".encode(), keys, name=name,
                      birth=BirthDate(year))  # fmt: skip
    return services.person_of(session, code, by="s", now=now, evidence=f"event:{shown}", place="p")


def erase(session: Session, person: Person, now: datetime) -> None:
    wish = requests.ask(session, person.id, requests.Kind.DELETE, wish="xóa", source="page",
                        due=now, by="person", now=now)  # fmt: skip
    requests.delete(session, wish.id, keep_days=0, reason="đã hỏi", by=HOA, now=now)


def open_again(session: Session) -> None:
    """As an erasure under an older release left it."""
    question = session.scalars(select(Disagreement)).one()
    question.answer = question.answered_by = question.answered_at = question.reason = None


def test_it_ends_with_the_erasure_and_the_trail_says_so(session: Session, now: datetime) -> None:
    an = meet(session, now, MAU, uuid4())
    assert meet(session, now, KHAC, uuid4()) is an
    assert waiting.identities(session, "").count == 1
    erase(session, an, now)
    assert waiting.identities(session, "").count == 0
    question = session.scalars(select(Disagreement)).one()
    assert (question.answer, question.answered_by, question.other_id) == ("same", HOA, None)
    said = select(AuditEntry.action, AuditEntry.detail).where(
        AuditEntry.subject == str(question.id)
    )
    assert ("identity.answered", "erased") in [tuple(row) for row in session.execute(said)]


@pytest.mark.parametrize("older", [False, True])
def test_a_tube_that_it_held_of_somebody_else_is_let_go(
    database: Database, make_scene: Any, now: datetime, *, older: bool
) -> None:
    with database.write() as session:
        day = Day(make_scene(session))
        tube, an = day.scene.tube(), meet(session, now, MAU, uuid4())
        wrong = day.pair(tube, an)
        assert meet(session, now, KHAC, wrong.id) is an
        day.void(wrong)
        day.pair(tube)
        result = day.result(tube)
        assert [each.why for each in holds_of(session, [tube])] == ["identity"]
        erase(session, an, day.scene.now)
        if older:
            open_again(session)
    look(database, now)
    with database.write() as session:
        day = Day(make_scene(session))
        assert list(holds_of(session, [tube])) == []
        day.release(result)
        assert day.statuses(tube) == ["negative"]
        question = session.scalars(select(Disagreement)).one()
        assert question.answered_by == (doubt_rounds.BY if older else HOA)


def test_nobody_is_erased_while_it_holds_a_result_of_theirs_and_no_round_lets_that_out(
    database: Database, make_scene: Any, now: datetime
) -> None:
    with database.write() as session:
        day = Day(make_scene(session))
        an, other = meet(session, now, MAU, uuid4()), meet(session, now, KHAC, uuid4(), 2)
        tube = day.scene.tube()
        edge = merges.merge(session, an.id, other.id, reason="", evidence="t", by=HOA, now=now)
        given = day.pair(tube, an)
        assert meet(session, now, KHAC, given.id) is an
        day.release(day.result(tube))
        later = day.scene.now + timedelta(hours=1)
        merges.part(session, edge.id, reason="không phải", by=HOA, now=later)
        assert day.statuses(tube) == ["negative", "withdrawn"]
        who = an.id
    with database.write() as session, pytest.raises(requests.StillTested, match="Identities"):
        erase(session, session.get_one(Person, who), now + LONG)
    with database.write() as session:
        requests.erase(session, [who], by=HOA, now=later)  # as an older release let it be done
    look(database, now)
    with database.write() as session:
        day = Day(make_scene(session))
        assert day.statuses(tube) == ["negative", "withdrawn"]
        (question,) = doubts.open_disagreements(session)
        later += timedelta(hours=1)
        identity_decisions.answer(session, question.id, same=True, reason="x", by=HOA, now=later)
        assert day.statuses(tube) == ["negative", "withdrawn", "negative"]


def test_records_that_are_parted_after_the_erasure_wake_no_question(
    session: Session, scene: Any, now: datetime
) -> None:
    an, other = meet(session, now, MAU, uuid4()), meet(session, now, KHAC, uuid4(), 2)
    other.birth_year = None
    edge = merges.merge(session, an.id, other.id, reason="", evidence="t", by=HOA, now=now)
    for person, number, said in ((an, 1, KHAC), (other, 2, MAU)):
        assert meet(session, now, said, uuid4(), number) is person
    erase(session, an, now)
    merges.part(session, edge.id, reason="không phải", by=HOA, now=now)
    assert doubts.open_disagreements(session) == []


def test_whoever_answers_it_and_whoever_erases_do_not_wait_for_each_other(
    database: Database, make_scene: Any, now: datetime
) -> None:
    with database.write() as session:
        day = Day(make_scene(session))
        tube, an = day.scene.tube(), meet(session, now, MAU, uuid4())
        wrong = day.pair(tube, an)
        assert meet(session, now, KHAC, wrong.id) is an
        day.void(wrong)
        who, question = an.id, doubts.open_disagreements(session)[0].id
    acts: list[Callable[[Session], object]] = [
        lambda session: identity_decisions.answer(
            session, question, same=True, reason="xem thẻ", by="user:mai", now=now
        ),
        lambda session: erase(session, session.get_one(Person, who), now),
    ]
    assert at_once(database, *acts) == []
    with database.read() as session:
        assert session.get_one(Disagreement, question).answered_by == "user:mai"
        assert session.get_one(Person, who).name is None
