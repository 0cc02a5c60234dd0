"""Find people's samples by anything that is known of them, a page at a time.  Reads only.

Two ways lead to a page.  Where some filter leads to few rows, those are looked at, all of them, and
can stand in any order.  Else rows are gone through in the order of time, some thousand at once:
a page never takes long, says how far it looked, and the next one goes on from there.  Where an
outcome is asked for that few have, these are gone through by their own index instead, in the same
order.  A name's index finds candidates (`people.name_parts`); the name itself, decrypted, says who
of them it is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import Select, String, select, type_coerce
from sqlalchemy.orm import Session

from contract import names
from server.accounts.within import Within
from server.db import among_these
from server.officers import conditions
from server.officers.details import Row, rows_of
from server.officers.looking import Hit, Key, Search, keys_of, search_of
from server.officers.wishes import Wish
from server.outcomes.models import Outcome
from server.sampling.models import Pairing

PAGE = 50
LOOKS = 2  # for one page
AT_ONCE, AT_A_TIME = 500, PAGE + 1  # which says whether there is another page
_FIRST, _LAST = UUID(int=0), UUID(int=(1 << 128) - 1)


@dataclass(frozen=True, slots=True)
class Strides:
    """How many rows are gone through in one look.

    Of outcomes of one status fewer: each of them leads to a row elsewhere.
    """

    samples: int = 20_000
    outcomes: int = 2_000


STRIDES = Strides()


@dataclass(frozen=True, slots=True)
class Found:
    """One page.  `after` begins the next; `looked_to` is set where the look ended early.

    `ordered` is False where too many fit to stand in the order that was asked for.
    """

    rows: Sequence[Row]
    after: Key | None = None
    looked_to: datetime | None = None
    ordered: bool = True


def find(session: Session, wish: Wish, within: Within, strides: Strides = STRIDES) -> Found:
    """Return a page of the samples that fit.  Raises BadInput."""
    search = search_of(session, wish, within)
    if search.leading is None:
        return _in_time(session, search, strides)
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
    search = search_of(session, replace(wish, after=None), within)
    if search.leading is None:
        return islice(_between(session, _further(session, search, STRIDES)[0], None), most)
    if wish.sort.endswith("at"):
        return islice(_between(session, search, None), most)
    return islice(_sorted(search.all(session), wish.sort), most)


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


def _in_time(session: Session, search: Search, strides: Strides) -> Found:
    """Go through the rows in the order of time until a page is full or long enough was looked."""
    hits: list[Hit] = []
    wish, looked_to = search.wish, None
    after = wish.after
    for _ in range(LOOKS):
        here = replace(search, wish=replace(wish, after=after))
        here, looked_to = _further(session, here, strides)
        hits += islice(_between(session, here, looked_to), PAGE + 1 - len(hits))
        if len(hits) > PAGE or looked_to is None:
            break
        after = (looked_to, _LAST if wish.sort == "at" else _FIRST)
    rows = rows_of(session, [hit.id for hit in hits[:PAGE]])
    ordered = wish.sort.endswith("at")
    if len(hits) > PAGE:
        return Found(rows, hits[PAGE - 1].key, ordered=ordered)
    return Found(rows, after if looked_to else None, looked_to, ordered)


def _between(session: Session, search: Search, edge: datetime | None) -> Iterator[Hit]:
    """Yield what fits from where the wish begins to *edge*, in the order of time."""
    up, at, which = search.wish.sort == "at", search.at, search.which
    alone = search.opens_newest
    keys = select(type_coerce(Pairing.id, String)) if alone else keys_of(named=bool(search.name))
    statement = search.statement(keys).where(*search.begun)
    if edge is not None:
        statement = statement.where(at <= edge if up else at >= edge)
    order = (at.asc(), which.asc()) if up else (at.desc(), which.desc())
    statement = statement.order_by(*order)
    if alone:
        yield from search.sifted(_opened(session, statement))
        return
    with session.execute(statement.execution_options(yield_per=AT_A_TIME)) as rows:
        yield from search.sifted(rows)  # whoever has enough closes what is left on the way


def _opened(session: Session, ids: Select[*tuple[Any, ...]]) -> Iterator[Any]:
    """Yield the rows of *ids* in their order, read and opened a page at a time."""
    with session.execute(ids.execution_options(yield_per=AT_A_TIME)) as found:
        for part in found.scalars().partitions():
            some = [str(each).replace("-", "") for each in part]
            rows = session.execute(keys_of(named=True).where(among_these(Pairing.id, some)))
            by_id = {row.id.hex: row for row in rows}
            yield from (by_id[each] for each in some)


def _further(session: Session, search: Search, strides: Strides) -> tuple[Search, datetime | None]:
    """Return how to go on, and to what time: by all samples, or by those with the outcome alone.

    Whichever gets further back.  The time of an outcome that holds is that of its sample.
    """
    edge = _edge(session, search, strides.samples)
    if edge is None or not conditions.leads(search.wish):
        return search, edge
    by_outcome = replace(search, told=True)
    other = _edge(session, by_outcome, strides.outcomes)
    gets_further = other is None or (other > edge if search.wish.sort == "at" else other < edge)
    return (by_outcome, other) if gets_further else (search, edge)


def _edge(session: Session, search: Search, most: int) -> datetime | None:
    """Return the time of the last of *most* rows that are gone through, None if all of them are."""
    at = search.at
    times = select(at).where(*search.begun, *conditions.days(search.wish, at))
    if search.told:
        times = times.where(Outcome.status == search.wish.status)
    ordered = times.order_by(at if search.wish.sort == "at" else at.desc())
    return session.scalar(ordered.offset(most).limit(1))
