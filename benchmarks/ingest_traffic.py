"""Traffic for the intake: signed uploads made beforehand, and a client that costs little to run.

The client keeps every connection busy from one thread (`selectors`), so that on a machine with two
cores the server is what is measured.
"""

import selectors
import socket
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from time import perf_counter

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from contract import ids
from contract.events import NO_EVENT, TubePaired, digest, encode, encode_batch
from contract.sealing import seal
from contract.signing import request_message, sign
from contract.specimens import citizen_card, people
from contract.tubes import Tube, TubeId

PATH = "/api/v1/intake/batches"
EPOCH = "00000000000000e1"
_ANSWER_WITHIN = 60.0


@dataclass
class Chain:
    """One simulated station: it mints valid, chained pairings of made-up people."""

    station: str
    key: Ed25519PrivateKey
    seals: Sequence[str]
    series: int
    rng: Random
    seq: int = 0
    prev: str = field(default=NO_EVENT)
    first: int = 1  # the serial of its first tube
    shift: int = 0  # where in `seals` its people begin, so that stations do not pair the same ones
    numbers: Sequence[str] = ()  # of their cards, in the order of `seals`, for whoever checks

    def tubes(self, count: int) -> list[TubeId]:
        """Return the tubes of its first *count* events."""
        return [TubeId.mint(self.series, self.first + number) for number in range(count)]

    def given(self, count: int) -> Iterator[tuple[Tube, str]]:
        """Yield the tubes of its first *count* events, each with the number of whom it is of."""
        for place, tube in enumerate(self.tubes(count), 1 + self.shift):
            yield tube, self.numbers[place % len(self.numbers)]

    def events(self, count: int) -> list[bytes]:
        return [self._next() for _ in range(count)]

    def upload(self, events: list[bytes]) -> bytes:
        """Return the whole HTTP request that uploads *events*."""
        body = encode_batch(self.station, events)
        signature = sign(self.key, request_message(self.station, "POST", PATH, body))
        return http_post(
            PATH, body, {"X-Ghepmau-Station": self.station, "X-Ghepmau-Signature": signature}
        )

    def _next(self) -> bytes:
        self.seq += 1
        at = datetime.now(UTC)
        event = TubePaired(
            id=ids.ordered_id(at, self.rng.randbytes(ids.LOT)),
            station=self.station,
            epoch=EPOCH,
            seq=self.seq,
            prev=self.prev,
            at=at,
            trusted=True,
            boot="benchmark",
            mono=self.seq * 1_000_000,
            tube=TubeId.mint(self.series, self.first - 1 + self.seq).text,
            person=self.seals[(self.shift + self.seq) % len(self.seals)],
            person_kind="citizen-card",
            tag=f"{self.rng.getrandbits(64):016x}",
            order="person-first",
            took_ms=4200,
        )
        data = encode(event)
        self.prev = digest(data)
        return data


def seals_of(public: X25519PublicKey, count: int, rng: Random) -> list[str]:
    """Return sealed citizen cards of *count* made-up people."""
    return [seal(public, citizen_card(one, fields=7)) for one in people(count, rng)]


def http_post(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    lines += [f"Content-Length: {len(body)}", *(f"{k}: {v}" for k, v in headers.items()), "", ""]
    return "\r\n".join(lines).encode() + body


class Refused(Exception):
    """The server answered an upload with something other than 200."""


@dataclass
class Timing:
    """How long one round took, and each answer (seconds)."""

    took: float
    answers: list[float]


def drive(port: int, queues: Sequence[Iterable[bytes]]) -> Timing:
    """Send every request of each queue, one connection a queue, the next when one is answered."""
    chooser = selectors.DefaultSelector()
    lines = [_Line(port, iter(queue)) for queue in queues]
    began = perf_counter()
    for line in lines:
        if line.send():
            chooser.register(line.wire, selectors.EVENT_READ, line)
    while chooser.get_map():
        ready = chooser.select(_ANSWER_WITHIN)
        if not ready:
            raise Refused("the server stopped answering")
        for key, _ in ready:
            line = key.data
            if line.heard() and not line.send():
                chooser.unregister(line.wire)
    took = perf_counter() - began
    for line in lines:
        line.wire.close()
    return Timing(took, [answer for line in lines for answer in line.answers])


class _Line:
    """One connection that is kept alive."""

    def __init__(self, port: int, requests: Iterator[bytes]) -> None:
        self.wire = socket.create_connection(("127.0.0.1", port), timeout=_ANSWER_WITHIN)
        self.wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answers: list[float] = []
        self._requests, self._buffer, self._sent = requests, b"", 0.0

    def send(self) -> bool:
        request = next(self._requests, None)
        if request is None:
            return False
        self._sent = perf_counter()
        self.wire.sendall(request)
        return True

    def heard(self) -> bool:
        """Read what is there; return whether the answer is whole."""
        self._buffer += self.wire.recv(65536)
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return False
        if b" 200 " not in head.partition(b"\r\n")[0]:
            first = head.partition(b"\r\n")[0]
            raise Refused(f"{first!r}: {body[:300]!r}")
        self.answers.append(perf_counter() - self._sent)
        self._buffer = b""
        return True


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0
