"""The filters of the matched outcomes as conditions on pairings, and which of them lead to few.

A condition that leads to few rows is asked first and by its own index; all others are asked of
each row in the order of time (`search`).
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, time, timedelta
from functools import partial
from math import prod
from typing import Any

from sqlalchemy import ColumnElement, Select, String, exists, false, select, type_coerce
from sqlalchemy.orm import Session

from server.accounts.within import Within
from server.db import among_texts, among_these
from server.display import VIETNAM
from server.lab.imports.models import ImportRow
from server.lab.models import Reception, Result
from server.officers.asking import Asked
from server.officers.sample_states import WORDS, state_is, superseded
from server.officers.wishes import Wish
from server.outcomes.merge import Status
from server.outcomes.models import Outcome
from server.people.finding import Mark, count_of, led_to, named
from server.people.name_parts import Sought, may_have
from server.sampling.models import Pairing

HANDFUL = 300  # people whom nothing need sift
FEW = 4_000  # rows that are looked at one by one within the time of a page
FEW_IN_TIME = 8_000  # of which only the newest are opened
DENSE = 0.005  # of all people
Conditions = list[ColumnElement[bool]]
These = Callable[[Sequence[Any]], ColumnElement[bool]]


def plain(wish: Wish, within: Within, *, told: bool = False) -> Conditions:
    """Return the conditions that are asked of each row; where *told*, its outcome stands by it."""
    at = Outcome.sampled_at if told else Pairing.paired_at
    found: Conditions = [within.only(wish.place).rows(Pairing.place), *days(wish, at)]
    if wish.station:
        found.append(Pairing.station == wish.station)
    if wish.pool:
        found.append((Pairing.order == "pool").is_(wish.pool == "pool"))
    if wish.lab:
        found.append(exists().where(Result.tube == Pairing.tube, Result.lab == wish.lab))
    if wish.state:
        found.append(state_is(wish.state) if wish.state in WORDS else false())
    if told:
        found += [Outcome.status == wish.status, *_of_the_pairing()]
    elif wish.status:  # by the tube's index, not by that of the status
        found.append(exists().where(Outcome.status.concat("") == wish.status, *_of_the_pairing()))
    return found


def days(wish: Wish, at: Any) -> Conditions:
    """Return that *at* is on the days of sampling, by Vietnam's clock, first and last with them."""
    found: Conditions = []
    if wish.begin:
        found.append(at >= datetime.combine(wish.begin, time(), VIETNAM))
    if wish.end:
        after = datetime.combine(wish.end, time(), VIETNAM) + timedelta(days=1)
        found.append(at < after)
    return found


def leads(wish: Wish) -> bool:
    """Return whether outcomes of the wish's status can be gone through in the place of samples.

    What was taken back keeps the time that its sample had then; every other is written anew with
    it.
    """
    return wish.status not in ("", Status.WITHDRAWN)


def _of_the_pairing() -> Conditions:
    return [
        Outcome.tube == Pairing.tube, Outcome.person_id == Pairing.person_id,
        Outcome.pairing_id == Pairing.id, ~superseded(),
    ]  # fmt: skip


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
    most = FEW_IN_TIME if wish.sort.endswith("at") else FEW
    if name is not None and (marks := _people(session, name, most)) is not None:
        return among_these(Pairing.person_id, named(session, marks, name.parts))
    for found, are_these in _perhaps(wish):
        few = session.scalars(found.limit(FEW + 1)).all()
        if len(few) <= FEW:
            return are_these(few)
    return None


def _people(session: Session, name: Sought, most: int) -> list[Mark] | None:
    """Return whom the parts of a name lead to, None where these are more than *most*.

    Where the rarest leads to more than a handful, the other parts sift them.
    """
    if not name.numbers:
        return None
    if most == FEW_IN_TIME and _are_dense(name):
        return None
    rarest = name.numbers[:1]
    groups = rarest if count_of(session, rarest[0], HANDFUL + 1) <= HANDFUL else name.numbers
    return led_to(session, groups, most)


def _are_dense(name: Sought) -> bool:
    """Return whether several parts are so common that time finds a page of whom has them sooner.

    A number is of one in a thousand.
    """
    return len(name.numbers) > 1 and prod(len(each) / 1000 for each in name.numbers) > DENSE


def _perhaps(wish: Wish) -> Iterator[tuple[Select[Any], These]]:
    """Yield what a filter leads to by its own index, and the condition that it is one of these."""
    if wish.file:
        tubes = select(type_coerce(ImportRow.tube, String)).where(ImportRow.import_id == wish.file)
        yield (
            tubes.where(ImportRow.tube.is_not(None)).distinct(),
            partial(among_texts, Pairing.tube),
        )
    if wish.status and not (wish.sort.endswith("at") and leads(wish)):
        pairings = select(type_coerce(Outcome.pairing_id, String))
        yield pairings.where(Outcome.status == wish.status), _these_pairings


def _these_pairings(ids: Sequence[Any]) -> ColumnElement[bool]:
    return among_these(Pairing.id, [str(each).replace("-", "") for each in ids])


def may_be_named(numbers: Sequence[Sequence[int]]) -> Conditions:
    """Return the conditions that a person may have all these parts in their name."""
    return [may_have(each) for each in numbers]


def of_file(wish: Wish) -> Conditions:
    """Return the condition of an import's file as it is asked of each row."""
    if wish.file is None:
        return []
    row = exists().where(ImportRow.import_id == wish.file, ImportRow.tube == Pairing.tube)
    return [row]
