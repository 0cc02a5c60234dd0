"""The filters of the matched outcomes as conditions on pairings, and which of them lead to few.

A condition that leads to few rows is asked first and by its own index; all others are asked of
each row in the order of time (`search`).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, false, func, select
from sqlalchemy.orm import Session

from server.accounts.within import Within
from server.display import VIETNAM
from server.lab.imports.models import ImportRow
from server.lab.models import Reception, Result
from server.officers.asking import Asked
from server.officers.sample_states import WORDS, state_is, superseded
from server.officers.wishes import Wish
from server.outcomes.models import Outcome
from server.people.models import Person
from server.people.name_parts import Sought, leads
from server.sampling.models import Pairing

FEW = 4_000  # rows that are looked at one by one within the time of a page
Conditions = list[ColumnElement[bool]]


def plain(wish: Wish, within: Within) -> Conditions:
    """Return the conditions that are asked of each row."""
    found: Conditions = [within.only(wish.place).rows(Pairing.place), *days(wish)]
    if wish.station:
        found.append(Pairing.station == wish.station)
    if wish.pool:
        found.append((Pairing.order == "pool").is_(wish.pool == "pool"))
    if wish.lab:
        found.append(exists().where(Result.tube == Pairing.tube, Result.lab == wish.lab))
    if wish.state:
        found.append(state_is(wish.state) if wish.state in WORDS else false())
    if wish.status:
        found.append(_has(wish.status))
    return found


def days(wish: Wish) -> Conditions:
    """Return the days of sampling, by Vietnam's clock, from the first to the last."""
    found: Conditions = []
    if wish.begin:
        found.append(Pairing.paired_at >= datetime.combine(wish.begin, time(), VIETNAM))
    if wish.end:
        after = datetime.combine(wish.end, time(), VIETNAM) + timedelta(days=1)
        found.append(Pairing.paired_at < after)
    return found


def _has(status: str) -> ColumnElement[bool]:
    return exists().where(
        Outcome.tube == Pairing.tube, Outcome.person_id == Pairing.person_id,
        Outcome.pairing_id == Pairing.id,
        Outcome.status.concat("") == status,  # by the tube's index, not by that of the status
        ~superseded(),
    )  # fmt: skip


def certain(wish: Wish, asked: Asked | None) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions that lead to few rows whatever there is: a tube, a person, a box."""
    if wish.person:
        yield Pairing.person_id == wish.person
    if asked is not None and asked.name is None:
        if asked.persons:
            yield Pairing.person_id.in_(asked.persons)
        else:
            yield Pairing.tube.in_(asked.tubes)
    if wish.box:
        yield Pairing.tube.in_(select(Reception.tube).where(Reception.box == wish.box))


def narrow(session: Session, wish: Wish, name: Sought | None) -> ColumnElement[bool] | None:
    """Return a condition that turns out to lead to few rows, None if there is none."""
    for found, condition in _perhaps(wish, name):
        few = found.limit(FEW + 1).subquery()
        if (session.scalar(select(func.count()).select_from(few)) or 0) <= FEW:
            return condition
    return None


def _perhaps(wish: Wish, name: Sought | None) -> Iterator[tuple[Select[Any], ColumnElement[bool]]]:
    if wish.file:
        tubes = select(ImportRow.tube).where(
            ImportRow.import_id == wish.file, ImportRow.tube.is_not(None)
        )
        yield tubes.distinct(), Pairing.tube.in_(tubes)
    if name is not None and name.numbers:
        persons = select(Person.id).where(*named(name.numbers, leading=True))
        yield persons, Pairing.person_id.in_(persons)
    if wish.status:
        stand = select(Outcome.pairing_id).where(Outcome.status == wish.status)
        yield stand, Pairing.id.in_(stand)


def named(numbers: Sequence[Sequence[int]], *, leading: bool = False) -> Conditions:
    """Return the conditions that a person may have all these parts in their name.

    The first of them *leads* by its index; the others are asked of whom it leads to.
    """
    columns = Person.name_parts()
    plain = [column + 0 for column in columns]  # an expression has no index
    return [
        leads(columns if leading and at == 0 else plain, each) for at, each in enumerate(numbers)
    ]


def of_file(wish: Wish) -> Conditions:
    """Return the condition of an import's file as it is asked of each row."""
    if wish.file is None:
        return []
    row = exists().where(ImportRow.import_id == wish.file, ImportRow.tube == Pairing.tube)
    return [row]
