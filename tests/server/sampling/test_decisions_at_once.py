"""An officer decides while a station's word of these tubes comes: neither waits for the other."""

from datetime import datetime
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from contract import events
from contract.tubes import TubeId
from server.db import Database
from server.people.models import Person
from server.sampling import matters, services
from server.sampling.decision_models import Matter
from server.sampling.decisions import DecidedSince
from server.sampling.matter_decisions import Verdict, decide_matter
from server.sampling.models import Lot
from server.sampling.turns import take_persons_turn, take_turn
from server.sampling.withdrawals import Why, pairing_of, withdraw
from tests.server.outcomes.test_at_once import BARELY


@pytest.mark.engines
def test_who_decides_about_two_tubes_has_their_turn_before_the_matters(
    database: Database, make_scene: Any, now: datetime
) -> None:
    with database.write() as session:
        scene = make_scene(session)
        who, tubes = scene.person("Lê An"), [scene.tube(), scene.tube()]
        given = [scene.pair(tube, who) for tube in tubes]
        matters.note_repeats(session, [matters.Made.of(each) for each in given], now=now)
        asked, undone = session.scalars(select(Matter)).one().id, given[1].id
    failed: list[Exception] = []

    def officer() -> None:
        try:
            with database.write() as session:
                decide_matter(
                    session, asked, verdict=Verdict.BOTH, reason="hỏi", by="user:hoa", now=now
                )
        except Exception as error:
            failed.append(error)

    thread = Thread(target=officer)
    with database.write() as session:
        take_turn(session, tubes)  # as an applier does with all that its events touch
        thread.start()
        thread.join(BARELY)
        void = events.PairingVoided(
            id=uuid4(), station="ban-1", epoch="0" * 16, seq=2, prev=events.NO_EVENT, at=now,
            trusted=True, boot="b", mono=2, pairing=undone, tube=tubes[1].text, reason="undo",
        )  # fmt: skip
        services.record_void(session, void, now=now)
    thread.join()
    assert all(isinstance(each, DecidedSince) for each in failed), failed  # the void settled it


def add_lot(session: Session, series: int, now: datetime) -> None:
    session.add(
        Lot(id=f"L-{series}", kind="sampling", series=series, first=1, last=1000, size=1000,
            place="vn-2021:24", created_at=now, created_by="user:quan")
    )  # fmt: skip
    session.flush()


@pytest.mark.engines
def test_who_takes_a_pairing_back_has_the_lots_of_its_matters_before_the_people(
    database: Database, make_scene: Any, now: datetime
) -> None:
    if database.engine.dialect.name == "sqlite":
        pytest.skip("it has one writer")
    with database.write() as session:
        scene = make_scene(session)
        add_lot(session, 27, now)
        who = scene.person("Lê An").id
        tubes = [scene.tube(), TubeId.mint(27, 5)]
        given = [scene.pair(tube, session.get_one(Person, who)) for tube in tubes]
        matters.note_repeats(session, [matters.Made.of(each) for each in given], now=now)
        wrong = given[0].id
    failed: list[Exception] = []

    def officer() -> None:
        try:
            with database.write() as session:
                withdraw(session, pairing_of(session, wrong), Why.MANUAL, by="user:hoa", now=now)
        except Exception as error:
            failed.append(error)

    thread = Thread(target=officer)
    with database.write() as session:
        take_turn(session, [TubeId.mint(27, 6)])  # the station's next tube, of the other lot
        thread.start()
        thread.join(BARELY)
        take_persons_turn(session, [who])  # for the same person
    thread.join()
    assert not failed
