"""The Ministry of Transport's pass for vehicles ("luồng xanh") and number plates.

It names a vehicle, and a driver only by way of it: no tube is ever paired with one.  What its QR
holds was never published; an address at the roads administration or a plate is all we go by.
"""

import re

from contract.identities.base import Key, Kind, NotThisKind, PersonCode, System

_ADDRESS = re.compile(r"https?://(?:[a-z0-9-]{1,40}\.){0,4}drvn\.gov\.vn(?:[:/?#].*)?", re.I)
_PLATE = re.compile(
    r"(?:BIỂN SỐ|BIEN SO|BKS)?\s{0,3}:?\s{0,3}(\d{2}[A-Z]{1,2}\d?)[- .]{0,2}(\d{3})\.?(\d{2})",
    re.ASCII,
)


def parse(raw: bytes) -> PersonCode:
    """Raises NotThisKind where *raw* names no vehicle that we can tell."""
    text = raw.decode("utf-8", errors="replace").strip()
    plate = _PLATE.fullmatch(text.upper()) if len(text) <= 40 else None
    if plate is not None:
        return _vehicle(raw, "".join(plate.groups()), "names-vehicle")
    if _ADDRESS.fullmatch(text):
        return _vehicle(raw, text.split("://", 1)[1][:200], "names-vehicle")
    raise NotThisKind("not a vehicle's pass")


def tells_plate(value: str) -> bool:
    """Return whether a vehicle's key is or holds its plate, which everybody reads in the street."""
    return _PLATE.search(value.upper()) is not None


def _vehicle(raw: bytes, value: str, warning: str) -> PersonCode:
    key = Key(System.VEHICLE, value)
    return PersonCode(Kind.VEHICLE, raw, (key,), warnings=(warning,), names_person=False)
