"""A security key in software, as browsers show one to a page: it signs, and may cheat."""

import json
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from struct import pack
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256

from contract.signing import encode

PRESENT, ATTESTED = 0x01, 0x40
Options = dict[str, Any]


@dataclass
class SoftKey:
    """One key for one account; `count` is what it will say it counted next."""

    count: int = 1
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    private: EllipticCurvePrivateKey = field(
        default_factory=lambda: generate_private_key(SECP256R1())
    )

    def create(self, options: Options, origin: str, domain: str = "") -> str:
        """Return what `navigator.credentials.create` gives a page at *origin*."""
        domain = domain or options["rp"]["id"]
        attested = bytes(16) + pack(">H", len(self.id)) + self.id + self._public()
        data = self._data(domain, PRESENT | ATTESTED) + attested
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        said = _said("webauthn.create", options, origin)
        return self._answer(clientDataJSON=said, attestationObject=made)

    def get(self, options: Options, origin: str, domain: str = "") -> str:
        """Return what `navigator.credentials.get` gives a page at *origin*."""
        data = self._data(domain or options["rpId"], PRESENT)
        said = _said("webauthn.get", options, origin)
        signature = self.private.sign(data + sha256(said).digest(), ECDSA(SHA256()))
        return self._answer(clientDataJSON=said, authenticatorData=data, signature=signature)

    def _public(self) -> bytes:
        at = self.private.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (at.x, at.y))
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def _data(self, domain: str, flags: int) -> bytes:
        said = sha256(domain.encode()).digest() + pack(">BI", flags, self.count)
        self.count += 1
        return said

    def _answer(self, **parts: bytes) -> str:
        response = {name: encode(part) for name, part in parts.items()}
        name = encode(self.id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})


def _said(kind: str, options: Options, origin: str) -> bytes:
    return json.dumps({"type": kind, "challenge": options["challenge"], "origin": origin}).encode()
