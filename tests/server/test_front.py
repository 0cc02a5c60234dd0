import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask

from server.config import Settings
from server.front import Front, environ
from server.room import NoRoom, Room
from server.wsgi import front_of


class Headers(dict[str, str]):
    """As granian gives them: several of a name may come out of `items`."""


@dataclass
class Request:
    method: str = "POST"
    path: str = "/tubes/mẫu"
    query_string: str = "q=%20"
    scheme: str = "http"
    client: str = "10.0.0.7:51000"
    server: str = "127.0.0.1:8000"
    http_version: str = "1.1"
    headers: Headers = field(default_factory=lambda: Headers({"host": "x", "content-length": "4"}))


class Connection:
    """A client that sends its body in parts, perhaps with pauses."""

    def __init__(self, parts: Iterable[bytes], pause: float = 0.0) -> None:
        self.parts = parts
        self.pause = pause
        self.read = 0  # parts that were asked for
        self.answer: tuple[int, dict[str, str], bytes] | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self.parts:
            await asyncio.sleep(self.pause)
            self.read += 1
            yield part

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.answer = status, dict(headers), body


def echo(environment: dict[str, Any], start: Any) -> list[bytes]:
    start("200 OK", [("Content-Type", "text/plain")])
    return [environment["wsgi.input"].read(), environment["PATH_INFO"].encode("latin-1")]


def ask(request: Request, connection: Connection, **limits: Any) -> tuple[int, dict, bytes]:
    front = Front(echo, **{"threads": 1, "largest": 100, **limits})
    asyncio.run(front.__rsgi__(request, connection))  # type: ignore[arg-type]
    front.__rsgi_del__(None)  # type: ignore[arg-type]
    assert connection.answer is not None
    assert front.room.held == front.room.held_large == 0  # nothing stays, refused or not
    return connection.answer


def test_a_request_comes_through_whole() -> None:
    status, headers, body = ask(Request(), Connection([b"ab", b"cd"]))
    assert (status, headers["Content-Type"]) == (200, "text/plain")
    assert body == b"abcd" + "/tubes/mẫu".encode()


def test_a_body_that_is_too_large_is_refused_unread() -> None:
    headers = Headers({"host": "x", "content-length": "101"})
    status, answer, body = ask(Request(headers=headers), Connection([]))
    assert (status, answer["Connection"]) == (413, "close")
    assert b"too-large" in body


@pytest.mark.parametrize("parts", [[], [b"ab"], [b"ab", b"c"], [b"abcd", b"e"]])
def test_a_body_that_was_cut_off_is_not_taken_for_a_shorter_one(parts: list[bytes]) -> None:
    status, answer, body = ask(Request(), Connection(parts))
    assert (status, answer["Connection"]) == (400, "close")
    assert b"cut-off" in body


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "x", "transfer-encoding": "chunked"}, 411),
        ({"host": "x", "transfer-encoding": "chunked", "content-length": "4"}, 411),
        ({"content-length": "4"}, 400),
    ],
)
def test_a_request_says_how_long_it_is_and_for_which_host(
    headers: dict[str, str], status: int
) -> None:
    answer = ask(Request(headers=Headers(headers)), Connection([b"abcd"]))
    assert (answer[0], answer[1]["Connection"]) == (status, "close")


def test_a_body_that_comes_too_slowly_is_refused() -> None:
    long = Request(headers=Headers({"host": "x", "content-length": "100"}))
    status, _, body = ask(long, Connection([b"a"] * 50, pause=0.02), first_seconds=0.1)
    assert status == 408
    assert b"too-slow" in body


def test_a_header_cannot_pass_for_another_one() -> None:
    headers = Headers({"x_forwarded_for": "1.2.3.4", "x-forwarded-for": "10.0.0.1"})
    given = environ(Request(headers=headers), b"")  # type: ignore[arg-type]
    assert given["HTTP_X_FORWARDED_FOR"] == "10.0.0.1"
    assert given["REMOTE_ADDR"] == "10.0.0.7"
    assert given["CONTENT_LENGTH"] == "0"


