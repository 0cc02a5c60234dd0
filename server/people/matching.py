"""How well somebody on a list fits somebody on record: points, and which parts agree.  Pure.

A score suggests, it proves nothing: two in five people are called Nguyễn, and one phone serves a
family.  Who is merged with whom, a person decides.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from contract import names

SUGGESTED, LIKELY = 45, 70  # points
HIGHEST = 100


class Part(StrEnum):
    """What is compared.  The value is stored and never changes."""

    NAME = "name"
    BIRTH = "birth"
    SEX = "sex"
    PHONE = "phone"
    ADDRESS = "address"


class Agreement(StrEnum):
    """How a part compares.  The value is stored and never changes."""

    SAME = "same"
    BARE = "bare"  # but for marks
    NEAR = "near"
    YEAR = "year"  # the year alone
    DIFFERENT = "different"
    UNKNOWN = "unknown"


POINTS = {
    Part.NAME: {Agreement.SAME: 42, Agreement.BARE: 36, Agreement.NEAR: 24},
    Part.BIRTH: {Agreement.SAME: 32, Agreement.YEAR: 18, Agreement.NEAR: 8,
                 Agreement.DIFFERENT: -40},
    Part.SEX: {Agreement.SAME: 6, Agreement.DIFFERENT: -36},
    Part.PHONE: {Agreement.SAME: 20},
    Part.ADDRESS: {Agreement.SAME: 10, Agreement.NEAR: 5},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Described:
    """What is said of somebody; '' and None are unknown.  `birth` is a whole date or ''."""

    name: str
    birth: str = ""
    birth_year: int | None = None
    sex: str = ""
    phones: frozenset[str] = frozenset()
    address: str = ""


class Score(NamedTuple):
    """Points from 0 to 100, and how each part compares."""

    points: int
    parts: tuple[tuple[Part, Agreement], ...]

    @property
    def written(self) -> str:
        return " ".join(f"{part}={how}" for part, how in self.parts)


def compare(one: Described, other: Described) -> Score:
    """Return how well two descriptions fit: the same in both directions; 0 for other names."""
    parts = (
        (Part.NAME, compare_names(one.name, other.name)),
        (Part.BIRTH, _births(one, other)),
        (Part.SEX, _equal(one.sex, other.sex)),
        (Part.PHONE, _phones(one.phones, other.phones)),
        (Part.ADDRESS, _addresses(one.address, other.address)),
    )
    points = sum(POINTS[part].get(how, 0) for part, how in parts)
    nameless = parts[0][1] in {Agreement.DIFFERENT, Agreement.UNKNOWN}
    return Score(0 if nameless else max(0, min(HIGHEST, points)), parts)


def years_near(one: Described) -> frozenset[int] | None:
    """Return the years of birth that somebody must have to be suggested, None where any will do.

    Another year costs more than all that may agree beside the name; a digit of a date may be wrong.
    """
    if one.birth_year is None:
        return None
    year = one.birth_year
    near = {year - 1, year, year + 1}
    if one.birth:
        near |= {year + (digit - year // ten % 10) * ten
                 for ten in (1, 10, 100, 1000) for digit in range(10)}  # fmt: skip
    return frozenset(near)


def read_parts(written: str) -> list[tuple[Part, Agreement]]:
    """Return what `Score.written` said."""
    pairs = (each.partition("=") for each in written.split())
    return [(Part(part), Agreement(how)) for part, _, how in pairs]


def block_of(name: str, year: int | None) -> str:
    """Return what spellings of one name share: family name, given name, year; '' without them."""
    words = names.loose_key(name).split()
    return f"{words[0]} {words[-1]} {year}" if len(words) > 1 and year else ""


def compare_names(one: str, other: str) -> Agreement:
    """Return how two spellings compare: marks, i for y and a middle name left out are near."""
    if not one or not other:
        return Agreement.UNKNOWN
    if names.spelling_key(one) == names.spelling_key(other):
        return Agreement.SAME
    if names.match_key(one) == names.match_key(other):
        marked = not one.isascii() and not other.isascii()
        return Agreement.NEAR if marked else Agreement.BARE  # Hoà and Hoá are two names
    return _near_names(names.loose_key(one).split(), names.loose_key(other).split())


def _near_names(one: list[str], other: list[str]) -> Agreement:
    """A middle name left out, or i for y; family and given name are the same."""
    if one == other:
        return Agreement.NEAR
    same_ends = one[:1] == other[:1] and one[-1:] == other[-1:]
    fewer, more = sorted((set(one), set(other)), key=len)
    long_enough = min(len(one), len(other)) > 1
    return Agreement.NEAR if same_ends and long_enough and fewer <= more else Agreement.DIFFERENT


def _births(one: Described, other: Described) -> Agreement:
    years = one.birth_year, other.birth_year
    if one.birth and other.birth:
        if one.birth == other.birth:
            return Agreement.SAME
        if _swapped(one.birth) == other.birth or _one_digit_off(one.birth, other.birth):
            return Agreement.NEAR
        return Agreement.DIFFERENT
    if years[0] is None or years[1] is None:
        return Agreement.UNKNOWN
    if years[0] == years[1]:
        return Agreement.YEAR
    return Agreement.NEAR if abs(years[0] - years[1]) == 1 else Agreement.DIFFERENT


def _swapped(birth: str) -> str:
    year, month, day = birth.split("-")
    return f"{year}-{day}-{month}"


def _one_digit_off(one: str, other: str) -> bool:
    return len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1


def _equal(one: str, other: str) -> Agreement:
    if not one or not other:
        return Agreement.UNKNOWN
    return Agreement.SAME if one == other else Agreement.DIFFERENT


def _phones(one: frozenset[str], other: frozenset[str]) -> Agreement:
    if not one or not other:
        return Agreement.UNKNOWN
    return Agreement.SAME if one & other else Agreement.DIFFERENT


def _addresses(one: str, other: str) -> Agreement:
    words = [set(names.match_key(text).split()) - _COMMON for text in (one, other)]
    if not all(words):
        return Agreement.UNKNOWN
    shared = len(words[0] & words[1]) / min(map(len, words))
    if shared >= 0.8:
        return Agreement.SAME
    return Agreement.NEAR if shared >= 0.5 else Agreement.DIFFERENT


_COMMON = {
    "xa",
    "thon",
    "huyen",
    "tinh",
    "phuong",
    "quan",
    "thi",
    "tran",
    "tp",
    "thanh",
    "pho",
    "to",
}
