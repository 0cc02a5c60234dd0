"""A server with many samples for `benchmarks.pages`: rows in every table that pages read.

People, samples and outcomes are those of `benchmarks.search`; beside them stand what stations sent,
the trail, deliveries, numbers of people, a week at 300 points, desks and roll-ups.  All invented.
"""

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import select

from benchmarks import search_people
from benchmarks.filling import indexes_last
from contract.identities import Key, System
from server.audit import sealing
from server.audit import services as audit
from server.db import Database
from server.declarations.notice import TARGET
from server.delivery import tally
from server.delivery.models import Delivery
from server.demo.week import make_week
from server.figures import folding, marks
from server.intake.models import WireEvent
from server.outcomes.desk_models import DeskItem
from server.outcomes.standing import Desk
from server.people import queries
from server.people.models import Identity
from server.rows import insert_rows
from server.sampling.models import Pairing

NOW = search_people.START + timedelta(days=40, hours=8)
AT_ONCE = 5_000
Row = dict[str, Any]


def fill(database: Database, samples: int) -> None:
    """Fill an empty database with *samples* samples and what belongs to them."""
    search_people.fill(database, samples)
    make_week(database, seed=7, now=NOW)
    with indexes_last(database, Identity, WireEvent, Delivery, DeskItem):
        _belongings(database, samples * 49 // 50)
    with database.write() as session:
        marks.mark_all(session, NOW)
        tally.recount(session)
    folding.fold_all(database)
    sealing.seal_all(database, lambda: NOW)  # and no ANALYZE: the product's SQLite has none


def _belongings(database: Database, undone: int) -> None:
    """Add what belongs to each pairing; of those from *undone* on, the way is not done yet."""
    rng, place = Random(7), 0  # noqa: S311 - no secret
    for pairings in _pairings(database):
        with database.write() as session:
            insert_rows(session, Identity, [_identity(each, rng) for each in pairings])
            insert_rows(session, WireEvent, [_event(each, place + number, rng)
                                             for number, each in enumerate(pairings)])  # fmt: skip
            done = pairings[: max(0, undone - 1 - place)]
            insert_rows(session, Delivery, [_delivery(each, rng) for each in done])
            insert_rows(session, DeskItem, [_item(each) for each in pairings[len(done) :]])
            for action in ("tube.paired", "result.released"):
                told = [(f"station:{each.station}", each.tube, "") for each in pairings]
                audit.record_each(session, action, told, now=pairings[-1].paired_at)
        place += len(pairings)


def _pairings(database: Database) -> Iterator[list[Any]]:
    """Yield what was paired, in the order of the tubes."""
    asked = (Pairing.id, Pairing.tube, Pairing.person_id, Pairing.station, Pairing.place)
    after: Any = None
    while True:
        found = select(*asked, Pairing.paired_at).order_by(Pairing.tube).limit(AT_ONCE)
        with database.read() as session:
            rows = session.execute(found if after is None else found.where(Pairing.tube > after))
            some = list(rows)
        if not some:
            return
        yield some
        after = some[-1].tube


def _new(rng: Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)


def _identity(pairing: Any, rng: Random) -> Row:
    number = f"024{rng.randrange(10**9):09d}"
    key = Key(System.CITIZEN, number)
    return {
        "id": _new(rng), "person_id": pairing.person_id, "system": str(key.system),
        "value": number, "value_blind": f"{queries.value_blind(key)[:24]}{rng.getrandbits(32):08x}",
        "claimed": False, "kind": "citizen-card", "evidence": f"event:{pairing.id}",
        "linked_at": pairing.paired_at, "linked_by": f"station:{pairing.station}",
    }  # fmt: skip


def _event(pairing: Any, number: int, rng: Random) -> Row:
    return {
        "event_id": pairing.id, "station": pairing.station, "epoch": "0123456789abcdef",
        "seq": number + 1, "kind": "tube-paired", "hash": f"{rng.getrandbits(256):064x}",
        "prev": f"{rng.getrandbits(256):064x}", "payload": rng.randbytes(580),
        "received_at": pairing.paired_at, "state": "applied", "problem": None,
        "applied_at": pairing.paired_at,
    }  # fmt: skip


def _delivery(pairing: Any, rng: Random) -> Row:
    later = pairing.paired_at + timedelta(hours=10)
    return {
        "target": TARGET, "key": f"{pairing.tube.text}/{pairing.person_id}/v1",
        "subject": str(pairing.person_id), "place": pairing.place, "version": 1, "payload": "{}",
        "state": "delivered", "attempts": 1, "next_try_at": later, "last_error": None,
        "lease": None, "leased_until": None, "receipt": f"{rng.getrandbits(64):x}",
        "created_at": later, "delivered_at": later,
    }  # fmt: skip


def _item(pairing: Any) -> Row:
    return {
        "tube": pairing.tube, "desk": Desk.PAIRING_WITHOUT_RECEPTION.value,
        "since": pairing.paired_at, "detail": "", "place": pairing.place,
        "station": pairing.station, "box": "",
    }  # fmt: skip
