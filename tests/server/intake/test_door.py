"""The short way in and the long one give the same answers, and keep the same."""

import asyncio
import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from contract import events, signing
from server.accounts.models import Station
from server.db import Database
from server.front import Front
from server.intake.door import Door
from server.intake.models import Quarantine, StationBoot, WireEvent
from server.intake.writer import Writer
from server.upkeep import logs
from tests.server.intake.conftest import BATCHES
from tests.server.test_front import Connection, Headers, Request

pytestmark = pytest.mark.engines

Sender = Any
Answer = tuple[int, dict[str, str], bytes]
Ask = Callable[..., Answer]


def door_of(app: Flask) -> Door:
    return Door(app, partial(logs.of_station, app.extensions["traffic"], BATCHES))


def nothing_passes(_environ: object, _start: object) -> list[bytes]:
    raise AssertionError("the long way was taken")


def request_of(sender: Sender, body: bytes, **headers: str) -> Request:
    message = signing.request_message(sender.name, "POST", BATCHES, body)
    said = {
        "content-type": "application/json",
        "host": "x",
        "content-length": str(len(body)),
        "x-ghepmau-station": sender.name,
        "x-ghepmau-signature": signing.sign(sender.key, message),
    }
    return Request(path=BATCHES, query_string="", headers=Headers(said | headers))


def ask_at(front: Front, *asked: tuple[Request, bytes]) -> list[Answer]:
    """Bring all of *asked* at once."""

    async def bring() -> list[Answer]:
        lines = [Connection([body]) for _, body in asked]
        await asyncio.gather(
            *(
                front.__rsgi__(request, line)
                for (request, _), line in zip(asked, lines, strict=True)
            )  # type: ignore[arg-type]
        )
        return [line.answer for line in lines if line.answer is not None]

    return asyncio.run(bring())


@pytest.fixture
def door(app: Flask) -> Iterator[Door]:
    made = door_of(app)
    yield made
    made.close()


@pytest.fixture
def short(app: Flask, door: Door) -> Ask:
    """Bring an upload to a server that has both ways."""

    def ask(sender: Sender, body: bytes, **headers: str) -> Answer:
        front = Front(app, threads=1, largest=1 << 24, short=door)
        [answer] = ask_at(front, (request_of(sender, body, **headers), body))
        return answer

    return ask


def batch(sender: Sender, *written: bytes) -> bytes:
    return events.encode_batch(sender.name, list(written))


def count(database: Database, table: type[Any]) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_the_usual_upload_never_passes_through_flask(
    sender: Sender, door: Door, database: Database
) -> None:
    front = Front(nothing_passes, threads=1, largest=1 << 24, short=door)  # type: ignore[arg-type]
    body = batch(sender, sender.write(), sender.write())
    [(status, _, said)] = ask_at(front, (request_of(sender, body), body))
    assert status == 200
    assert json.loads(said)["stored"] == 2
    assert count(database, WireEvent) == 2


def test_an_answer_bears_the_same_headers_either_way(sender: Sender, short: Ask) -> None:
    body = batch(sender, sender.write())
    _, headers, said = short(sender, body)
    long = sender.post(body)
    assert json.loads(said) == {**long.get_json(), "stored": 1, "known": 0}
    own = dict(long.headers)
    assert len(headers.pop("X-Request-Id")) == len(own.pop("X-Request-Id"))
    own.pop("Content-Length")  # granian's to say
    assert headers == own


def unusual(sender: Sender) -> dict[str, tuple[bytes, dict[str, str]]]:
    """Return uploads that are not as usual, of a station that sent one event before."""
    first = sender.write()
    sender.send(first)
    changed = sender.write(id=events.decode(first).id)
    sender.seq += 1
    later, known = sender.write(), batch(sender, first)
    nul = sender.write().replace(b'"station-started"', b'"a\\u0000b"')
    return {
        "known": (known, {}),
        "changed": (batch(sender, changed), {}),
        "gap": (batch(sender, later), {}),
        "no upload": (b'{"v":1}', {}),
        "no JSON": (b"\xff", {}),
        "nothing": (b"", {}),
        "another's events": (events.encode_batch("ban-7", [first]), {}),
        "wrong signature": (known, {"x-ghepmau-signature": "AAAA"}),
        "no signature": (known, {"x-ghepmau-signature": ""}),
        "unknown station": (known, {"x-ghepmau-station": "ban-9"}),
        "another type": (known, {"content-type": "text/plain"}),
        "a charset": (known, {"content-type": "application/json; charset=UTF-8"}),
        "too large": (b" " * (5 << 20), {}),
        "what PostgreSQL cannot hold": (batch(sender, nul), {}),
    }


