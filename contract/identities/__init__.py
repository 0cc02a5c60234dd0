"""Codes that people carry: one module per kind, one row each in the table below.

`parse` asks the rows in order, then what other packages add (`plugins`); the first that knows its
own kind answers, and what none knows is `unknown`.
"""

import re
from collections.abc import Callable

from contract import boxes, commands
from contract.identities import (
    citizen_card,
    health_certificate,
    insurance_card,
    national_qr,
    personal_card,
    place_poster,
    plugins,
    typed_number,
    unknown,
    vehicle_pass,
)
from contract.identities.base import (
    LONGEST,
    BirthDate,
    IdentityError,
    Key,
    Kind,
    NotThisKind,
    PersonCode,
    Sex,
    System,
    masked_name,
)

__all__ = [
    "BirthDate",
    "IdentityError",
    "Key",
    "Kind",
    "PersonCode",
    "Sex",
    "System",
    "masked_name",
    "parse",
]

Parser = Callable[[bytes], PersonCode]
PARSERS: tuple[Parser, ...] = (
    typed_number.parse,
    personal_card.parse,
    citizen_card.parse,
    insurance_card.parse,
    national_qr.parse,
    health_certificate.parse,
    vehicle_pass.parse,
    place_poster.parse,
)

# Twelve digits however they come, grouped or behind a reader's AIM identifier: one of our tubes.
_TUBE = re.compile(r"\s*(?:\][A-Za-z][0-9A-Za-z])?(?:[\s\0-]*[0-9]){12}[\s\0]*")


def parse(raw: bytes) -> PersonCode:
    """Return what the code with bytes *raw* says about its bearer.

    Raises IdentityError where the bytes can stand for nobody: empty, too long, a tube id or a box
    label (or a misread one), a command card, a misread card of ours.
    """
    if not 0 < len(raw) <= LONGEST or not raw.strip():
        raise IdentityError("an empty or endless code stands for nobody")
    text = raw.decode("ascii", errors="replace")
    if _TUBE.fullmatch(text):
        raise IdentityError("this is a tube's code, not a person's")
    if text.strip().upper().startswith(commands.PREFIX):
        raise IdentityError("this is a command card, not a person's code")
    if boxes.is_label(text):
        raise IdentityError("this is a box of tubes, not a person's code")
    for parser in (*PARSERS, *plugins.installed()):
        try:
            return parser(raw)
        except NotThisKind:
            continue
    return unknown.parse(raw)
