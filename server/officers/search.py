"""Find people's samples by anything that is known of them, a page at a time.  Reads only.

Two ways lead to a page.  Where some filter leads to few rows, those are looked at, all of them, and
can stand in any order.  Else rows are gone through in the order of time, WINDOW of them at once:
a page never takes long, says how far it looked, and the next one goes on from there.  A name's
index finds candidates (`people.name_parts`); the name itself, decrypted, says who of them it is.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, and_, func, null, or_, select, type_coerce
from sqlalchemy.orm import Session

from contract import names
from server.accounts.within import Within
from server.db import among_these
from server.officers import conditions
from server.officers.asking import asked
from server.officers.details import Row, rows_of
from server.officers.wishes import Wish
from server.people.models import Person
from server.people.name_parts import Sought, has
from server.sampling.models import Pairing

PAGE = 50
WINDOW, LOOKS = 20_000, 2  # rows that are gone through at a time, and how often for one page
AT_ONCE, AT_A_TIME = 500, 100
Key = tuple[datetime, UUID]
_FIRST, _LAST = UUID(int=0), UUID(int=(1 << 128) - 1)


@dataclass(frozen=True, slots=True)
class Found:
    """One page.  `after` begins the next; `looked_to` is set where the look ended early.

    `ordered` is False where too many fit to stand in the order that was asked for.
    """

    rows: Sequence[Row]
    after: Key | None = None
    looked_to: datetime | None = None
    ordered: bool = True


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


def find(session: Session, wish: Wish, within: Within) -> Found:
    """Return a page of the samples that fit.  Raises BadInput."""
    search = _search(session, wish, within)
    if search.leading is None:
        return _in_time(session, search)
    if wish.sort.endswith("at"):
        hits = list(islice(_between(session, search, None), PAGE + 1))
    else:
        hits = _beyond(_sorted(search.all(session), wish.sort), wish.after)
    more = hits[PAGE - 1].key if len(hits) > PAGE else None
    return Found(rows_of(session, [hit.id for hit in hits[:PAGE]]), more)


def every(session: Session, wish: Wish, within: Within, most: int) -> Iterator[Row]:
    """Yield the rows that fit, *most* of them at the utmost, as they are found."""
    found = iter(hits(session, wish, within, most))
    while some := list(islice(found, AT_ONCE)):
        yield from rows_of(session, [hit.id for hit in some])


def hits(session: Session, wish: Wish, within: Within, most: int) -> Iterator[Hit]:
    """Yield what fits, *most* of it at the utmost, by time, id and tube alone.  Raises BadInput."""
    search = _search(session, replace(wish, after=None), within)
    if search.leading is None or wish.sort.endswith("at"):
        return islice(_between(session, search, None), most)
    return islice(_sorted(search.all(session), wish.sort), most)


@dataclass(frozen=True, slots=True)
class _Search:
    """What is asked for, and the conditions that lead to few of it, None where none does."""

    wish: Wish
    within: Within
    name: Sought | None
    leading: tuple[ColumnElement[bool], ...] | None

    @property
    def opens_newest(self) -> bool:
        """Whether a name led to few rows: put in order first, and opened when it is their turn."""
        return self.leading is not None and self.name is not None

    def statement(self, keys: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        """Ask for *keys* of what fits."""
        every = [*conditions.plain(self.wish, self.within), *conditions.of_file(self.wish)]
        keys = keys.where(*(self.leading or ()), *every)
        if self.name is None or self.leading is not None:  # few enough to read each name
            return keys
        return keys.where(*conditions.named(self.name.numbers))

    def sifted(self, rows: Iterable[Any]) -> Iterator[Hit]:
        """Leave out whose name has not all parts: the index only led to them."""
        hits = (Hit(*row) for row in rows)
        return (hit for hit in hits if self.name is None or has(hit.name, self.name.parts))

    def all(self, session: Session) -> list[Hit]:
        named = self.name is not None or "name" in self.wish.sort
        return list(self.sifted(session.execute(self.statement(_keys(named=named)))))


def _search(session: Session, wish: Wish, within: Within) -> _Search:
    said = asked(session, wish.q) if wish.q else None
    name = said.name if said else None
    leading = list(conditions.certain(wish, said))
    if not leading and (led := conditions.narrow(session, wish, name)) is not None:
        leading = [led]
    return _Search(wish, within, name, tuple(leading) or None)


def _keys(*, named: bool) -> Select[*tuple[Any, ...]]:
    text = type_coerce(Pairing.tube, String)
    columns = (Pairing.paired_at, Pairing.id, text, Pairing.place)
    if not named:
        return select(*columns, null())
    return select(*columns, Person.name).join(Person, Person.id == Pairing.person_id)


def _sorted(hits: Sequence[Hit], sort: str) -> list[Hit]:
    by = sort.removeprefix("-")
    keys = {
        "at": lambda hit: hit.key,
        "name": lambda hit: names.sort_key(hit.name or ""),
        "tube": lambda hit: hit.tube,
        "place": lambda hit: hit.place,
    }
    latest_first = sorted(hits, key=lambda hit: hit.key, reverse=True)
    return sorted(latest_first, key=keys[by], reverse=sort.startswith("-"))


def _beyond(hits: list[Hit], after: Key | None) -> list[Hit]:
    at = next((at for at, hit in enumerate(hits, 1) if after and hit.id == after[1]), 0)
    return hits[at:]


def _in_time(session: Session, search: _Search) -> Found:
    """Go through the rows in the order of time until a page is full or long enough was looked."""
    hits: list[Hit] = []
    wish, looked_to = search.wish, None
    after = wish.after
    for _ in range(LOOKS):
        here = replace(search, wish=replace(wish, after=after))
        looked_to = _edge(session, here.wish)
        hits += islice(_between(session, here, looked_to), PAGE + 1 - len(hits))
        if len(hits) > PAGE or looked_to is None:
            break
        after = (looked_to, _LAST if wish.sort == "at" else _FIRST)
    rows = rows_of(session, [hit.id for hit in hits[:PAGE]])
    ordered = wish.sort.endswith("at")
    if len(hits) > PAGE:
        return Found(rows, hits[PAGE - 1].key, ordered=ordered)
    return Found(rows, after if looked_to else None, looked_to, ordered)


def _between(session: Session, search: _Search, edge: datetime | None) -> Iterator[Hit]:
    """Yield what fits from where the wish begins to *edge*, in the order of time.

    Where something leads to few rows, the time is an expression: no index of it shall lead.
    """
    up, few = search.wish.sort == "at", search.leading is not None
    at = func.coalesce(Pairing.paired_at, Pairing.received_at) if few else Pairing.paired_at
    alone = search.opens_newest
    keys = select(type_coerce(Pairing.id, String)) if alone else _keys(named=bool(search.name))
    statement = search.statement(keys)
    if search.wish.after is not None:
        statement = statement.where(_past(at, search.wish.after, up=up))
    if edge is not None:
        statement = statement.where(at <= edge if up else at >= edge)
    order = (at.asc(), Pairing.id.asc()) if up else (at.desc(), Pairing.id.desc())
    statement = statement.order_by(*order)
    if alone:
        yield from search.sifted(_opened(session, statement))
        return
    with session.execute(statement.execution_options(yield_per=AT_A_TIME)) as rows:
        yield from search.sifted(rows)  # whoever has enough closes what is left on the way


def _opened(session: Session, ids: Select[*tuple[Any, ...]]) -> Iterator[Any]:
    """Yield the rows of *ids* in their order, read and opened a hundred at a time."""
    found = [str(each).replace("-", "") for each in session.scalars(ids).all()]
    for first in range(0, len(found), AT_A_TIME):
        some = found[first : first + AT_A_TIME]
        rows = session.execute(_keys(named=True).where(among_these(Pairing.id, some)))
        by_id = {row.id.hex: row for row in rows}
        yield from (by_id[each] for each in some)


def _edge(session: Session, wish: Wish) -> datetime | None:
    """Return the time of the last row that is gone through now, None where there are no more."""
    up, at = wish.sort == "at", Pairing.paired_at
    begins = [] if wish.after is None else [_past(at, wish.after, up=up)]
    times = select(at).where(*begins, *conditions.days(wish))
    return session.scalar(times.order_by(at if up else at.desc()).offset(WINDOW).limit(1))


def _past(at: Any, key: Key, *, up: bool) -> ColumnElement[bool]:
    then, which = key
    if up:
        return and_(at >= then, or_(at > then, Pairing.id > which))
    return and_(at <= then, or_(at < then, Pairing.id < which))