def kept_of(database: Database, sender: Sender) -> tuple[int, list[tuple[str, int]]]:
    with database.read() as session:
        stored = select(func.count()).where(WireEvent.station == sender.name)
        aside = select(Quarantine.reason, Quarantine.times).order_by(Quarantine.at, Quarantine.id)
        mine = session.execute(aside.where(Quarantine.station == sender.name))
        return session.scalar(stored) or 0, sorted((row.reason, row.times) for row in mine)


def told(status: int, said: bytes) -> tuple[int, str, bool]:
    answer = json.loads(said)
    return status, answer.get("code", ""), "heads" in answer


def test_what_is_unusual_is_answered_and_kept_as_on_the_long_way(
    make_sender: Any, short: Ask, database: Database
) -> None:
    one, other = make_sender("ban-1"), make_sender("ban-2")
    by_long, by_short = unusual(one), unusual(other)
    for case in by_long:
        body, headers = by_long[case]
        answer = one.post(body, **{key.title(): value for key, value in headers.items()})
        status, _, said = short(other, by_short[case][0], **by_short[case][1])
        assert told(status, said) == told(answer.status_code, answer.data), case
        assert kept_of(database, other) == kept_of(database, one), case


def test_a_clock_that_is_not_trusted_is_learned_from(
    sender: Sender, short: Ask, database: Database
) -> None:
    written = sender.write(trusted=False)
    body = events.encode_batch(sender.name, [written], boot="boot", mono=5)
    assert short(sender, body)[0] == 200
    assert count(database, StationBoot) == 1


def test_a_revoked_station_is_refused(sender: Sender, short: Ask, database: Database) -> None:
    with database.write() as session:
        session.get_one(Station, sender.name).state = "revoked"
    status, _, said = short(sender, batch(sender, sender.write()))
    assert (status, json.loads(said)["code"]) == (401, "station-revoked")
    assert count(database, WireEvent) == 0


def test_a_full_queue_sends_stations_away_for_a_while(
    sender: Sender, app: Flask, database: Database
) -> None:
    full = Writer(database, capacity=0)
    full.start()
    app.extensions["intake"] = (full, None)
    door = door_of(app)
    body = batch(sender, sender.write())
    front = Front(nothing_passes, threads=1, largest=1 << 24, short=door)  # type: ignore[arg-type]
    [(status, headers, said)] = ask_at(front, (request_of(sender, body), body))
    full.stop()
    door.close()
    assert (status, headers["Retry-After"], json.loads(said)["code"]) == (503, "2", "busy")


def test_many_that_come_at_once_are_all_answered_and_stored_once(
    make_sender: Any, app: Flask, database: Database
) -> None:
    """The writer is held up, so that they come into one commit and are told together."""
    writer = Writer(database)
    writer.start()
    app.extensions["intake"] = (writer, None)
    door = door_of(app)
    senders = [make_sender(f"ban-{number}") for number in range(12)]
    bodies = [batch(each, each.write(), each.write()) for each in senders]
    asked = [(request_of(each, body), body) for each, body in zip(senders, bodies, strict=True)]
    for way, stored in ((nothing_passes, 2), (app, 0)):  # and once more the same
        front = Front(way, threads=4, largest=1 << 24, short=door)  # type: ignore[arg-type]
        answers = ask_at(front, *asked)
        assert [json.loads(said)["stored"] for _, _, said in answers] == [stored] * 12
    writer.stop()
    door.close()
    assert count(database, WireEvent) == 24
