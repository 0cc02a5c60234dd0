"""What is looked for among people's samples: its conditions, and the order of time of what fits."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, and_, func, null, or_, select, type_coerce
from sqlalchemy.orm import Session

from server.accounts.within import Within
from server.officers import conditions
from server.officers.asking import asked
from server.officers.wishes import Wish
from server.outcomes.models import Outcome
from server.people.models import Person
from server.people.name_parts import Sought, has
from server.sampling.models import Pairing

Key = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class Hit:
    """A sample that fits."""

    at: datetime
    id: UUID
    tube: str
    place: str
    name: str | None

    @property
    def key(self) -> Key:
        return self.at, self.id


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked for, and the conditions that lead to few of it, None where none does."""

    wish: Wish
    within: Within
    name: Sought | None
    leading: tuple[ColumnElement[bool], ...] | None
    told: bool = False  # outcomes of the status that is asked for lead, and not the samples

    @property
    def at(self) -> Any:
        """Return what the order of time goes by.

        Where something leads to few rows, it is an expression: no index of it shall lead.
        """
        if self.told:
            return Outcome.sampled_at
        few = self.leading is not None
        return func.coalesce(Pairing.paired_at, Pairing.paired_at) if few else Pairing.paired_at

    @property
    def which(self) -> Any:
        """Return what stands in order where the time is one."""
        return Outcome.pairing_id if self.told else Pairing.id

    @property
    def opens_newest(self) -> bool:
        """Whether a name led to few rows: put in order first, and opened when it is their turn."""
        return self.leading is not None and self.name is not None

    @property
    def begun(self) -> list[ColumnElement[bool]]:
        """Return the condition that a row stands behind the last one that was shown, if any was."""
        at, which, after = self.at, self.which, self.wish.after
        if after is None:
            return []
        if self.wish.sort == "at":
            return [and_(at >= after[0], or_(at > after[0], which > after[1]))]
        return [and_(at <= after[0], or_(at < after[0], which < after[1]))]

    def statement(self, keys: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        """Ask for *keys* of what fits."""
        every = conditions.plain(self.wish, self.within, told=self.told)
        if self.told:
            keys = keys.join(Outcome, Outcome.pairing_id == Pairing.id)
        keys = keys.where(*(self.leading or ()), *every, *conditions.of_file(self.wish))
        if self.name is None or self.leading is not None:  # few enough to read each name
            return keys
        return keys.where(*conditions.may_be_named(self.name.numbers))

    def sifted(self, rows: Iterable[Any]) -> Iterator[Hit]:
        """Leave out whose name has not all parts: the index only led to them."""
        hits = (Hit(*row) for row in rows)
        return (hit for hit in hits if self.name is None or has(hit.name, self.name.parts))

    def all(self, session: Session) -> list[Hit]:
        named = self.name is not None or "name" in self.wish.sort
        return list(self.sifted(session.execute(self.statement(keys_of(named=named)))))


def search_of(session: Session, wish: Wish, within: Within) -> Search:
    """Return the search for *wish*.  Raises BadInput."""
    said = asked(session, wish.q) if wish.q else None
    name = said.name if said else None
    leading = list(conditions.certain(wish, said))
    if not leading and (led := conditions.narrow(session, wish, name)) is not None:
        leading = [led]
    return Search(wish, within, name, tuple(leading) or None)


def keys_of(*, named: bool) -> Select[*tuple[Any, ...]]:
    """Ask for what makes a Hit of each pairing."""
    text = type_coerce(Pairing.tube, String)
    columns = (Pairing.paired_at, Pairing.id, text, Pairing.place)
    if not named:
        return select(*columns, null())
    return select(*columns, Person.name).join(Person, Person.id == Pairing.person_id)
