"""A check-in poster ("điểm kiểm dịch"): an address at tokhaiyte.vn that names a place.

People point cameras at posters; no tube is ever paired with one.
"""

import re

from contract.identities.base import Kind, NotThisKind, PersonCode, fingerprint

_ADDRESS = re.compile(r"https?://(?:[a-z0-9-]{1,40}\.){0,4}tokhaiyte\.vn(?:[:/?#].*)?", re.I)


def parse(raw: bytes) -> PersonCode:
    """Raises NotThisKind where *raw* is no poster's address."""
    text = raw.decode("utf-8", errors="replace").strip()
    if _ADDRESS.fullmatch(text) is None:
        raise NotThisKind("not a check-in poster")
    key = fingerprint(text.encode())
    return PersonCode(Kind.UNKNOWN, raw, (key,), warnings=("names-place",), names_person=False)
