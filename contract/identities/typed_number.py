"""A number that a member of the team typed from a paper, twice, because no code could be read.

    TYPED:cccd|024191000001      citizen card, twelve digits
    TYPED:bhxh|1234567890        insurance number, its last ten digits

It stands in no QR: a station makes it, and refuses it from a reader or a camera.  A personal
card's number needs no such text, for it checks itself: it is typed as `P:` and the number.
"""

import re

from contract.cards import NUMBER_PREFIX, CardError, CardNumber
from contract.identities.base import IdentityError, Key, Kind, NotThisKind, PersonCode, System

PREFIX = "TYPED:"
_TYPED = re.compile(r"TYPED:(?:(cccd)\|(\d{12})|(bhxh)\|(\d{10}))", re.ASCII)
_CITIZEN = re.compile(r"\d{12}", re.ASCII)
_INSURANCE = re.compile(r"(?:[A-Z]{2}\d{3})?(\d{10})", re.ASCII)
_BETWEEN = re.compile(r"[\s.\-]+")


def parse(raw: bytes) -> PersonCode:
    """Raises IdentityError where *raw* begins like a typed number and is none."""
    text = raw.decode("utf-8", errors="replace")
    if not text.startswith(PREFIX):
        raise NotThisKind("not a typed number")
    found = _TYPED.fullmatch(text)
    if found is None:
        raise IdentityError("a typed number that is none")
    system, number = (part for part in found.groups() if part is not None)
    return PersonCode(Kind.TYPED, raw, (Key(System(system), number),))


def typed(text: str) -> bytes:
    """Return the code that the number *text*, as somebody typed it, stands for.

    Spaces, dots and dashes do not count.  Raises IdentityError for what is no number of a person.
    """
    number = _BETWEEN.sub("", text).upper().removeprefix(NUMBER_PREFIX)
    if _CITIZEN.fullmatch(number):
        return f"{PREFIX}{System.CITIZEN}|{number}".encode()
    insured = _INSURANCE.fullmatch(number)
    if insured is not None:
        return f"{PREFIX}{System.INSURANCE}|{insured[1]}".encode()
    try:
        return CardNumber(number).payload.encode()
    except CardError as error:
        raise IdentityError("neither a citizen, an insurance nor a card's number") from error
