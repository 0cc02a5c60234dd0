"""Only what a Ghép Mẫu above says of that very message is a receipt, and nobody else's 200."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import msgspec
import pytest
from flask import Flask
from werkzeug.serving import make_server

from contract.upstream import FiguresWire, OutcomeWire
from server.accounts import partners
from server.db import Database
from server.delivery import circuits, routes
from server.delivery.routes import Route
from server.delivery.said import ours, vietnamese
from server.delivery.worker import run_once
from server.exchange.http import Access, Answer, Http
from server.exchange.simulated import SimulatedSystem
from server.exchange.upstream import NOT_OURS, UpstreamChannel, is_receipt
from server.lab.words import Call
from server.permissions import Scope
from tests.server.exchange.conftest import Day
from tests.server.exchange.test_webhook import system

__all__ = ["system"]

LINE = "0123456789abcdef" * 2
OUTCOME = OutcomeWire(line=LINE, version=2, status="positive", place="vn-2021:24", pool=False,
                      day=date(2026, 11, 23), method="pcr", released_at=None)  # fmt: skip


def figures(day: Day) -> FiguresWire:
    return FiguresWire(day=OUTCOME.day, at=day.now, places=())


def up(day: Day, clock: Any, url: str, **more: Any) -> UpstreamChannel:
    return UpstreamChannel(Http(Access(url, **more)), day.database, clock)


@pytest.fixture
def above(app: Flask, database: Database, day: Day, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A real server of ours that takes everybody's; its address, and the file with our token."""
    token = tmp_path / "token"
    with database.write() as session:
        made = partners.add_partner(session, "tinh", label="Tỉnh", scopes=[Scope.UPSTREAM],
                                    place=partners.EVERYWHERE, by="user:quan",
                                    now=day.now)  # fmt: skip
    token.write_text(made)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", token
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("fault", ["wrong", "200", "201", "302", "511"])
def test_what_a_sign_in_page_or_a_proxy_answers_is_no_receipt_and_costs_no_try(
    fault: str, system: SimulatedSystem, day: Day, clock: Any, above: tuple[str, Path]
) -> None:
    system.faults = [fault] * 9
    routes.install([Route("nation")])
    tube, _ = day.pair("Lê Văn An")
    day.release(tube, Call.POSITIVE)
    assert run_once(day.database, {"nation": up(day, clock, system.start())}, day.now) == 0
    [message] = day.messages("nation")
    assert (message.state, message.attempts, ours(message.last_error)) == ("waiting", 0, NOT_OURS)
    assert "không phải là Ghép Mẫu" in vietnamese(NOT_OURS)
    with day.database.read() as session:
        assert circuits.of(session, ["nation"])["nation"].away_since == day.now
    url, token = above
    there = {"nation": up(day, clock, url, token_file=str(token))}
    assert run_once(day.database, there, day.now + timedelta(hours=1)) == 1
    [message] = day.messages("nation")
    assert message.state == "delivered"


def test_what_a_server_of_ours_answers_is_a_receipt_the_second_time_too(
    above: tuple[str, Path], day: Day
) -> None:
    url, token = above
    http = Http(Access(url, token_file=str(token)))
    for path, said in (("outcomes", OUTCOME), ("figures", figures(day))):
        for _ in range(2):
            answer = http.call("POST", f"api/v1/upstream/{path}", msgspec.json.encode(said))
            assert is_receipt(answer, said), answer


def test_what_releases_of_before_answer_is_a_receipt(day: Day) -> None:
    said = b'{"line":"%s","new":false,"version":2}\n' % LINE.encode()
    assert is_receipt(Answer(200, said), OUTCOME)
    assert is_receipt(Answer(200, b'{"day":"2026-11-23","new":true}\n'), figures(day))


def test_an_answer_about_something_else_or_our_own_words_are_no_receipt(day: Day) -> None:
    other = b'{"line":"%s","new":true,"version":1}' % LINE.encode()
    for body in (b"", b"[]", b'{"ok":true}', b"\xff", other, msgspec.json.encode(OUTCOME)):
        assert not is_receipt(Answer(200, body), OUTCOME)
    said = figures(day)
    for body in (b"", b'{"day":"2026-11-22","new":true}', msgspec.json.encode(said)):
        assert not is_receipt(Answer(200, body), said)
