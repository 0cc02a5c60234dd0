"""From what stands in a machine's sample field to a tube, where the check digits prove it.  Pure.

Excel drops leading zeros, adds `.0`, writes 2.60000000182E+11; people write dashes and spaces, and
machines add a replicate's number.  A code is mended only where the check digits then hold and no
other reading does; digits that are gone are never guessed.  One maker's code in a hundred passes
for one of ours that lost its zeros: which it is, only a registered lot can say (`as_written`).
"""

import re
import unicodedata
from functools import lru_cache

import msgspec

from contract.tubes import holds
from server.lab.instruments.reasons import Why

_AIM = re.compile(r"^\][A-Za-z][0-9A-Za-z]")
_PARTED = re.compile(r"[\s\-_./'’]+")
_WHOLE = re.compile(r"[0-9]{1,12}", re.ASCII)
_POINT_ZERO = re.compile(r"([0-9]{9,12})[.,]0+", re.ASCII)
_EXPONENT = re.compile(r"([0-9])(?:[.,]([0-9]*))?[eE]\+?0?(1[012]|[89])", re.ASCII)
_RUNS = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])", re.ASCII)
_FOREIGN = re.compile(r"[A-Z0-9][A-Z0-9./-]{4,29}", re.ASCII)
_SHORTEST = 9  # with fewer digits, a lost zero is not what happened


class Code(msgspec.Struct, frozen=True, gc=False):
    """A tube's text.  `ours`: its check digits hold; else it may be a maker's, which only a
    registered lot can say.  A struct: one is made for every row."""

    text: str
    ours: bool
    mended: bool


def code_of(sample: str) -> Code | Why:
    """Return the tube code that *sample* names, or why there is none."""
    if len(sample) == 12 and sample.isascii() and sample.isdigit():
        return Code(sample, True, False) if holds(sample) else Why.MISREAD_TUBE  # noqa: FBT003
    return _other(sample)


def tube_in(sample: str) -> str:
    """Return the tube of ours that *sample* names, '' if it names none."""
    code = code_of(sample)
    return code.text if isinstance(code, Code) and code.ours else ""


def as_written(sample: str) -> str:
    """Return the maker's code that *sample* is if it is none of ours, '' if it can be none."""
    code = _makers(_POINT_ZERO.sub(r"\1", _plain(sample)))
    text = code.text if isinstance(code, Code) else ""
    return "" if len(text) == 12 and text.isdigit() else text


def _plain(sample: str) -> str:
    return _AIM.sub("", unicodedata.normalize("NFKC", sample).strip()).strip("'\"’ ")


@lru_cache(4096)
def _other(sample: str) -> Code | Why:
    plain = _plain(sample)
    return _numeric(plain) or _inside(plain) or _makers(plain)


def _numeric(plain: str) -> Code | Why | None:
    """A code of ours that a spreadsheet or a person wrote in another way."""
    if found := _EXPONENT.fullmatch(plain):
        return _expanded(found)
    if found := _POINT_ZERO.fullmatch(plain):
        plain = found[1]
    digits = _PARTED.sub("", plain)
    if not _WHOLE.fullmatch(digits) or len(digits) < _SHORTEST:
        return None
    if not holds(digits.zfill(12)):
        return Why.MISREAD_TUBE if len(digits) == 12 else None
    return Code(digits.zfill(12), ours=True, mended=True)


def _expanded(found: re.Match[str]) -> Code | Why:
    shown, places = found[1] + (found[2] or ""), int(found[3])
    digits, rest = shown[: places + 1].zfill(12), shown[places + 1 :]
    if len(shown) <= places or rest.strip("0") or len(digits) > 12:
        return Why.DIGITS_LOST
    return Code(digits, ours=True, mended=True) if holds(digits) else Why.MISREAD_TUBE


def _inside(plain: str) -> Code | Why | None:
    """Twelve digits among other words: `260000000182 rep 2`."""
    runs = set(_RUNS.findall(plain))
    if not runs or plain in runs:
        return None
    good = {run for run in runs if holds(run)}
    if len(runs) > 1:
        return Why.SEVERAL_TUBES
    return Code(good.pop(), ours=True, mended=True) if good else Why.MISREAD_TUBE


def _makers(plain: str) -> Code | Why:
    upper = plain.upper()
    if _FOREIGN.fullmatch(upper) and any(letter.isdigit() for letter in upper):
        return Code(upper, ours=False, mended=upper != plain)
    return Why.NOT_A_TUBE
