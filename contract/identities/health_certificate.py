"""A digital health certificate that somebody holds up to say who they are.

It names a person and says nothing of the tube at hand.  The signature is not checked here (the
table of issuers' keys is the caller's: `contract.certificates.verify_certificate`), hence the
warning on each.  One that cannot be read still belongs to somebody: it is known by its bytes.
"""

import re

from contract import names
from contract.certificates import PREFIX, Certificate, CertificateError, read_certificate
from contract.identities import fields
from contract.identities.base import BirthDate, Key, Kind, NotThisKind, PersonCode, System
from contract.identities.base import fingerprint as fingerprint_of

_LONGEST_ID = 120
_MONTH = re.compile(r"(\d{4})-\d{2}", re.ASCII)


def parse(raw: bytes) -> PersonCode:
    """Raises NotThisKind for anything that does not begin with HC1:"""
    text = raw.decode("ascii", errors="replace").rstrip("\r\n\0")
    if not text.startswith(PREFIX):
        raise NotThisKind("not a health certificate")
    try:
        certificate = read_certificate(text)
    except CertificateError:
        return _unreadable(raw)
    name = names.display(f"{certificate.family} {certificate.given}")
    known = name if 0 < len(name) <= fields.LONGEST_NAME else None
    return PersonCode(
        kind=Kind.HEALTH_CERTIFICATE,
        raw=raw,
        keys=(_key(raw, certificate),),
        name=known,
        birth=_birth(certificate.birth),
        warnings=("not-verified",) if known else ("not-verified", "name-unreadable"),
    )


def _unreadable(raw: bytes) -> PersonCode:
    return PersonCode(
        Kind.HEALTH_CERTIFICATE,
        raw,
        (fingerprint_of(raw.rstrip(b"\r\n\0")),),
        warnings=("certificate-unreadable", "not-verified", "name-unreadable"),
    )


def _key(raw: bytes, certificate: Certificate) -> Key:
    said = [entry.id for entry in certificate.entries if 0 < len(entry.id) <= _LONGEST_ID]
    if said and said[0].isascii() and said[0].isprintable():
        return Key(System.CERTIFICATE, said[0])
    return fingerprint_of(raw.rstrip(b"\r\n\0"))


def _birth(text: str) -> BirthDate | None:
    month = _MONTH.fullmatch(text)
    return fields.year_first(month[1] if month else text[:10])
