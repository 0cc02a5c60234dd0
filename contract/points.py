"""Codes of check-in points, as posters carry them: seven random characters and a check character.

A poster's QR is an address: https://…/d/K7M3Q9XT.  The code alone is printed for people to type.
"""

import re
import secrets
from dataclasses import dataclass

from contract.checks import mod_37_2

_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without those that look like others
_CODE = re.compile(rf"[{_LETTERS}]{{7}}[0-9A-Z]")
_ADDRESS = re.compile(r"https?://[^\s/?#]+/d/([0-9A-Za-z]{8})(?:[/?#].*)?")
LENGTH = 8


class PointError(ValueError):
    """This is no point's code."""


@dataclass(frozen=True, slots=True)
class PointCode:
    text: str

    def __post_init__(self) -> None:
        if _CODE.fullmatch(self.text) is None or mod_37_2(self.text[:-1]) != self.text[-1]:
            raise PointError(f"{self.text!r} is no point's code")

    def __str__(self) -> str:
        return self.text


def point_code(text: str) -> PointCode:
    """Read a code, or the address on a poster; raise PointError."""
    match = _ADDRESS.fullmatch(text.strip())
    return PointCode((match[1] if match else text.strip()).upper())


def new_point_code() -> PointCode:
    """Make a code that nobody can guess."""
    while True:
        body = "".join(secrets.choice(_LETTERS) for _ in range(LENGTH - 1))
        if (check := mod_37_2(body)) != "*":
            return PointCode(body + check)
