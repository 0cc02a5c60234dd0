"""Find people's samples by anything that is known of them, a page at a time.  Reads only.

Two ways lead to a page.  Where some filter leads to few rows, those are looked at, all of them, and
can stand in any order.  Else rows are gone through in the order of time, WINDOW of them at once:
a page never takes long, says how far it looked, and the next one goes on from there.  A name's
index finds candidates (`people.name_parts`); the name itself, decrypted, says who of them it is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, and_, null, or_, select, type_coerce
from sqlalchemy.orm import Session

from contract import names
from server.accounts.within import Within
from server.officers import conditions
from server.officers.asking import Asked, asked
from server.officers.details import Row, rows_of
from server.officers.wishes import Wish
from server.people.models import Person
from server.people.name_parts import Sought, has
from server.sampling.models import Pairing

PAGE = 50
WINDOW, LOOKS = 20_000, 2  # rows that are gone through at a time, and how often for one page
AT_ONCE = 500
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
    said = asked(session, wish.q) if wish.q else None
    few = _few(session, wish, said, within)
    if few is None:
        return _in_time(session, wish, said.name if said else None, within)
    rest = _beyond(_sorted(few, wish.sort), wish.after)
    more = rest[PAGE - 1].key if len(rest) > PAGE else None
    return Found(rows_of(session, [hit.id for hit in rest[:PAGE]]), more)


def every(session: Session, wish: Wish, within: Within, most: int) -> Iterator[Row]:
    """Yield the rows that fit, *most* of them at the utmost, as they are found."""
    found = iter(hits(session, wish, within, most))
    while some := list(islice(found, AT_ONCE)):
        yield from rows_of(session, [hit.id for hit in some])


def hits(session: Session, wish: Wish, within: Within, most: int) -> Iterator[Hit]:
    """Yield what fits, *most* of it at the utmost, by time, id and tube alone.  Raises BadInput."""
    said = asked(session, wish.q) if wish.q else None
    few = _few(session, wish, said, within)
    if few is not None:
        return islice(_sorted(few, wish.sort), most)
    name = said.name if said else None
    return islice(_between(session, replace(wish, after=None), name, within, None), most)


def _few(session: Session, wish: Wish, said: Asked | None, within: Within) -> list[Hit] | None:
    """Return all that fit, where a filter leads to few; None where none does."""
    name = said.name if said else None
    leading = list(conditions.certain(wish, said))
    if not leading:
        led = conditions.narrow(session, wish, name)
        if led is None:
            return None
        leading = [led]
    asked_for = [*leading, *conditions.plain(wish, within), *conditions.of_file(wish)]
    statement = _keys(named=name is not None or "name" in wish.sort).where(*asked_for)
    if name is not None:
        statement = statement.where(*conditions.named(name.numbers))
    hits = (Hit(*row) for row in session.execute(statement))
    return [hit for hit in hits if name is None or has(hit.name, name.parts)]


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


def _in_time(session: Session, wish: Wish, name: Sought | None, within: Within) -> Found:
    """Go through the rows in the order of time until a page is full or long enough was looked."""
    hits: list[Hit] = []
    after, looked_to = wish.after, None
    for _ in range(LOOKS):
        looked = replace(wish, after=after)
        edge = _edge(session, looked)
        hits += islice(_between(session, looked, name, within, edge), PAGE + 1 - len(hits))
        looked_to = edge
        if len(hits) > PAGE or edge is None:
            break
        after = (edge, _LAST if wish.sort == "at" else _FIRST)
    rows = rows_of(session, [hit.id for hit in hits[:PAGE]])
    ordered = wish.sort.endswith("at")
    if len(hits) > PAGE:
        return Found(rows, hits[PAGE - 1].key, ordered=ordered)
    return Found(rows, after if looked_to else None, looked_to, ordered)


def _between(
    session: Session, wish: Wish, name: Sought | None, within: Within, edge: datetime | None
) -> Iterator[Hit]:
    """Yield what fits from where the wish begins to *edge*, in the order of time."""
    up = wish.sort == "at"
    asked_for = [*conditions.plain(wish, within), *conditions.of_file(wish)]
    if wish.after is not None:
        asked_for.append(_past(wish.after, up=up))
    if edge is not None:
        asked_for.append(Pairing.paired_at <= edge if up else Pairing.paired_at >= edge)
    statement = _keys(named=name is not None).where(*asked_for)
    if name is not None:
        statement = statement.where(*conditions.named(name.numbers))
    ordered = statement.order_by(*_order(up=up)).execution_options(yield_per=100)
    for row in session.execute(ordered):
        if name is None or has(row[4], name.parts):
            yield Hit(*row)


def _edge(session: Session, wish: Wish) -> datetime | None:
    """Return the time of the last row that is gone through now, None where there are no more."""
    up = wish.sort == "at"
    begins = [] if wish.after is None else [_past(wish.after, up=up)]
    times = select(Pairing.paired_at).where(*begins, *conditions.days(wish))
    order = Pairing.paired_at if up else Pairing.paired_at.desc()
    return session.scalar(times.order_by(order).offset(WINDOW).limit(1))


def _past(key: Key, *, up: bool) -> ColumnElement[bool]:
    at, which = key
    if up:
        beyond = or_(Pairing.paired_at > at, Pairing.id > which)
        return and_(Pairing.paired_at >= at, beyond)
    return and_(Pairing.paired_at <= at, or_(Pairing.paired_at < at, Pairing.id < which))


def _order(*, up: bool) -> tuple[Any, Any]:
    if up:
        return Pairing.paired_at.asc(), Pairing.id.asc()
    return Pairing.paired_at.desc(), Pairing.id.desc()
