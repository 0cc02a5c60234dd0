"""Every encrypted column there is, and every search key with how it is made anew.

Found in the tables themselves, so that no new column is forgotten; a test holds the search keys.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Column, LargeBinary, Table, literal_column

from contract.identities import Key, System
from server import schema
from server.db import Encrypted, EncryptedBytes
from server.people import queries as people
from server.people.models import NAME_PARTS
from server.people.name_parts import numbers_of
from server.record import mine, vaccinations
from server.record.doses import Dose


@dataclass(frozen=True, slots=True)
class Sealed:
    """The encrypted columns of one table."""

    table: Table
    columns: tuple[Column[Any], ...]

    @property
    def keys(self) -> list[Column[Any]]:
        return list(self.table.primary_key.columns)


@dataclass(frozen=True, slots=True)
class Search:
    """One search key: *made* from the values of *of*; None where the row has none to make."""

    table: str
    column: str
    of: tuple[str, ...]
    made: Callable[..., str | int | None]


def sealed() -> Iterator[Sealed]:
    """Yield every table that has encrypted columns."""
    for table in schema.tables.sorted_tables:
        kept = [c for c in table.columns if isinstance(c.type, Encrypted | EncryptedBytes)]
        if kept:
            yield Sealed(table, tuple(kept))


def raw(column: Column[Any]) -> Any:
    """Return a column as the bytes that stand in the database."""
    return literal_column(f'"{column.table.name}"."{column.name}"', LargeBinary)


def _number(system: str, value: str) -> str | None:
    return people.value_blind(Key(System(system), value)) if value else None


def _card(number: str) -> str | None:
    return _number(str(System.CARD), number)


def _link(token: str) -> str | None:
    return mine.blind(token) if token else None


def _day(said: str) -> str | None:
    on = msgspec.json.decode(said, type=Dose).on
    return vaccinations.day_blind(on) if on else None


def _part(place: int, person_id: UUID, name: str | None) -> int | None:
    return numbers_of(person_id, name)[place]


SEARCHES = (
    Search("identity", "value_blind", ("system", "value"), _number),
    Search("person", "name_blind", ("name",), people.name_blind),
    Search("person", "block_blind", ("name", "birth_year"), people.block_blind),
    *(
        Search("person", column, ("id", "name"), partial(_part, place))
        for place, column in enumerate(NAME_PARTS)
    ),
    Search("card", "number_blind", ("number",), _card),
    Search("my_link", "token_blind", ("token",), _link),
    Search("vaccination", "day_blind", ("said",), _day),
)
# Hashes under the lasting key: of several things said at once, and of vehicles.
LASTING = {"disagreement.said_blind", "phone_person.said_blind", "check_in.vehicle_blind"}
