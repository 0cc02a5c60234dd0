"""A crowd comes at one moment, and each of it behaves as a station does."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Barrier, Lock, Thread

import pytest

from benchmarks.load_lines import Sent, come

MANY = 40


class Busy(ThreadingHTTPServer):
    """Answers *first* to the first try of each path, once all are there; 200 to later ones."""

    request_queue_size = MANY
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.first, self.wait, self.bodies = 503, "0", list[bytes]()
        self.seen, self.lock, self.all_here = set[str](), Lock(), Barrier(MANY, timeout=20)

    def take(self, path: str, body: bytes) -> int:
        with self.lock:
            again = path in self.seen
            self.seen.add(path)
            if again or self.first == 200:
                self.bodies.append(body)
        if not again:
            self.all_here.wait()
        return 200 if again else self.first


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Busy

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.server.take(self.path, body)
        if not status:
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Length", "2")
        if status == 503:
            self.send_header("Retry-After", self.server.wait)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def busy() -> Iterator[Busy]:
    with Busy() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def uploads() -> list[list[Sent]]:
    return [[(f"/{number}", b"%d" % number, {"X-Number": str(number)})] for number in range(MANY)]


def test_all_are_there_at_once_and_who_is_put_off_comes_again_until_all_is_in(busy: Busy) -> None:
    crowd = come(busy.server_port, uploads())
    assert crowd.lines == MANY
    assert crowd.said == {503: MANY, 200: MANY}
    assert crowd.tries == 2
    assert (crowd.refused, crowd.left) == (0, 0)
    assert sorted(busy.bodies) == sorted(b"%d" % number for number in range(MANY))


def test_nobody_comes_before_the_time_that_the_server_named(busy: Busy) -> None:
    busy.wait = "1"
    crowd = come(busy.server_port, uploads())
    assert min(crowd.answers) >= 1
    assert len({round(each, 3) for each in crowd.answers}) > MANY // 4  # nor all at one moment


def test_who_hears_nothing_opens_another_line_and_sends_the_same(busy: Busy) -> None:
    busy.first = 0
    crowd = come(busy.server_port, uploads())
    assert crowd.said == {0: MANY, 200: MANY}
    assert len(busy.bodies) == MANY


def test_what_no_station_would_send_again_is_counted_as_refused(busy: Busy) -> None:
    busy.first = 409
    crowd = come(busy.server_port, uploads())
    assert (crowd.refused, crowd.tries, crowd.said) == (MANY, 1, {409: MANY})


def test_what_is_not_in_when_patience_ends_is_said(busy: Busy) -> None:
    busy.wait = "2"
    crowd = come(busy.server_port, uploads(), patience=1)
    assert crowd.left == MANY
    assert crowd.refused == 0
