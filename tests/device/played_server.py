"""A server that plays every trick on an uplink."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from contract import signing
from contract.events import decode, decode_batch
from contract.lots import LotWire
from device.enrolment import Papers
from device.upstream import BATCHES, ME, MY_LOTS, MY_ROSTER

SEALING = signing.encode(X25519PrivateKey.generate().public_key().public_bytes_raw())
PAPERS = Papers("ban-1", "Bàn 1", "", "sampling", SEALING, {})
NOW = "2026-11-22T01:14:00+00:00"


class Asked(Protocol):
    path: str
    body: bytes
    headers: dict[str, str]


@dataclass
class Reply:
    status: int = 200
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)
    hang_up: bool = False


def refusing(reply: Reply | None) -> Callable[[list[int]], Reply | None]:
    return lambda _: reply


class Server:
    """A server with a memory; `refuse` decides about each upload before it is stored."""

    def __init__(self) -> None:
        self.stored: dict[int, bytes] = {}
        self.uploads: list[list[int]] = []
        self.refuse: Callable[[list[int]], Reply | None] = refusing(None)
        self.papers = msgspec.structs.replace(PAPERS, label="Bàn số 1", now=NOW)
        self.keys: list[str] = []
        self.lots = [LotWire("L-1", 26, 0, 99)]
        self.roster: object = None  # or a reply of its own

    def __call__(self, asked: Asked) -> Reply:
        if asked.path == ME:
            return Reply(body=self.papers)
        if asked.path == MY_LOTS:
            return Reply(body=self.lots)
        if asked.path == MY_ROSTER:
            return self._roster()
        assert asked.path == BATCHES
        message = signing.request_message("ban-1", "POST", BATCHES, asked.body)
        for key in self.keys:
            signature = asked.headers["X-Ghepmau-Signature"]
            signing.verify(signing.public_key(key), message, signature)
        return self._take([bytes(raw) for raw in decode_batch(asked.body).events])

    def _roster(self) -> Reply:
        if isinstance(self.roster, Reply):
            return self.roster
        return Reply(200, self.roster) if self.roster else Reply(404)

    def _take(self, events: list[bytes]) -> Reply:
        seqs = [decode(event).seq for event in events]
        self.uploads.append(seqs)
        refusal = self.refuse(seqs)
        if refusal is not None:
            return refusal
        known = sum(seq in self.stored for seq in seqs)
        self.stored.update(zip(seqs, events, strict=True))
        return Reply(body={"stored": len(seqs) - known, "known": known, "now": NOW})