FIFTY = Request(headers=Headers({"host": "x", "content-length": "50"}))


def all_at_once(front: Front, sent: Iterable[Connection]) -> list[tuple[int, dict[str, str]]]:
    """Let each send 50 bytes; return the statuses and heads of what they hear."""

    async def bring() -> None:
        await asyncio.gather(*(front.__rsgi__(FIFTY, each) for each in sent))  # type: ignore[arg-type]

    asyncio.run(bring())
    assert front.room.held == front.room.held_large == 0
    return [each.answer[:2] for each in sent if each.answer is not None]


def test_bodies_that_come_together_wait_for_room() -> None:
    front = Front(echo, threads=1, largest=100, room=Room(most=100, large=0, ordinary=100))
    sent = [Connection([b"m" * 10] * 5, pause=0.01) for _ in range(20)]
    assert [status for status, _ in all_at_once(front, sent)] == [200] * 20


def test_a_body_that_waits_for_room_in_vain_is_read_and_its_sender_told_to_come_again() -> None:
    """It is said to whoever listens: one that is still sending would see the connection break."""
    room = Room(most=100, large=0, ordinary=100, patience=0.05)
    front = Front(echo, threads=1, largest=100, room=room)
    sent = [Connection([b"m" * 10] * 5, pause=0.1) for _ in range(20)]
    heard = all_at_once(front, sent)
    assert sorted(status for status, _ in heard) == [200, 200, *[503] * 18]
    assert {head.get("Retry-After") for status, head in heard if status == 503} == {"5"}
    assert {each.read for each in sent} == {5}
    assert all_at_once(front, [Connection([b"m" * 50])])[0][0] == 200


def test_one_who_gives_up_waiting_for_room_takes_none() -> None:
    """Be it before there is room, or in the moment when it is given."""
    room = Room(most=100, large=0, ordinary=100)

    async def keep() -> None:
        async with room.kept_for(60):
            await asyncio.Event().wait()

    async def some_leave() -> int:
        first, second, third = (asyncio.create_task(keep()) for _ in range(3))
        await asyncio.sleep(0)
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        for each in (first, third):  # the third is given what the first leaves, and leaves too
            each.cancel()
        await asyncio.gather(first, third, return_exceptions=True)
        return room.held

    assert asyncio.run(some_leave()) == 0


def test_large_bodies_leave_room_for_others() -> None:
    room = Room(most=100, large=60, ordinary=10, patience=0.01)

    async def refused(length: int) -> bool:
        try:
            async with room.kept_for(length):
                return False
        except NoRoom:
            return True

    async def come() -> None:
        async with AsyncExitStack() as kept:
            await kept.enter_async_context(room.kept_for(60))
            assert await refused(11)
            for _ in range(4):
                await kept.enter_async_context(room.kept_for(10))
            assert (room.held, room.held_large) == (100, 60)
            assert await refused(1)

    asyncio.run(come())
    assert (room.held, room.held_large) == (0, 0)


def test_a_machines_file_is_taken_where_machines_files_are_taken(
    app: Flask, settings: Settings
) -> None:
    front = front_of(app, settings)
    length = 20 << 20
    headers = Headers({"host": "x", "content-length": str(length)})
    got = {}
    for path in ("/login", "/api/v1/stations/enrol", "/no/such/page", "/imports"):
        connection = Connection([b"m" * (1 << 20)] * 3)
        request = Request(path=path, headers=headers)
        asyncio.run(front.__rsgi__(request, connection))  # type: ignore[arg-type]
        assert connection.answer is not None
        got[path] = connection.answer[0]
    front.__rsgi_del__(None)  # type: ignore[arg-type]
    refused = {"/login": 413, "/api/v1/stations/enrol": 413, "/no/such/page": 413}
    assert got == {**refused, "/imports": 400}  # read, and cut off
