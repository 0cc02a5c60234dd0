"""Sealed codes: what a person held up, readable by the server alone.

A station seals a person's code to the server's public key before it writes it down, so a stolen
card, a stolen journal or a lost USB stick names nobody.

    version(1) | key id(4) | ephemeral X25519 public key(32) | AES-256-GCM text and tag

Key and nonce come from HKDF-SHA256 over the shared secret; each ephemeral key seals once.
"""

from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from contract.signing import BadSignature, decode, encode

_VERSION = b"\x01"
_PURPOSE = b"ghepmau-seal-v1"
_HEAD = 5


class SealError(ValueError):
    """A sealed text is damaged, or sealed to another key."""


def key_id(public: X25519PublicKey) -> bytes:
    """Return the four bytes that name *public* in sealed texts."""
    return sha256(public.public_bytes_raw()).digest()[:4]


def seal(public: X25519PublicKey, data: bytes) -> str:
    """Seal *data* to the holder of *public*; unpadded base64url."""
    once = X25519PrivateKey.generate()
    mine = once.public_key().public_bytes_raw()
    key, nonce = _derive(once.exchange(public), mine)
    head = _VERSION + key_id(public)
    return encode(head + mine + AESGCM(key).encrypt(nonce, data, head))


def unseal(private: X25519PrivateKey, sealed: str) -> bytes:
    """Undo `seal`; raise SealError if it cannot be undone with *private*."""
    try:
        blob = decode(sealed)
        head, theirs, text = blob[:_HEAD], blob[_HEAD : _HEAD + 32], blob[_HEAD + 32 :]
        if head != _VERSION + _own_id(private):
            raise SealError("sealed to another key")
        shared = private.exchange(X25519PublicKey.from_public_bytes(theirs))
        key, nonce = _derive(shared, theirs)
        return AESGCM(key).decrypt(nonce, text, head)
    except (BadSignature, InvalidTag) as error:
        raise SealError("a sealed code is damaged") from error
    except ValueError as error:
        raise SealError(f"cannot unseal: {error}") from error


@lru_cache(maxsize=1)
def _own_id(private: X25519PrivateKey) -> bytes:
    """Return what texts name that are sealed to this key; worked out once.

    Of the last key alone: one that was rotated away is let go with the first text of the next.
    """
    return key_id(private.public_key())


def _derive(shared: bytes, ephemeral: bytes) -> tuple[bytes, bytes]:
    stream = HKDF(algorithm=SHA256(), length=44, salt=ephemeral, info=_PURPOSE).derive(shared)
    return stream[:32], stream[32:]
