"""Signed messages inside a QR: base45 -> zlib -> COSE_Sign1, with ES256 or PS256.

Only what health certificates use, and with limits: a code that somebody holds up is hostile until
shown otherwise, and a small one may unfold to gigabytes.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import base45
import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

LARGEST = 16_384  # bytes after decompression; real ones have under 1,000
_DEEPEST = 16
_SIGN1, _CWT = 18, 61
_ALGORITHM, _KEY_ID = 1, 4
_ES256, _PS256 = -7, -37

IssuerKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


class CertificateError(ValueError):
    """A text is no health certificate, or a damaged or forged one."""


class UnknownIssuer(CertificateError):
    """A certificate was signed with a key that is not in the table."""


@dataclass(frozen=True, slots=True)
class Signed:
    """The four parts of a COSE_Sign1, still encoded."""

    protected: bytes
    unprotected: Mapping[object, object]
    payload: bytes
    signature: bytes


def unpack(text: str) -> Signed:
    """Return the signed message in *text* (without its prefix); raise CertificateError if none."""
    try:
        packed = base45.b45decode(text)
    except ValueError as error:
        raise CertificateError("this certificate's text is damaged") from error
    message = decode(_unpacked(packed))
    while isinstance(message, cbor2.CBORTag) and message.tag in {_CWT, _SIGN1}:
        message = message.value
    match message:
        case [bytes(protected), Mapping() as unprotected, bytes(payload), bytes(signature)]:
            return Signed(protected, unprotected, payload, signature)
    raise CertificateError("this certificate is not signed in the form that we know")


def _unpacked(packed: bytes) -> bytes:
    """Decompress at most `LARGEST` bytes: a small code may unfold to gigabytes."""
    inflate = zlib.decompressobj()
    try:
        data = inflate.decompress(packed, LARGEST)
    except zlib.error as error:
        raise CertificateError("this certificate's compression is broken") from error
    if not inflate.eof:
        raise CertificateError("this certificate is cut off, or far too large")
    return data


def decode(data: bytes) -> object:
    """Return what CBOR *data* holds; raise CertificateError if it cannot be told."""
    try:
        decoded: object = cbor2.loads(data, max_depth=_DEEPEST)
    except (cbor2.CBORError, ValueError, TypeError, ArithmeticError, RecursionError) as error:
        raise CertificateError("this certificate's content is damaged") from error
    return decoded


def as_map(value: object) -> Mapping[object, object]:
    """Return *value* if it is a map, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def header(signed: Signed) -> Mapping[object, object]:
    """Return what the signature covers beside the payload."""
    return as_map(decode(signed.protected)) if signed.protected else {}


def key_id(signed: Signed) -> bytes:
    """Return the name of the key that signed, or b''."""
    found = _said(signed, _KEY_ID)
    return found if isinstance(found, bytes) else b""


def _said(signed: Signed, label: int) -> object:
    """Return a header, the protected one first.

    An unprotected algorithm is let pass: the type of the key decides, so it can choose nothing.
    """
    return header(signed).get(label, signed.unprotected.get(label))


def verify(signed: Signed, key: IssuerKey) -> None:
    """Raise CertificateError unless *signed* was signed with *key*."""
    data = cbor2.dumps(["Signature1", signed.protected, b"", signed.payload])
    try:
        _check(key, _said(signed, _ALGORITHM), signed.signature, data)
    except InvalidSignature as error:
        raise CertificateError("this certificate's signature is wrong: it may be forged") from error


def _check(key: IssuerKey, algorithm: object, signature: bytes, data: bytes) -> None:
    if algorithm == _ES256 and isinstance(key, ec.EllipticCurvePublicKey):
        half = len(signature) // 2
        r, s = (int.from_bytes(part, "big") for part in (signature[:half], signature[half:]))
        key.verify(encode_dss_signature(r, s), data, ec.ECDSA(SHA256()))
    elif algorithm == _PS256 and isinstance(key, rsa.RSAPublicKey):
        pss = padding.PSS(mgf=padding.MGF1(SHA256()), salt_length=SHA256.digest_size)
        key.verify(signature, data, pss, SHA256())
    else:
        raise InvalidSignature
