"""One station that pairs and sends, each batch until it is acknowledged, then the next."""

import http.client
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from threading import Event
from time import monotonic, monotonic_ns
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from contract import events, signing
from contract.sealing import seal
from contract.specimens import Specimen, citizen_card
from contract.tubes import TubeId
from faults.paired import Pair

BATCHES = "/api/v1/intake/batches"
BATCH, PAIRS = 20, 15  # events in a batch, of which so many are pairings; then refused scans
PAUSE = 0.25  # between two batches of one station: a load, not a siege
SERIES = 20
EPOCH = "0" * 16
COMES_AGAIN = 0.2  # after an answer that is none


@dataclass
class Sender:
    """One station: what it wrote, whom it paired, and when each batch was acknowledged."""

    name: str
    sealing: X25519PublicKey
    first: int  # the serial of its first tube
    crowd: Sequence[Specimen]
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    pairs: list[Pair] = field(default_factory=list)
    written: list[bytes] = field(default_factory=list)
    acked: int = 0  # of what was written
    acks: list[float] = field(default_factory=list)
    resent: int = 0
    met: Counter[str] = field(default_factory=Counter)

    def run(self, port: int, stop: Event) -> None:
        while not stop.is_set():
            body = self._next()
            while not stop.is_set() and not self._sent(port, body):
                self.resent += 1
                stop.wait(COMES_AGAIN)
            stop.wait(PAUSE)

    def sent_once(self, port: int) -> bool:
        """Send the next batch; return whether it was acknowledged at once."""
        return self._sent(port, self._next())

    def _next(self) -> bytes:
        for place in range(BATCH):
            event = self._paired() if place < PAIRS else self._refused()
            self.written.append(events.encode(event))
        return events.encode_batch(self.name, self.written[-BATCH:])

    def _paired(self) -> events.TubePaired:
        one = self.crowd[len(self.pairs) % len(self.crowd)]
        text = TubeId.mint(SERIES, self.first + len(self.pairs)).text
        event = events.TubePaired(
            **self._common(), tube=text, person=seal(self.sealing, citizen_card(one)),
            person_kind="citizen-card", tag=sha256(one.number.encode()).hexdigest()[:16],
            order="person-first", took_ms=4200,
        )  # fmt: skip
        self.pairs.append(Pair(event.id, text, one.number))
        return event

    def _refused(self) -> events.ScanRefused:
        return events.ScanRefused(**self._common(), reason="tube-used")

    def _common(self) -> dict[str, Any]:
        before = events.digest(self.written[-1]) if self.written else events.NO_EVENT
        return {
            "id": uuid4(), "station": self.name, "epoch": EPOCH, "seq": len(self.written) + 1,
            "prev": before, "at": datetime.now(UTC), "trusted": True, "boot": "b",
            "mono": monotonic_ns(),
        }  # fmt: skip

    def pairs_of(self, stored: int) -> list[Pair]:
        """Return the pairs among its first *stored* events, which are whole batches."""
        return self.pairs[: stored // BATCH * PAIRS]

    def _sent(self, port: int, body: bytes) -> bool:
        """Send *body* once; return whether it was acknowledged."""
        message = signing.request_message(self.name, "POST", BATCHES, body)
        headers = {
            "Content-Type": "application/json",
            "X-Ghepmau-Station": self.name,
            "X-Ghepmau-Signature": signing.sign(self.key, message),
        }
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=25)) as connection:
                connection.request("POST", BATCHES, body, headers)
                answer = connection.getresponse()
                answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.met[type(error).__name__] += 1
            return False
        if answer.status != 200:
            self.met[str(answer.status)] += 1
            return False
        self.acked = len(self.written)
        self.acks.append(monotonic())
        return True
