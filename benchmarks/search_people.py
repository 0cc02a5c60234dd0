"""A province's people and samples for `benchmarks.search`: names by lot, rare and common ones.

Nobody's data: family names, middles and given names are drawn by rough shares; every fiftieth given
name is made of an onset and a rhyme, so that there are hundreds of rare ones.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from benchmarks.filling import indexes_last
from contract.tubes import TubeId
from server.accounts.models import Station
from server.db import Database
from server.declarations.models import RecordEntry
from server.lab.models import Reception, Result
from server.outcomes.models import Outcome
from server.people import queries
from server.people.models import NAME_PARTS, Person
from server.people.name_parts import numbers_of
from server.rows import insert_rows
from server.sampling.models import Lot, Pairing

START = datetime(2021, 6, 1, 0, 0, tzinfo=UTC)
AT_ONCE, STATIONS, A_LOT = 5_000, 250, 2_000
DAYS, A_DAY = 40, 75  # and stations that work on one of them, each day others
MODELS = (Person, Pairing, Reception, Result, Outcome, RecordEntry)
DISTRICTS = ("24.213", "24.215", "24.216", "24.217", "24.218", "24.219", "24.220", "24.221",
             "24.222", "24.223")  # fmt: skip
_FAMILIES = {"Nguyễn": 38, "Trần": 11, "Lê": 9, "Phạm": 7, "Hoàng": 5, "Huỳnh": 4, "Phan": 4.5,
             "Vũ": 4, "Võ": 3.5, "Đặng": 2, "Bùi": 2, "Đỗ": 1.5, "Hồ": 1.3, "Ngô": 1.3,
             "Dương": 1, "Lý": 0.5, "Giáp": 0.4, "Thân": 0.4, "Đồng": 0.3, "Tạ": 0.2}  # fmt: skip
_MEN = "Anh Minh Hùng Dũng Đức Tuấn Hải Nam Sơn Long Cường Hiếu Bình Trung Quang Thành Phúc Tùng"
_WOMEN = "Hương Lan Hoa Hà Mai Linh Thu Hồng Thủy Nga Hạnh Nhung Loan Trang Yến Thảo Quỳnh Oanh"
_MIDDLES = {"M": ("Văn",) * 9 + ("Đức", "Minh", "Quang", "Hữu", "Xuân", "Ngọc", "Đình", "Công"),
            "F": ("Thị",) * 14 + ("Thu", "Ngọc", "Phương", "Thanh", "Bích", "Kim")}  # fmt: skip
_ONSETS = ("B", "C", "D", "G", "H", "K", "L", "M", "N", "P", "Q", "R", "S", "T", "V", "X", "Ch",
           "Gi", "Kh", "Nh", "Ph", "Th", "Tr")  # fmt: skip
_RHYMES = ("ang", "ảnh", "ấn", "âu", "ếch", "iêm", "iệp", "ình", "ong", "ốc", "ung", "ước", "ươi",
           "uyến", "ưu")  # fmt: skip
_STATUSES = ("negative",) * 195 + ("positive", "positive", "resample", "inconclusive", "invalid")


def name_of(rng: Random) -> tuple[str, str]:
    """Return a name and a sex."""
    sex = rng.choice("MF")
    family = rng.choices(list(_FAMILIES), list(_FAMILIES.values()))[0]
    common = (_MEN if sex == "M" else _WOMEN).split()
    given = rng.choice(common) if rng.random() < 0.98 else rng.choice(_ONSETS) + rng.choice(_RHYMES)
    more = f" {rng.choice(common)}" if rng.random() < 0.15 else ""
    return f"{family} {rng.choice(_MIDDLES[sex])}{more} {given}", sex


def fill(database: Database, people: int, seed: int = 7) -> list[tuple[str, str]]:
    """Fill an empty database; return (name, tube) of some of the people."""
    rng = Random(seed)  # noqa: S311 - no secret
    with database.engine.begin() as connection:
        connection.execute(insert(Station), [
            {"id": f"ban-{each}", "label": f"Bàn {each}", "place": "vn-2021:24.222",
             "duty": "sampling", "state": "created", "created_at": START}
            for each in range(1, STATIONS + 1)
        ])  # fmt: skip
        connection.execute(insert(Lot), [
            {"id": f"L-2021-{1 + first // A_LOT:04d}", "kind": "sampling", "series": 26,
             "first": first, "last": first + A_LOT - 1, "follows": first - 1 or None,
             "size": A_LOT, "place": "vn-2021:24", "created_at": START, "created_by": "user:quan"}
            for first in range(1, people + 1, A_LOT)
        ])  # fmt: skip
    known: list[tuple[str, str]] = []
    rows = _rows(people, rng)
    with indexes_last(database, *MODELS):
        while some := list(islice(rows, AT_ONCE)):
            with database.write() as session:
                for at, model in enumerate(MODELS):
                    insert_rows(session, model, [row[at] for row in some if row[at]])
            every = max(1, people // 2000)
            known += [(row[0]["name"], row[1]["tube"].text) for row in some[::every]]
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as one:
            one.exec_driver_sql("ANALYZE")
    return known


def _rows(people: int, rng: Random) -> Iterator[tuple[dict[str, Any], ...]]:
    for serial in range(1, people + 1):
        at = START + timedelta(seconds=DAYS * 86_400 * serial / people)
        first = A_DAY * (at - START).days
        yield _one(serial, people, at, 1 + (first + rng.randrange(A_DAY)) % STATIONS, rng)


def _one(
    serial: int, people: int, at: datetime, table: int, rng: Random
) -> tuple[dict[str, Any], ...]:
    """Return the rows of a person who came to *table*, which stands in a commune of its own.

    Of the last fiftieth of the samples the way is not done yet.
    """
    name, sex = name_of(rng)
    ids = [UUID(int=rng.getrandbits(128), version=4) for _ in range(6)]
    tube, year = TubeId.mint(26, serial), rng.randrange(1940, 2015)
    place = f"vn-2021:{DISTRICTS[table % 10]}.{1 + table // 10 % 25:02d}"
    status, done = rng.choice(_STATUSES), serial < people * 49 // 50
    parts = dict(zip(NAME_PARTS, numbers_of(ids[0], name), strict=True))
    person = {
        "id": ids[0], "name": name, "name_blind": queries.name_blind(name), "birth_year": year,
        "block_blind": queries.block_blind(name, year), "sex": sex, "place": place,
        "created_at": at, **parts,
    }  # fmt: skip
    pairing = {
        "id": ids[1], "tube": tube, "person_id": ids[0], "station": f"ban-{table}",
        "operator": "", "person_kind": "citizen-card", "order": "person-first", "paired_at": at,
        "trusted": True, "place": place, "took_ms": 4200, "manual": False, "received_at": at,
    }  # fmt: skip
    if not done:
        return person, pairing, {}, {}, {}, {}
    later, key = at + timedelta(hours=9), f"{tube.text}/{ids[0]}/1"
    box = f"H{serial // 100}"
    reception = {"id": ids[2], "tube": tube, "accepted": True, "reason": "", "box": box,
                 "at": at, "by": "user:lan"}  # fmt: skip
    result = {
        "id": ids[3], "tube": tube, "lab": "vn-2021:24", "kind": "first", "call": "negative",
        "suggested": "", "readings": (), "method": "rt-pcr", "well": "", "note": "",
        "entered_by": "user:lan", "entered_at": later, "verified_by": "user:minh",
        "verified_at": later, "released_by": "user:minh", "released_at": later,
    }  # fmt: skip
    outcome = {
        "id": ids[4], "tube": tube, "person_id": ids[0], "version": 1, "status": status,
        "reason": "result", "pairing_id": ids[1], "result_id": ids[3], "place": place,
        "sampled_at": at, "grounds": "", "at": later, "since_ordinals": True,
        "supersedes": None,
    }  # fmt: skip
    entry = {
        "id": ids[5], "person_id": ids[0], "key": key, "tube": tube, "status": status,
        "reason": "result", "version": 1, "sampled_at": at, "resulted_at": later, "place": place,
        "supersedes": None, "recorded_at": later,
    }  # fmt: skip
    return person, pairing, reception, result, outcome, entry
