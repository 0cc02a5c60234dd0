"""Many pairings, as applying leaves them: event, person, numbers, pairing, tube on a desk, trail.

Rows are written in bulk while nothing serves, roll-ups and the trail's seals by the product itself.
Each station has A_DAY pairings a day; every second one is of somebody who was paired before.
"""

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any
from uuid import UUID

from benchmarks.filling import indexes_last
from benchmarks.ingest_traffic import Chain
from benchmarks.load_site import PLACE, Ground
from contract import ids
from contract.identities import Key, System
from contract.population import residents
from contract.specimens import Specimen
from contract.tubes import TubeId
from server.audit import sealing
from server.audit import services as audit
from server.db import Database, open_database
from server.figures import folding, marks
from server.intake.models import WireEvent
from server.outcomes.desk_models import DeskItem
from server.outcomes.standing import Desk
from server.people import queries
from server.people.models import NAME_PARTS, Identity, Person
from server.people.name_parts import numbers_of
from server.rows import insert_rows
from server.sampling.models import Lot, Pairing

SERIES, A_DAY, A_LOT, AT_ONCE = 27, 1000, 2000, 5000
EPOCH = "00000000000000f1"
_SEED, _DAYS, _EVERY = 5, 400, 30  # days before today; seconds between two pairs of a station
_KNOWN = 50_000  # people from whom those who come again are drawn
_ALIKE = {
    "operator": "", "person_kind": "citizen-card", "order": "person-first", "trusted": True,
    "place": PLACE, "took_ms": 4200, "manual": False,
}  # fmt: skip
_MODELS = (WireEvent, Person, Identity, Pairing, DeskItem)
Row = dict[str, Any]


