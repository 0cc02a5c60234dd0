"""The arithmetic of the audit chain.  Pure: bytes in, bytes out.

An entry's mark is a keyed hash of what it says, so nobody writes one without the key.  A link's
hash is over the link before it and all of its entry.  A seal signs the number of links, their last
hash and the time.  Whoever holds an older seal, on paper or elsewhere, can tell a shortened chain.
"""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from contract.signing import BadSignature, decode, encode

GENESIS = sha256(b"ghepmau audit chain").digest()
NONCE = 8  # bytes that make two entries of equal words different
_MARK = 16
_PADS = (0x36, 0x5C)  # HMAC's (RFC 2104)


@dataclass(frozen=True, slots=True)
class Said:
    """What an entry says."""

    at: datetime
    actor: str
    action: str
    subject: str
    detail: str | None

    def words(self) -> list[str | None]:
        return [moment(self.at), self.actor, self.action, self.subject, self.detail]


def moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def mark(key: bytes, nonce: bytes, said: Said) -> bytes:
    """Return an entry's mark: *nonce*, then its keyed hash."""
    return mark_words(key, nonce, said.words())


def mark_words(key: bytes, nonce: bytes, words: Sequence[str | None]) -> bytes:
    """As `mark`, of an entry whose words are put together already: see `Said.words`."""
    content = msgspec.json.encode(words)
    return nonce + hmac.digest(key, nonce + content, "sha256")[:_MARK]


def marker(key: bytes) -> Callable[[bytes, Sequence[str | None]], bytes]:
    """Return `mark_words` under *key* (at most 64 bytes) for many entries.

    HMAC takes the key in anew for each; here that is done once, and the rest goes on from it.
    """
    inner, outer = (sha256(bytes(each ^ pad for each in key.ljust(64, b"\0"))) for pad in _PADS)
    write = msgspec.json.Encoder().encode

    def mark_one(nonce: bytes, words: Sequence[str | None]) -> bytes:
        within, around = inner.copy(), outer.copy()
        within.update(nonce + write(words))
        around.update(within.digest())
        return nonce + around.digest()[:_MARK]

    return mark_one


def is_marked(key: bytes, known: bytes, said: Said) -> bool:
    """Return whether *known* is the mark that whoever holds *key* put on these words."""
    return hmac.compare_digest(known, mark(key, known[:NONCE], said))


def link(before: bytes, position: int, entry: int, said: Said, known: bytes | None) -> bytes:
    """Return the hash of the chain with one entry more."""
    whole = [position, entry, *said.words(), known.hex() if known else None]
    return sha256(before + msgspec.json.encode(whole)).digest()


@dataclass(frozen=True, slots=True)
class Seal:
    """The chain at a moment: *number* counts seals, *position* links, *head* is the last hash."""

    number: int
    at: datetime
    position: int
    head: str

    def text(self) -> bytes:
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        return f"ghepmau audit seal|{self.number}|{at}|{self.position}|{self.head}".encode()


def sign(key: Ed25519PrivateKey, seal: Seal) -> str:
    return encode(key.sign(seal.text()))


def is_signed(key: Ed25519PublicKey, seal: Seal, signature: str) -> bool:
    try:
        key.verify(decode(signature), seal.text())
    except (InvalidSignature, BadSignature, ValueError):
        return False
    return True
