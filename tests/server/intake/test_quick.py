"""What one statement takes on PostgreSQL is usual in every way; all else is left as it is."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from contract import events, signing
from server.accounts.models import Station
from server.config import Settings
from server.db import Database, open_database
from server.front import Front
from server.intake.models import StationEpoch, WireEvent
from server.intake.storing import Job, NotUsual, Storage
from server.intake.upload import Upload, read_upload
from tests.server.intake.test_door import ask_at, batch, door_of, request_of

Sender = Any


@pytest.fixture
def engine() -> str:
    return "postgresql"


@pytest.fixture
def storage(database: Database) -> Iterator[Storage]:
    with closing(Storage(database)) as made:
        yield made


def job(sender: Sender, *written: bytes, fork: bool = False) -> Job:
    body = events.encode_batch(sender.name, list(written), fork=fork)
    read: Upload = read_upload(sender.name, body, sender.now)
    return Job(read, lambda _: None, signing.public_text(sender.key))


def stored(database: Database) -> list[tuple[str, int]]:
    with database.read() as session:
        rows = session.execute(select(WireEvent.station, WireEvent.seq).order_by(WireEvent.seq))
        return sorted((row.station, row.seq) for row in rows)


def test_usual_uploads_of_many_stations_are_stored_and_their_heads_move(
    make_sender: Any, storage: Storage, database: Database
) -> None:
    senders = [make_sender(f"ban-{number}") for number in range(3)]
    for _ in range(2):
        jobs = [job(each, each.write(), each.write()) for each in senders]
        storage.store(jobs)
        assert [each.result().new for each in jobs] == [2, 2, 2]
    assert stored(database) == [(each.name, seq) for each in senders for seq in range(1, 5)]
    with database.read() as session:
        heads = session.execute(select(StationEpoch.last_seq, StationEpoch.last_hash))
        assert {tuple(row) for row in heads} == {(4, each.prev) for each in senders}


def known(sender: Sender) -> Job:
    return job(sender, sender.first)


def with_a_gap(sender: Sender) -> Job:
    sender.write()
    return job(sender, sender.write())


def of_another_history(sender: Sender) -> Job:
    sender.prev = "a" * 64
    return job(sender, sender.write())


def not_in_order(sender: Sender) -> Job:
    return job(sender, *reversed([sender.write(), sender.write()]))


def of_an_epoch_whose_beginning_is_missing(sender: Sender) -> Job:
    sender.epoch = "f" * 16
    return job(sender, sender.write())


def of_an_epoch_that_begins_after_something(sender: Sender) -> Job:
    sender.epoch, sender.seq = "f" * 16, 0
    return job(sender, sender.write())


def under_an_id_that_is_known(sender: Sender) -> Job:
    return job(sender, sender.write(id=UUID(str(events.decode(sender.first).id))))


def of_a_journal_that_was_set_back(sender: Sender) -> Job:
    return job(sender, sender.write(), fork=True)


def under_an_earlier_key(sender: Sender) -> Job:
    made = job(sender, sender.write())
    made.key = signing.public_text(signing.private_key(bytes(32)))
    return made


UNUSUAL = (
    known, with_a_gap, of_another_history, not_in_order, of_an_epoch_whose_beginning_is_missing,
    of_an_epoch_that_begins_after_something, under_an_id_that_is_known,
    of_a_journal_that_was_set_back, under_an_earlier_key,
)  # fmt: skip


def test_what_is_not_usual_is_not_stored_and_moves_nothing(
    make_sender: Any, storage: Storage, database: Database
) -> None:
    for number, case in enumerate(UNUSUAL):
        sender = make_sender(f"ban-{number}")
        sender.first = sender.write()
        storage.store([job(sender, sender.first)])
        odd = case(sender)
        storage.store([odd])
        assert isinstance(odd.error, NotUsual), case
    assert stored(database) == sorted((f"ban-{number}", 1) for number in range(len(UNUSUAL)))
    with database.read() as session:
        assert set(session.scalars(select(StationEpoch.last_seq))) == {1}


def test_a_neighbour_that_is_not_usual_holds_nobody_up(
    make_sender: Any, storage: Storage, database: Database
) -> None:
    one, other = make_sender("ban-1"), make_sender("ban-2")
    other.seq = 7
    good, odd = job(one, one.write()), job(other, other.write())
    storage.store([odd, good])
    assert good.result().new == 1
    assert isinstance(odd.error, NotUsual)
    assert stored(database) == [("ban-1", 1)]


def test_the_same_upload_through_two_processes_is_taken_once(
    make_sender: Any, storage: Storage, settings: Settings, database: Database
) -> None:
    opened = open_database(settings.database_url)
    with closing(Storage(opened)) as other, ThreadPoolExecutor(2) as pool:
        senders = [make_sender(f"ban-{number}") for number in range(4)]
        for _ in range(6):
            written = [(each, each.write()) for each in senders]
            pair = [[job(each, data) for each, data in written] for _ in range(2)]
            together = Barrier(2)

            def bring(at: Storage, jobs: list[Job], together: Barrier = together) -> None:
                together.wait(timeout=20)
                at.store(jobs)

            list(pool.map(bring, (storage, other), pair))
            for mine, theirs in zip(*pair, strict=True):
                assert (mine.outcome is None) != (theirs.outcome is None)
    opened.engine.dispose()
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(WireEvent)) == 24


@pytest.fixture
def revoke(database: Database) -> Callable[[str], None]:
    """As another process does it: this one is not told."""

    def revoked(name: str) -> None:
        with database.write() as session:
            session.get_one(Station, name).state = "revoked"

    return revoked


def test_a_station_that_another_process_revoked_is_refused_at_once(
    sender: Sender, app: Flask, database: Database, revoke: Callable[[str], None]
) -> None:
    with closing(door_of(app)) as door:
        front = Front(app, threads=1, largest=1 << 24, short=door)
        for status in (200, 200, 401):
            if status == 401:
                revoke(sender.name)
            body = batch(sender, sender.write())
            [answer] = ask_at(front, (request_of(sender, body), body))
            assert answer[0] == status
    assert json.loads(answer[2])["code"] == "station-revoked"
    assert stored(database) == [("ban-1", 1), ("ban-1", 2)]
