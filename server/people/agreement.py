"""Whether two descriptions can be of one person.  Pure.

A claimed number links two codes only where this says yes: one phone, or one number typed for a
relative, must never give one person another's result.
"""

from dataclasses import dataclass
from typing import Self

from contract import names
from contract.identities import BirthDate, PersonCode
from server.people.models import BIRTH_YEARS, Person


@dataclass(frozen=True, slots=True)
class Traits:
    """What is said about a person, in the form in which it can be compared."""

    name: str  # `names.match_key`: upper case without marks on one card, NFC on another
    birth_year: int | None
    birth: str  # the whole date, or '' where only the year is known
    sex: str | None

    @classmethod
    def of_person(cls, person: Person) -> Self:
        return cls.of_text(person.name, person.birth_year, person.birth, person.sex)

    @classmethod
    def of_text(
        cls, name: str | None, birth_year: int | None, birth: str | None, sex: str | None
    ) -> Self:
        """Take what is stored of somebody; of *birth* a year alone says no more than the year."""
        return cls(name_key(name), birth_year, _whole(birth or ""), sex)

    @classmethod
    def of_code(cls, code: PersonCode) -> Self:
        return cls.of_words(code.name, code.birth, code.sex)

    @classmethod
    def of_words(cls, name: str | None, birth: BirthDate | None, sex: str | None) -> Self:
        return cls(name_key(name), _year_of(birth), _whole(str(birth or "")), sex)


def agree(one: Traits, other: Traits) -> bool:
    """Return whether name and birth year are known, the same, and nothing else contradicts."""
    return (
        bool(one.name)
        and one.name == other.name
        and one.birth_year is not None
        and one.birth_year == other.birth_year
        and not _differ(one.birth, other.birth)
        and not _differ(one.sex, other.sex)
    )


def name_key(name: str | None) -> str:
    """Return the key under which spellings of one name meet; '' for no name."""
    return names.match_key(name) if name else ""


def birth_year_of(code: PersonCode) -> int | None:
    """Return the year of birth, unless it is nobody's."""
    return _year_of(code.birth)


def _year_of(birth: BirthDate | None) -> int | None:
    return birth.year if birth is not None and birth.year in BIRTH_YEARS else None


def _whole(birth: str) -> str:
    return birth if len(birth) > len("1990") else ""


def _differ(one: str | None, other: str | None) -> bool:
    return bool(one) and bool(other) and one != other