def fill(made: Ground, first: int, last: int, keep: int) -> list[Specimen]:
    """Add the pairings number *first* to *last* of all; return about *keep* of the people."""
    database = open_database(made.settings.database_url)
    people = _people(first, last)
    step = max(1, (_until(last) - _until(first)) // max(1, keep))
    kept: list[Specimen] = []
    rows = _rows(made.chains, first, last, _noting(people, step, kept))
    with indexes_last(database, *_MODELS):
        done = first
        while some := list(islice(rows, AT_ONCE)):
            _write(database, some)
            done += len(some)
            print(f"\r  {done:>11,} pairings stored", end="", file=sys.stderr)
    with database.write() as session:
        insert_rows(session, Lot, list(_lots(first, last)))
        marks.mark_all(session, datetime.now(UTC))
    folding.fold_all(database)
    sealing.seal_all(database, lambda: datetime.now(UTC))
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as one:
            one.exec_driver_sql("VACUUM ANALYZE")  # else it would, while we measure
    database.engine.dispose()
    print(file=sys.stderr)
    return kept


def _until(pairings: int) -> int:
    """Return how many people the first so many pairings are of."""
    return (pairings + 1) // 2


def _people(first: int, last: int) -> Iterator[Specimen]:
    count = _until(last) - _until(first)
    return (each.person for each in residents(count, _SEED, _until(first) + 1))


def _noting(people: Iterator[Specimen], step: int, kept: list[Specimen]) -> Iterator[Specimen]:
    for number, one in enumerate(people):
        if number % step == 0:
            kept.append(one)
        yield one


def _write(database: Database, some: Sequence[dict[type[Any], list[Row]]]) -> None:
    with database.write() as session:
        for model in (Person, Identity, WireEvent, Pairing, DeskItem):
            insert_rows(session, model, [row for each in some for row in each[model]])
        by = [(f"station:{pair['station']}", pair) for each in some for pair in each[Pairing]]
        last = by[-1][1]["paired_at"]
        met = [(f"event:{one['id']}", one["id"], "citizen-card")
               for each in some for one in each[Person]]  # fmt: skip
        paired = [(station, pair["tube"], str(pair["id"])) for station, pair in by]
        audit.record_each(session, "person.met", met, now=last)
        audit.record_each(session, "tube.paired", paired, now=last)


def _rows(
    chains: Sequence[Chain], first: int, last: int, newcomers: Iterator[Specimen]
) -> Iterator[dict[type[Any], list[Row]]]:
    """Yield the rows of each pairing; who comes again is one of this part."""
    rng, known = Random(first), list[UUID]()  # noqa: S311 - no secret
    payload = _payload(chains[0])
    start = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    start -= timedelta(days=_DAYS)
    for number in range(first, last):
        block, place = divmod(number, A_DAY)
        day, table = divmod(block, len(chains))
        at = start + timedelta(days=day, seconds=_EVERY * place)
        met: dict[type[Any], list[Row]] = {Person: [], Identity: []}
        if number % 2 == 0:
            person, one = ids.ordered_id(at, rng.randbytes(ids.LOT)), next(newcomers)
            met = {Person: [_person(person, one, at)], Identity: [_identity(person, one, at, rng)]}
            _remember(known, person, rng)
        else:
            person = rng.choice(known)
        pairing = {
            "id": ids.ordered_id(at, rng.randbytes(ids.LOT)), "person_id": person,
            "tube": TubeId.mint(SERIES, number + 1), "station": chains[table].station,
            "paired_at": at, "received_at": at, **_ALIKE,
        }  # fmt: skip
        event = _event(pairing, day * A_DAY + place + 1, payload, rng)
        yield {**met, WireEvent: [event], Pairing: [pairing], DeskItem: [_item(pairing)]}


def _payload(like: Chain) -> bytes:
    """Return what one real event says, without moving the chain on."""
    [said] = Chain(like.station, like.key, like.seals, like.series, Random(1)).events(1)  # noqa: S311
    return said


def _remember(known: list[UUID], person: UUID, rng: Random) -> None:
    if len(known) < _KNOWN:
        known.append(person)
    else:
        known[rng.randrange(_KNOWN)] = person


def _person(person: UUID, one: Specimen, at: datetime) -> Row:
    return {
        "id": person, "name": one.name, "name_blind": queries.name_blind(one.name),
        "birth": f"{one.birth:%d/%m/%Y}", "birth_year": one.birth.year, "sex": str(one.sex),
        "address": one.address, "place": PLACE, "created_at": at,
        "block_blind": queries.block_blind(one.name, one.birth.year),
        **dict(zip(NAME_PARTS, numbers_of(person, one.name), strict=True)),
    }  # fmt: skip


def _identity(person: UUID, one: Specimen, at: datetime, rng: Random) -> Row:
    key = Key(System.CITIZEN, one.number)
    return {
        "id": ids.ordered_id(at, rng.randbytes(ids.LOT)), "person_id": person,
        "system": str(key.system), "value": key.value, "value_blind": queries.value_blind(key),
        "claimed": False, "kind": "citizen-card", "evidence": f"event:{person}",
        "linked_at": at, "linked_by": "station:benchmark",
    }  # fmt: skip


def _event(pairing: Row, seq: int, payload: bytes, rng: Random) -> Row:
    return {
        "event_id": pairing["id"], "station": pairing["station"], "epoch": EPOCH, "seq": seq,
        "kind": "tube-paired", "hash": f"{rng.getrandbits(256):064x}",
        "prev": f"{rng.getrandbits(256):064x}", "payload": payload,
        "received_at": pairing["paired_at"], "state": "applied", "problem": None,
        "applied_at": pairing["paired_at"],
    }  # fmt: skip


def _item(pairing: Row) -> Row:
    return {
        "tube": pairing["tube"], "desk": Desk.PAIRING_WITHOUT_RECEPTION.value,
        "since": pairing["paired_at"], "detail": "", "place": PLACE,
        "station": pairing["station"], "box": "",
    }  # fmt: skip


def _lots(first: int, last: int) -> Iterator[Row]:
    for start in range(first, last, A_LOT):
        size = min(A_LOT, last - start)
        yield {
            "id": f"L-GR-{start // A_LOT:06d}-{start % A_LOT}", "kind": "sampling",
            "series": SERIES, "first": start + 1, "last": start + size, "follows": start or None,
            "size": size, "place": PLACE, "created_at": datetime.now(UTC),
            "created_by": "user:benchmark",
        }  # fmt: skip
