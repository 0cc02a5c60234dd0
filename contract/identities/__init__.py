"""Codes that people carry: one module per kind, one row each in the table below.

`parse` asks the rows in order; the first that knows its own kind answers.
"""

from collections.abc import Callable

from contract import commands, tubes
from contract.identities import (
    citizen_card,
    insurance_card,
    national_qr,
    personal_card,
    unknown,
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
    personal_card.parse,
    citizen_card.parse,
    insurance_card.parse,
    national_qr.parse,
    unknown.parse,
)


def parse(raw: bytes) -> PersonCode:
    """Return what the code with bytes *raw* says about its bearer.

    Raises IdentityError where the bytes can stand for nobody: empty, too long, a tube id (or a
    misread one), a command card.
    """
    if not 0 < len(raw) <= LONGEST:
        raise IdentityError("an empty or endless code stands for nobody")
    text = raw.decode("ascii", errors="replace").strip()
    if tubes.looks_like_tube(text):
        raise IdentityError("this is a tube's code, not a person's")
    if text.startswith(commands.PREFIX):
        raise IdentityError("this is a command card, not a person's code")
    for parser in PARSERS:
        try:
            return parser(raw)
        except NotThisKind:
            continue
    raise IdentityError("no parser knows this code")
