"""Made-up roll-ups for `benchmarks.overview`: stations' days as a province's campaign has them.

Numbers without anybody behind them; everything follows from a seed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from contract.points import new_point_code
from contract.tubes import TubeId
from server.accounts.models import Station
from server.db import Database
from server.declarations.models import Point, PointStation
from server.figures.models import BUCKETS, COUNTS, POOL, SINGLE, SPANS, cells, hours, spans, steps
from server.figures.summing import with_sums
from server.outcomes.desk_models import DeskItem
from server.outcomes.standing import Desk
from server.rows import insert_rows

LAST = date(2026, 11, 25)
NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
DAYS, A_DAY = 100, 1000  # days of the campaign, and people of a station on one of them
WAITING = 5_000  # tubes on each of the two longest desks
DISTRICTS = ("213", "215", "216", "217", "218", "219", "220", "221", "222", "223")
LABS = ("vn-2021:24", "vn-2021:24.222")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Size:
    """How many rows were made."""

    samples: int
    stations: int
    rows: int


def fill(database: Database, samples: int, rng: Random) -> Size:
    """Make the roll-ups of *samples* people, their stations and points, and what waits."""
    stations = max(1, round(samples / DAYS / A_DAY))
    people = samples // (DAYS * stations)
    with database.write() as session:
        _stations(session, stations, rng)
        _waiting(session, min(WAITING, samples // 10))
    made = 0
    for back in range(DAYS):
        rows = stations_day(LAST - timedelta(days=back), range(stations), people, rng)
        with database.write() as session:
            for table, some in rows.items():
                session.execute(insert(table), some)
                made += len(some)
    return Size(people * DAYS * stations, stations, made)


def stations_day(
    day: date, numbers: Iterable[int], people: int, rng: Random
) -> dict[Table, list[Row]]:
    """Return the roll-ups of a day of the stations with these numbers, *people* at each."""
    rows = {table: list[Row]() for table in (cells, steps, spans, hours)}
    for number in numbers:
        for key, own in _keys(day, number, people):
            _add(rows, key, own, rng)
    return with_sums(rows)


def _place(number: int) -> str:
    return f"vn-2021:24.{DISTRICTS[number % 10]}.{1 + number // 10 % 20:02d}"


def _stations(session: Session, count: int, rng: Random) -> None:
    for number in range(count):
        session.add(
            Station(id=f"ban-{number}", label=f"Bàn {number}", place=_place(number),
                    duty="pairing", state="created", created_at=NOW)
        )  # fmt: skip
        point = Point(
            id=new_point_code().text, kind="factory", name=f"Nhà máy {number}",
            place=_place(number), address="", head="", phone="", plate="", route="", opens="",
            closes="", latitude=21.2 + rng.random() / 2, longitude=105.9 + rng.random(),
            active_from=LAST - timedelta(days=DAYS), created_at=NOW, created_by="benchmark",
        )  # fmt: skip
        session.add(point)
        session.flush()
        session.add(
            PointStation(id=UUID(int=number + 1), station=f"ban-{number}", point_id=point.id,
                         since=NOW - timedelta(days=DAYS))
        )  # fmt: skip


def _waiting(session: Session, count: int) -> None:
    desks = (Desk.PAIRING_WITHOUT_RECEPTION, Desk.RECEPTION_WITHOUT_RESULT)
    insert_rows(session, DeskItem, [
        {"tube": TubeId.mint(26, 1 + number), "desk": desks[number % 2].value,
         "since": NOW - timedelta(minutes=number), "detail": "", "place": _place(number),
         "station": "ban-0", "box": ""}
        for number in range(2 * count)
    ])  # fmt: skip


def _keys(day: date, number: int, people: int) -> Iterator[tuple[Row, int]]:
    """Two operators, two laboratories, and a pool for each: eight rows of one station's day."""
    for operator, lab, kind in ((o, lab, k) for o in "AB" for lab in LABS for k in (SINGLE, POOL)):
        key = {"station": f"ban-{number}", "day": day, "place": _place(number),
               "operator": operator, "lab": lab, "kind": kind}  # fmt: skip
        yield key, people // 4 * (3 if kind == SINGLE else 1) // 4


def _add(rows: dict[Any, list[Row]], key: Row, people: int, rng: Random) -> None:
    tubes = people // (5 if key["kind"] == POOL else 1)
    positive = rng.randrange(3)
    counts = dict.fromkeys(COUNTS, 0) | {
        "people": people, "tubes": tubes, "took_ms": people * 4200, "manual": rng.randrange(3),
        "at_delivered": max(0, tubes - 2), "at_received": 1, "at_paired": 1,
        "said_positive": positive, "said_negative": people - positive, "call_negative": tubes,
    }  # fmt: skip
    rows[cells].append({**key, **counts})
    for step in ("received", "resulted", "released", "delivered", "said_negative"):
        for later, share in ((0, 0.4), (1, 0.6)):
            passed = key["day"] + timedelta(days=later)
            one = {"step": step, "passed": passed, "count": int(tubes * share)}
            rows[steps].append({**key, **one})
    for span in SPANS:
        buckets = dict.fromkeys(BUCKETS, 0) | dict.fromkeys(
            rng.sample(BUCKETS[4:18], 5), tubes // 5
        )
        rows[spans].append({**key, "span": span, **buckets})
    for hour in range(7, 17):
        rows[hours].append({**key, "hour": hour, "people": people // 10})
