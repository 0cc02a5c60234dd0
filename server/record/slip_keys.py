"""The keys that sign result slips: they follow from the vault, one for each number.

A new number makes a new key; what earlier ones signed is still known for ours.
"""

from base64 import b64encode
from collections.abc import Mapping

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from contract.issuing import key_id_of
from server import vault

_PEM, _PUBLIC = Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
_CURVE = ec.SECP256R1()
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def signing_key(number: int) -> ec.EllipticCurvePrivateKey:
    """Return the private key *number*: the same each time under one vault."""
    secret = vault.current().derive("slip.key", str(number))
    more = vault.current().derive("slip.key.more", str(number))
    return ec.derive_private_key(int.from_bytes(secret + more) % (_ORDER - 1) + 1, _CURVE)


def public_keys(newest: int) -> Mapping[bytes, ec.EllipticCurvePublicKey]:
    """Return every public key up to *newest*, by its id."""
    keys = (signing_key(number).public_key() for number in range(newest, 0, -1))
    return {key_id_of(key): key for key in keys}


class PublishedKey(msgspec.Struct, frozen=True):
    """A public key as others load it: its id as base64 and as hexadecimal, itself as PEM."""

    kid: str
    kid_hex: str
    algorithm: str
    public_key: str


class PublishedKeys(msgspec.Struct, frozen=True):
    issuer: str
    keys: list[PublishedKey]


def published(newest: int, issuer: str) -> PublishedKeys:
    """Return the public keys, the newest first."""
    keys = [
        PublishedKey(
            b64encode(key_id).decode(), key_id.hex(), "ES256",
            key.public_bytes(_PEM, _PUBLIC).decode(),
        )
        for key_id, key in public_keys(newest).items()
    ]  # fmt: skip
    return PublishedKeys(issuer, keys)
