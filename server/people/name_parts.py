"""An index of the parts of names that gives no name away: numbers of keyed buckets, all alike.

Each part of a name (a syllable without marks) becomes a number from 1 to BUCKETS by a keyed hash.
A part that many people have is split into as many numbers as it takes for each to be about few of
them, and which of them somebody gets is drawn by a keyed hash of part and person; rare parts share
numbers.  So no number is about many more people than another, and what the commonest parts would
tell is not there: UNINDEXED ones have no number, and names with few parts are filled up with
numbers that mean nothing.  A number finds candidates; who of them it is, the name itself says.
What this gives away and what not: `docs/people.md`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, literal_column

from contract import names
from server import vault
from server.people.name_shares import PER_THOUSAND

BUCKETS = 4096
ABOUT = 1.0  # of a thousand people: as many as one number of a common part is about
COMMONEST = 200  # of a thousand: a part of more people than these is not in the index
PLACES, LEAST = 5, 3  # numbers of one name: at most, and at least
_PART = "person.part"
MORE = 0  # stands last where a name has more parts than places: always a candidate

Numbers = tuple[int | None, ...]


def parts_of(text: str) -> list[str]:
    """Return the syllables of a name or of what was typed: no marks, i for y where both are."""
    return [part for word in text.split() for part in _parts(word)]


@lru_cache(maxsize=8192)
def _parts(word: str) -> tuple[str, ...]:
    return tuple(names.loose_key(word).split())


def has(name: str | None, parts: Iterable[str]) -> bool:
    """Return whether *name* has all of *parts*, in any order, a repeated one as often."""
    left = parts_of(name or "")
    for part in parts:
        if part not in left:
            return False
        left.remove(part)
    return True


def numbers_of(person_id: UUID, name: str | None) -> Numbers:
    """Return the PLACES numbers that a person is found by; their order tells nothing."""
    if not parts_of(name or ""):
        return (None,) * PLACES
    parts = _rarest_first(parts_of(name or ""))
    more = len(parts) > PLACES
    kept = parts[: PLACES - 1] if more else parts
    found = {_number(part, _drawn(person_id, part)) for part in kept}
    filler = 0
    while len(found) < LEAST:
        found.add(_bucket(vault.current().blind("person.no-part", f"{person_id}|{filler}")))
        filler += 1
    row: list[int | None] = [*sorted(found), *(None,) * (PLACES - len(found))]
    if more:
        row[-1] = MORE
    return tuple(row)


def _rarest_first(parts: Iterable[str]) -> list[str]:
    return sorted({part for part in parts if _indexed(part)}, key=lambda each: (_share(each), each))


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for: `parts` that a name must have, and the `numbers` that lead to each.

    The rarest part stands first; one without numbers is too common to lead anywhere.
    """

    parts: tuple[str, ...]
    numbers: tuple[tuple[int, ...], ...]


def sought(text: str) -> Sought:
    """Return what *text* asks for: parts of a name in any order, with or without marks."""
    parts = tuple(parts_of(text))
    keys = vault.current()
    return Sought(parts, tuple(_all_numbers(part, keys) for part in _rarest_first(parts)))


def may_have(numbers: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition that a person has one of *numbers*, to be asked of each: by no index."""
    return literal_column(f"({' OR '.join(having(numbers, ' + 0'))})", Boolean())


def having(numbers: Sequence[int], more: str = "") -> list[str]:
    """Return the conditions, one for each place, that a person has one of *numbers*, as SQL.

    Numbers are ours, so they are written out.
    """
    listed, last = written(numbers), written((*numbers, MORE))
    return [
        f"person.name_{place}_blind{more} IN ({last if place == PLACES else listed})"
        for place in range(1, PLACES + 1)
    ]


def written(numbers: Iterable[int]) -> str:
    """Return *numbers* as they stand between brackets."""
    return ",".join(map(str, numbers))


@lru_cache(maxsize=256)
def _all_numbers(part: str, _under: vault.Vault) -> tuple[int, ...]:
    """Return the numbers of a part; while search keys rotate, those under the other key too."""
    made = (vault.current().blinds(_PART, f"{part}|{each}") for each in range(_split(part)))
    return tuple(sorted({_bucket(blind) for both in made for blind in both}))


def _indexed(part: str) -> bool:
    return _share(part) < COMMONEST


def _share(part: str) -> float:
    return PER_THOUSAND.get(part, 0.5)


def _split(part: str) -> int:
    return max(1, round(_share(part) / ABOUT))


def _drawn(person_id: UUID, part: str) -> int:
    drawn = vault.current().blind("person.part-of", f"{person_id}|{part}")
    return int(drawn[:15], 16) % _split(part)


def _number(part: str, drawn: int) -> int:
    return _bucket(vault.current().blind(_PART, f"{part}|{drawn}"))


def _bucket(blind: str) -> int:
    return int(blind[:15], 16) % BUCKETS + 1
