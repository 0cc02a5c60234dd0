"""Connections that are kept, and what comes over them."""

import gc
import gzip
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

import pytest

from server.delivery.channels import Unreachable
from server.exchange.http import Access, Http, Uncertain

Started = tuple[Http, Callable[[], None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture
def serve() -> Iterator[Callable[..., Started]]:
    """Start a receiver that says each of *answers* on a connection of its own, then closes it."""
    listening = socket.create_server(("127.0.0.1", 0))
    made: list[Http] = []
    closed: SimpleQueue[None] = SimpleQueue()

    def started(*answers: bytes) -> Started:
        def run() -> None:
            for answer in answers:
                wire, _ = listening.accept()
                with wire:
                    wire.recv(65536)
                    wire.sendall(answer)
                    wire.shutdown(socket.SHUT_RDWR)
                closed.put(None)

        Thread(target=run, daemon=True).start()
        made.append(Http(Access(f"http://127.0.0.1:{listening.getsockname()[1]}/in", timeout=10)))
        return made[-1], lambda: closed.get(timeout=30)

    yield started
    for http in made:
        http.close()
    listening.close()


def test_a_kept_connection_that_was_closed_meanwhile_costs_nothing(
    serve: Callable[..., Started],
) -> None:
    http, is_closed = serve(OK, OK, OK)
    for _ in range(3):
        assert http.call("POST", "", b"x").body == b"ok"
        is_closed()


def test_an_answer_that_ends_early_is_no_receipt(serve: Callable[..., Started]) -> None:
    http, _ = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nok", b"", OK)
    for _ in range(2):
        with pytest.raises(Uncertain):
            http.call("POST", "", b"x")
    assert http.call("POST", "", b"x").status == 200


def test_half_an_answer_leaves_no_socket_open(serve: Callable[..., Started]) -> None:
    """Not even until the collector comes: a receiver on a bad line would use up all there are."""
    http, is_closed = serve(*[b"HTTP/1.0 200 OK\r\nContent-Length: 20\r\n\r\nok"] * 5)
    gc.disable()
    try:
        before, troubles = _sockets(), []
        for _ in range(5):
            with pytest.raises(Uncertain) as trouble:
                http.call("POST", "", b"x")
            troubles.append(trouble)  # with all that its frames hold
            is_closed()
        assert _sockets() <= before
    finally:
        gc.enable()


def _sockets() -> int:
    links = [each.readlink() for each in Path("/proc/self/fd").iterdir() if each.is_symlink()]
    return sum(str(link).startswith("socket:") for link in links)


def test_a_packed_answer_is_unpacked_though_nobody_asked_for_it(
    serve: Callable[..., Started],
) -> None:
    packed = gzip.compress(b'{"a":1}')
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    http, _ = serve(head.encode() + packed)
    assert http.call("GET", "x?y=1").body == b'{"a":1}'


def test_nobody_there_is_nobodys_fault() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(Unreachable):
        Http(Access(f"http://127.0.0.1:{port}")).call("POST", "", b"x")
