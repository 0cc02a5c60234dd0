"""Two officers merge, answer or part at one moment, and people come meanwhile."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from contract.identities import Key, Kind, PersonCode, System
from server.db import Database
from server.people import doubts, merges, services
from server.people.models import IdentityQuestion, Person
from server.sampling.turns import take_turn
from tests.server.conftest import MONDAY
from tests.server.outcomes.test_at_once import BARELY, at_once

pytestmark = pytest.mark.engines


@pytest.fixture
def people(database: Database, make_scene: Any) -> list[UUID]:
    with database.write() as session:
        scene = make_scene(session)
        return [scene.person(name).id for name in ("Lê An", "Trần Bình", "Vũ Chi")]


def merging(one: UUID, other: UUID, now: datetime) -> Any:
    return lambda session: merges.merge(
        session, one, other, reason="", evidence="t", by="user:hoa", now=now
    )


def test_two_merges_at_one_moment_close_no_circle(
    database: Database, people: list[UUID], now: datetime
) -> None:
    a, b, c = people
    assert at_once(database, merging(a, b, now), merging(b, a, now)) == [merges.AlreadyOne]
    assert at_once(database, merging(b, c, now), merging(c, a, now)) == [merges.AlreadyOne]
    with database.write() as session:
        for edge in merges.merges_of(session, a):
            merges.part(session, edge.id, reason="x", by="user:hoa", now=now)
        assert [len(merges.together(session, each)) for each in people] == [1, 1, 1]


def test_an_answer_in_the_moment_of_the_same_merge_is_kept(
    database: Database, people: list[UUID], now: datetime
) -> None:
    a, b, _ = people
    question = IdentityQuestion(id=uuid4(), kind="two-persons", person_id=b, other_id=a,
                                system="cccd", evidence="t", opened_at=now)  # fmt: skip
    with database.write() as session:
        session.add(question)
        asked = question.id

    def answer(session: Session) -> None:
        doubts.answer_question(session, asked, same=True, by="user:minh", now=now)

    assert at_once(database, merging(a, b, now), answer) == []
    with database.read() as session:
        assert session.get_one(IdentityQuestion, asked).answer == "same"
        assert len(merges.merges_of(session, a)) == 1


def comes(session: Session, name: str, event: UUID | None = None) -> Person:
    key = (Key(System.CITIZEN, "024191000123"),)
    code = PersonCode(Kind.CITIZEN_CARD, name.encode(), key, name=name)
    evidence = f"event:{event or uuid4()}"
    return services.person_of(session, code, by="s", now=MONDAY, evidence=evidence, place="p")


@pytest.mark.parametrize("comes_first", [True, False])
def test_whoever_comes_in_the_moment_of_a_parting_is_asked_about(
    database: Database, people: list[UUID], now: datetime, *, comes_first: bool
) -> None:
    with database.write() as session:
        holder = comes(session, "Đỗ Dung").id
        edge = merging(holder, people[0], now)(session).id
    acts = [
        lambda session: comes(session, "Lê An"),
        lambda session: merges.part(session, edge, reason="x", by="user:hoa", now=now),
    ]
    assert at_once(database, *(acts if comes_first else acts[::-1])) == []
    with database.read() as session:
        assert [each.person_id for each in doubts.open_disagreements(session)] == [holder]


def test_a_parting_and_whoever_brings_a_tube_never_wait_for_each_other(
    database: Database, make_scene: Any, people: list[UUID], now: datetime
) -> None:
    with database.write() as session:
        scene = make_scene(session)
        holder = comes(session, "Đỗ Dung")
        edge = merging(holder.id, people[0], now)(session).id
        first, second = scene.tube(), scene.tube()
        comes(session, "Lê An", scene.pair(first, holder).id)

    def part() -> None:
        with database.write() as session:
            merges.part(session, edge, reason="x", by="user:hoa", now=now)

    with ThreadPoolExecutor(1) as beside:
        with database.write() as session:
            take_turn(session, [second])  # as whoever applies a batch has
            parting = beside.submit(part)
            wait([parting], timeout=BARELY)
            comes(session, "Lê An")
        parting.result()
    with database.read() as session:
        assert len(doubts.open_disagreements(session)) == 2
