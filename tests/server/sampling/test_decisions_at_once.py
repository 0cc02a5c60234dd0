"""An officer decides while a station's void of these tubes comes: neither waits for the other."""

from datetime import datetime
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from contract import events
from server.db import Database
from server.sampling import matters, services
from server.sampling.decision_models import Matter
from server.sampling.decisions import DecidedSince
from server.sampling.matter_decisions import Verdict, decide_matter
from server.sampling.turns import take_turn
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
