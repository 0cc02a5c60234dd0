"""Ed25519 signatures of stations and of the card press; keys travel as unpadded base64url.

What is signed always begins with a purpose, so that no signature can serve for another thing.
"""

import base64
import binascii
import re
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

REQUEST = b"ghepmau-request-v1"
CARD = b"ghepmau-card-v1"
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)


class BadSignature(ValueError):
    """A signature or a key is malformed, or the signature is not by that key."""


def encode(data: bytes) -> str:
    """Return *data* as unpadded base64url."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """Undo `encode`; raise BadSignature if *text* is not base64url."""
    if _BASE64URL.fullmatch(text) is None:
        raise BadSignature("not base64url text")
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise BadSignature("base64url text was cut off") from error


def private_key(seed: bytes) -> Ed25519PrivateKey:
    """Return the key of a 32-byte *seed*."""
    return Ed25519PrivateKey.from_private_bytes(seed)


def public_key(text: str) -> Ed25519PublicKey:
    """Return the public key that `public_text` wrote; raise BadSignature if it is none."""
    try:
        return Ed25519PublicKey.from_public_bytes(decode(text))
    except ValueError as error:
        raise BadSignature("not an Ed25519 public key") from error


def public_text(key: Ed25519PrivateKey) -> str:
    return encode(key.public_key().public_bytes_raw())


def request_message(station: str, method: str, path: str, body: bytes) -> bytes:
    """Return what a station signs for one HTTP request (*path* without the query).

    A replay is harmless: an upload is idempotent, and the rest only reads.
    """
    return b"\n".join(
        (REQUEST, station.encode(), method.encode(), path.encode(), sha256(body).digest())
    )


def sign(key: Ed25519PrivateKey, message: bytes) -> str:
    return encode(key.sign(message))


def verify(key: Ed25519PublicKey, message: bytes, signature: str) -> None:
    """Raise BadSignature unless *signature* is *key*'s over *message*."""
    try:
        key.verify(decode(signature), message)
    except InvalidSignature as error:
        raise BadSignature("the signature does not fit") from error
