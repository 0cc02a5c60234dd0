"""Issue a digital health certificate of one test, `HC1:`, signed with a key of ours (ES256).

The inverse of `contract.certificates`: claims -> COSE_Sign1 -> zlib -> base45.  What it says is
what the caller knows; nothing here reads a clock or keeps a key.
"""

import zlib
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import base45
import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from contract import names
from contract.certificates import PREFIX

COVID = "840539006"  # SNOMED CT: the disease
DETECTED, NOT_DETECTED = "260373001", "260415000"  # SNOMED CT
NUCLEIC_ACID = "LP6464-4"  # LOINC: a test by amplification
_COUNTRY = "VN"
_SCHEMA = "1.3.0"
_HALF = 32  # bytes of each half of an ES256 signature


@dataclass(frozen=True, slots=True)
class TestSlip:
    """One test of one person.  `birth` is yyyy-mm-dd, yyyy or ''; `number` is unique for ever."""

    __test__ = False

    number: str
    name: str
    birth: str
    detected: bool
    sampled: datetime
    issued: datetime
    expires: datetime
    issuer: str
    centre: str


def key_id_of(key: ec.EllipticCurvePublicKey) -> bytes:
    """Return the eight bytes by which a key of ours is called in what it signed."""
    written = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return sha256(written).digest()[:8]


def identifier(number: str) -> str:
    """Return the certificate's own name, which holds *number*."""
    return f"URN:UVCI:01:{_COUNTRY}:{number.upper()}"


def number_in(said: str) -> str:
    """Return the number in a certificate's name, '' for another's."""
    start = identifier("")
    return said.removeprefix(start) if said.startswith(start) else ""


def issue(slip: TestSlip, key: ec.EllipticCurvePrivateKey) -> str:
    """Return the text of the QR that says what *slip* says, signed with *key*."""
    claims = {
        1: _COUNTRY,
        4: int(slip.expires.timestamp()),
        6: int(slip.issued.timestamp()),
        -260: {1: _health(slip)},
    }
    header = cbor2.dumps({1: -7, 4: key_id_of(key.public_key())})
    payload = cbor2.dumps(claims)
    signed = cbor2.dumps(["Signature1", header, b"", payload])
    r, s = decode_dss_signature(key.sign(signed, ec.ECDSA(SHA256())))
    signature = r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")
    message = cbor2.dumps(cbor2.CBORTag(18, [header, {}, payload, signature]))
    written: bytes = base45.b45encode(zlib.compress(message, 9))
    return PREFIX + written.decode()


def _health(slip: TestSlip) -> dict[str, object]:
    family, _, given = names.display(slip.name).partition(" ")
    test = {
        "tg": COVID,
        "tt": NUCLEIC_ACID,
        "sc": slip.sampled.isoformat(timespec="seconds"),
        "tr": DETECTED if slip.detected else NOT_DETECTED,
        "tc": slip.centre,
        "co": _COUNTRY,
        "is": slip.issuer,
        "ci": identifier(slip.number),
    }
    name = {"fn": family, "fnt": _printed(family), "gn": given, "gnt": _printed(given)}
    return {"ver": _SCHEMA, "nam": name, "dob": slip.birth, "t": [test]}


def _printed(name: str) -> str:
    """Return a name as passports print it below: NGUYEN, THI<MAU."""
    return "<".join(names.match_key(name).upper().split())
