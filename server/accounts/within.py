"""Where an account may look: its place with all that is in it, several places, or everywhere.

A row goes by the place where something was done: a sample by its station's, a check-in by its
point's.  Every such table keeps that as text with its code set (`contract.places`), so 'in the
district' is 'this text, or this text, a dot and more'.  Codes of two code sets never meet.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Self

from sqlalchemy import ColumnElement, and_, false, literal, or_, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Boolean

from contract.places import Place, PlaceError

EVERYWHERE = "*"
_BELOW, _BEHIND = ".", "/"  # the dot, and the letter behind it: what is between them begins so


class NoSuchArea(ValueError):
    """Where an account may look was written in a way that says nothing."""


@dataclass(frozen=True, slots=True)
class Within:
    """An immutable scope.  `areas`: places as text, none in another; empty and not `everywhere`
    is nowhere.  `at_lab`: tubes go by the laboratory that has them, not by where they were given.
    """

    areas: frozenset[str] = frozenset()
    everywhere: bool = False
    at_lab: bool = False

    @classmethod
    def of(cls, areas: Iterable[str]) -> Self:
        """Return the scope of *areas* and of all that is in them."""
        given = {area for area in areas if area}
        widest = {each for each in given if not any(_inside(each, it) for it in given - {each})}
        return cls(frozenset(widest))

    @classmethod
    def of_account(cls, place: str, sees: str) -> Self:
        """Return where an account may look: what it *sees*, else its own *place*.

        *sees* is '*', or places between spaces.  No place is nowhere.
        """
        if sees == EVERYWHERE:
            return cls(everywhere=True)
        return cls.of(sees.split() if sees else [place])

    def covers(self, place: str) -> bool:
        """Return whether *place* is in this scope."""
        return self.everywhere or any(_inside(place, area) for area in self.areas)

    def includes(self, other: "Within") -> bool:
        """Return whether who has this scope may give the *other*.  Nowhere is nobody's to give."""
        if self.everywhere:
            return True
        return bool(other.areas) and not other.everywhere and all(map(self.covers, other.areas))

    def may_give(self, place: str, sees: str) -> bool:
        """Return whether who has this scope may give an account that place, and what it sees: what
        an account makes is its place's, also where it sees other places."""
        return self.includes(Within.of_account(place, sees)) and (not place or self.covers(place))

    def rows(self, column: Any) -> ColumnElement[bool]:
        """Return the condition that the place in *column* is in this scope: one range an area."""
        return true() if self.everywhere else _rows(column, self.areas)

    def only(self, place: str) -> Self:
        """Return what of this scope is in *place* ('' for all of it): a page's own filter."""
        if not place:
            return self
        if self.covers(place):
            return replace(self, areas=frozenset({place}), everywhere=False)
        return replace(self, areas=frozenset(each for each in self.areas if _inside(each, place)))

    def __str__(self) -> str:
        return EVERYWHERE if self.everywhere else " ".join(sorted(self.areas))


ANYWHERE = Within(everywhere=True)  # for the server's own work, which is nobody's look


def parse_sees(text: str) -> str:
    """Return *text* as an account keeps it; raise NoSuchArea where a word is no place."""
    if text.strip() in {"", EVERYWHERE}:
        return text.strip()
    try:
        return str(Within.of(str(Place.parse(word)) for word in text.split()))
    except PlaceError as error:
        raise NoSuchArea(str(error)) from error


def _inside(place: str, area: str) -> bool:
    return place == area or (_is_code(area) and place.startswith(area + _BELOW))


@lru_cache(maxsize=4096)
def _is_code(area: str) -> bool:
    """Only a code has places in it; any other text stands for itself."""
    try:
        Place.parse(area)
    except PlaceError:
        return False
    return True


@lru_cache(maxsize=4096)
def _rows(column: Any, areas: frozenset[str]) -> ColumnElement[bool]:
    """Put the condition together, which a page does a hundred times for the same few columns."""
    return or_(false(), *(_beginning(column, area) for area in sorted(areas)))


def _beginning(column: Any, area: str) -> ColumnElement[bool]:
    if not _is_code(area):
        same: ColumnElement[bool] = column == area
        return same
    exact = or_(column == area, _Under(column, literal(area + _BELOW), literal(area + _BEHIND)))
    return and_(_Under(column, literal(area), literal(area + _BEHIND)), exact)


class _Under(FunctionElement[bool]):
    """Whether a text begins with the second argument; the third is the first text behind those.

    SQLite finds a range by its index, and compares byte by byte.  PostgreSQL compares by the
    language of the database, and there LIKE alone is certain (and found by an index in "C").
    """

    name = "under"
    type = Boolean()
    inherit_cache = True


@compiles(_Under)
def _by_range(element: _Under, compiler: Any, **kw: Any) -> str:
    column, begin, behind = (compiler.process(each, **kw) for each in element.clauses)
    return f"({column} >= {begin} AND {column} < {behind})"


@compiles(_Under, "postgresql")
def _by_pattern(element: _Under, compiler: Any, **kw: Any) -> str:
    column, begin, _behind = (compiler.process(each, **kw) for each in element.clauses)
    return f"({column} LIKE CAST({begin} AS TEXT) || '%%')"
