"""A network that takes an upload slowly, or breaks under it: what was paired gets through."""

import socket
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract import signing
from contract.events import TubePaired
from device.backlog import Backlog, read_sent
from device.enrolment import Office, Secrets
from device.journal import Journal
from device.uplink import Uplink
from device.upstream import BATCHES, Upstream
from tests.device.played_server import PAPERS, Reply, Server

LARGE = 8 << 20  # more than a kernel keeps of what is to be sent
PIECE, PAUSE, PATIENCE = 128 * 1024, 0.03, 1.0
TAKEN = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def take_slowly(listening: socket.socket, got: list[int]) -> None:
    """Read an upload in pieces with pauses, all of it longer than PATIENCE; then answer."""
    line, _ = listening.accept()
    with closing(line), line.makefile("rb") as said:
        length = 0
        while (head := said.readline()) != b"\r\n":
            name, _, value = head.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        while sum(got) < length and (part := said.read(min(PIECE, length - sum(got)))):
            got.append(len(part))
            Event().wait(PAUSE)
        line.sendall(TAKEN)


def test_an_upload_goes_on_for_as_long_as_the_network_takes_a_piece_of_it_in_time() -> None:
    got: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Thread(target=take_slowly, args=(listening, got))
        server.start()
        up = Upstream(f"http://127.0.0.1:{listening.getsockname()[1]}", PATIENCE)
        answer = up.post(BATCHES, "ban-1", Ed25519PrivateKey.generate(), b"m" * LARGE)
        server.join()
    assert (answer.status, sum(got)) == (200, LARGE)
    assert len(got) * PAUSE > PATIENCE


@pytest.fixture
def state(tmp_path: Path, paired: Callable[..., TubePaired]) -> Path:
    office, secrets = Office(tmp_path), Secrets.mint()
    office.keep(PAPERS)
    office.keep_secrets(secrets)
    with closing(Journal(tmp_path / "journal", "ban-1")) as journal:
        for number in range(200):
            journal.append(paired(number))
    return tmp_path


@pytest.mark.parametrize(
    "said", [Reply(hang_up=True), Reply(408), Reply(504)], ids=["breaks", "408", "504"]
)
def test_a_network_that_breaks_under_large_uploads_is_given_smaller_ones(
    state: Path, serve: Callable[[Server], str], said: Reply
) -> None:
    """Or one on which they take longer than the server waits, or a proxy before it."""
    server = Server()
    server.keys.append(signing.public_text(Office(state).secrets().key))
    server.refuse = lambda seqs: said if len(seqs) > 40 else None
    up = Uplink(Office(state), Backlog(state), Upstream(serve(server), 2.0), most=150)
    for _ in range(40):
        up.turn()
    assert sorted(server.stored) == list(range(1, 201))
    assert read_sent(state).trouble == ""
