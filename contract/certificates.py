"""Digital health certificates, `HC1:` (EU DCC; Vietnam's own by Decision 5772/QD-BYT).

    base45 -> zlib -> COSE_Sign1 (tag 18, at times inside CWT tag 61) -> CWT claims -> certificate

Reading needs no key and proves nothing; `verify_certificate` checks the signature where the
issuer's key is in the table that is passed in.  Whether it has expired is for the caller to say:
nothing here reads a clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from contract import cose
from contract.cose import CertificateError, IssuerKey, UnknownIssuer, as_map

__all__ = [
    "LONGEST_TEXT",
    "PREFIX",
    "Certificate",
    "CertificateError",
    "Entry",
    "IssuerKey",
    "Recovery",
    "Test",
    "UnknownIssuer",
    "Vaccination",
    "read_certificate",
    "verify_certificate",
]

PREFIX = "HC1:"
LONGEST_TEXT = 160  # more of a text is not read
_ISSUER, _EXPIRES, _ISSUED, _HEALTH = 1, 4, 6, -260


@dataclass(frozen=True, slots=True)
class Vaccination:
    """One `v` entry: dose `dose` of `doses`, given on `on`."""

    id: str
    country: str
    issuer: str
    disease: str
    product: str
    dose: int
    doses: int
    on: date | None


@dataclass(frozen=True, slots=True)
class Test:
    """One `t` entry.  `result` is a SNOMED code: 260373001 detected, 260415000 not detected."""

    __test__ = False

    id: str
    country: str
    issuer: str
    disease: str
    method: str
    sampled: datetime | None
    result: str
    centre: str


@dataclass(frozen=True, slots=True)
class Recovery:
    """One `r` entry: first positive on `first_positive`."""

    id: str
    country: str
    issuer: str
    disease: str
    first_positive: date | None


Entry = Vaccination | Test | Recovery


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a certificate says.  `birth` is as written: yyyy, yyyy-mm, yyyy-mm-dd or ''."""

    family: str
    given: str
    birth: str
    issuer: str
    issued: datetime | None
    expires: datetime | None
    entries: tuple[Entry, ...]
    key_id: bytes = b""
    verified: bool = False


def read_certificate(text: str) -> Certificate:
    """Read a certificate without checking its signature; raise CertificateError if it is none."""
    return _certificate(_signed(text))


def verify_certificate(text: str, keys: Mapping[bytes, IssuerKey]) -> Certificate:
    """Read a certificate and check its signature with the key it names; *keys* by key id.

    Raises UnknownIssuer where the key is not in *keys*, CertificateError for all else.
    """
    signed = _signed(text)
    certificate = _certificate(signed)
    key = keys.get(certificate.key_id)
    if key is None:
        raise UnknownIssuer("the key that signed this certificate is not known here")
    cose.verify(signed, key)
    return replace(certificate, verified=True)


def _signed(text: str) -> cose.Signed:
    if not text.startswith(PREFIX):
        raise CertificateError("not a health certificate")
    return cose.unpack(text.removeprefix(PREFIX))


def _certificate(signed: cose.Signed) -> Certificate:
    claims = as_map(cose.decode(signed.payload))
    health = as_map(as_map(claims.get(_HEALTH)).get(1))
    if not health:
        raise CertificateError("this signed message holds no health certificate")
    name = as_map(health.get("nam"))
    return Certificate(
        family=_text(name, "fn") or _text(name, "fnt").replace("<", " "),
        given=_text(name, "gn") or _text(name, "gnt").replace("<", " "),
        birth=_text(health, "dob"),
        issuer=str(claims.get(_ISSUER) or "")[:80],
        issued=_moment(claims.get(_ISSUED)),
        expires=_moment(claims.get(_EXPIRES)),
        entries=_entries(health),
        key_id=cose.key_id(signed),
    )


def _entries(health: Mapping[object, object]) -> tuple[Entry, ...]:
    kinds = (("v", _vaccination), ("t", _test), ("r", _recovery))
    found: list[Entry] = []
    for key, build in kinds:
        listed = health.get(key)
        rows = listed if isinstance(listed, list | tuple) else []
        found += [build(row) for row in rows if isinstance(row, Mapping)]
    return tuple(found)


def _vaccination(row: Mapping[object, object]) -> Vaccination:
    return Vaccination(
        *_common(row), _text(row, "mp"), _count(row, "dn"), _count(row, "sd"), _day(row, "dt")
    )


def _test(row: Mapping[object, object]) -> Test:
    sampled = _moment(row.get("sc"))
    return Test(*_common(row), _text(row, "tt"), sampled, _text(row, "tr"), _text(row, "tc"))


def _recovery(row: Mapping[object, object]) -> Recovery:
    return Recovery(*_common(row), _day(row, "fr"))


def _common(row: Mapping[object, object]) -> tuple[str, str, str, str]:
    return _text(row, "ci"), _text(row, "co"), _text(row, "is"), _text(row, "tg")


def _text(row: Mapping[object, object], key: str) -> str:
    value = row.get(key)
    return value[:LONGEST_TEXT] if isinstance(value, str) else ""


def _count(row: Mapping[object, object], key: str) -> int:
    value = row.get(key)
    return value if isinstance(value, int) and 0 <= value < 100 else 0


def _day(row: Mapping[object, object], key: str) -> date | None:
    moment = _moment(row.get(key))
    return None if moment is None else moment.date()


def _moment(value: object) -> datetime | None:
    """Read seconds since 1970 or ISO 8601; a time without zone is taken for UTC."""
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    except (ValueError, OverflowError, OSError):
        return None
    if not isinstance(moment, datetime):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
