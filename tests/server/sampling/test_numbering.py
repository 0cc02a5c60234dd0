"""After the database was set back, no number is given that may stand on a label already."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from contract.tubes import ForeignTube, TubeId
from server import schema
from server.errors import BadInput
from server.lab.plates import services as plates
from server.lab.plates.geometry import Fill
from server.lab.plates.templates import TEMPLATES
from server.officers import asking
from server.sampling import lot_prints, lots, numbering, printed_before, queries
from server.sampling.lot_models import LotPart
from server.sampling.lot_tiles import Run
from server.sampling.models import Lot
from server.sampling.number_models import Restored
from server.sampling.numbering import GivenOut

BY = {"place": "p", "station": None, "by": "user:quantri"}
TABLES: tuple[Table, ...] = tuple(
    schema.tables.tables[name] for name in ("lot", "lot_gap", "restored")
)
Kept = list[list[dict[str, object]]]


def register(session: Session, now: datetime, series: int = 26, count: int = 100) -> Lot:
    return lots.register_lot(session, series=series, count=count, now=now, **BY)  # type: ignore[arg-type]


def set_aside(
    session: Session, made_at: datetime, now: datetime, noted: Iterable[GivenOut] = ()
) -> Restored:
    return numbering.set_aside(session, made_at=made_at, now=now, others=noted, plates=0)


def known_again(
    session: Session, first: TubeId, last: TubeId, now: datetime, name: str = ""
) -> Lot:
    return printed_before.register(session, first, last, name=name, now=now, **BY)  # type: ignore[arg-type]


def everything(session: Session) -> Kept:
    return [[dict(row._mapping) for row in session.execute(select(table))] for table in TABLES]  # noqa: SLF001


def set_back(session: Session, kept: Kept) -> None:
    """Bring numbers to what a backup held; parts of lots do not matter here."""
    session.expunge_all()
    session.execute(delete(LotPart))
    for table in TABLES:
        session.execute(delete(table))
    for table, rows in reversed(list(zip(TABLES, kept, strict=True))):
        if rows:
            session.execute(insert(table), rows)


ACTS = st.lists(st.one_of(
    st.tuples(st.just("lot"), st.sampled_from([26, 90]), st.integers(1, 9_000)),
    st.tuples(st.just("backup"), st.just(0), st.just(0)),
    st.tuples(st.just("restore"), st.integers(0, 2), st.integers(0, 0)),
    st.tuples(st.just("days"), st.integers(1, 9), st.integers(0, 0)),
), max_size=10)  # fmt: skip


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ACTS)
def test_whichever_backup_comes_back_and_how_often_no_number_is_printed_twice(
    session: Session, now: datetime, acts: list[tuple[str, int, int]]
) -> None:
    set_back(session, [[], [], []])
    printed, names, at = set[tuple[int, int]](), set[str](), now  # where each lot of a series ends
    backups, noted = [(at, everything(session))], list[GivenOut]()
    for act, which, count in acts:
        at += timedelta(minutes=1) if act != "days" else timedelta(days=which)
        if act == "days":
            continue
        if act == "lot":
            lot = register(session, at, which, count)
            assert lot.id not in names
            assert not [
                end for series, end in printed if series == which and end >= (lot.first or 0)
            ]
            printed.add((which, lot.last or 0))
            names.add(lot.id)
        elif act == "backup":
            backups.append((at, everything(session)))
        else:
            made_at, kept = backups[min(which, len(backups) - 1)]
            set_back(session, kept)
            set_aside(session, made_at, at, noted)
            noted = [numbering.given_out(session, at)]


AGES = {"of two months ago": (timedelta(days=61), timedelta(hours=10), 1),
        "of just now": (timedelta(hours=1), timedelta(minutes=30), 2),
        "of a clock ahead": (-timedelta(days=3), timedelta(hours=10), 4)}  # fmt: skip


@pytest.mark.engines
@pytest.mark.parametrize(("age", "between", "count"), AGES.values(), ids=list(AGES))
def test_lots_between_two_restores_of_one_backup_are_given_no_number_twice(
    session: Session, now: datetime, age: timedelta, between: timedelta, count: int
) -> None:
    register(session, now)
    kept, at = everything(session), now + timedelta(days=1)
    set_aside(session, at - age, at)
    noted = [numbering.given_out(session, at)]
    printed = [register(session, at, count=20_000) for _ in range(count)]
    far = (printed[-1].last or 0, int(printed[-1].id.rpartition("-")[2]))
    set_back(session, kept)
    set_aside(session, at - age, at + between, noted)
    again = register(session, at + between)
    assert (again.first or 0) > far[0]
    assert int(again.id.rpartition("-")[2]) > far[1]


def test_a_clock_that_was_wrong_is_no_reason_to_pass_over_less(
    session: Session, now: datetime
) -> None:
    register(session, now)
    set_aside(session, now + timedelta(days=400), now)
    assert (register(session, now).first or 0) > 60 * 24 * 60 * numbering.A_MINUTE


@pytest.mark.engines
def test_a_lot_that_was_lost_is_known_again_under_its_name_and_nothing_is_printed(
    session: Session, now: datetime
) -> None:
    before = register(session, now)
    lost = (TubeId.mint(26, 101), TubeId.mint(26, 200))  # printed since the backup: L-2026-0002
    mark = set_aside(session, now, now + timedelta(hours=5))
    new = register(session, now)
    assert (new.first, new.gap, new.follows) == (190_101, 190_100, None)
    assert new.id == f"L-{now.year}-{1 + 1_000 + 300 + 1:04d}"
    assert mark.beyond == numbering.floor(session, now.year) == 1_301
    assert queries.lots_of(session, lost) == {}, (
        "a tube of the field is of no lot, until it is said"
    )
    again = known_again(session, *lost, now, name=f"l-{now.year}-0002")
    assert (again.id, again.size, again.printed_before) == (f"L-{now.year}-0002", 100, True)
    assert queries.lots_of(session, lost) == dict.fromkeys(lost, again)
    with pytest.raises(lot_prints.NothingToPrint):
        lot_prints.printable(session, again, Run(1, 100))
    assert lot_prints.printable(session, new, Run(1, 100))
    assert register(session, now).first == (new.last or 0) + 1
    assert not before.printed_before


@pytest.mark.engines
def test_a_tube_is_found_by_its_last_digits_on_both_sides_of_what_was_passed_over(
    session: Session, now: datetime
) -> None:
    register(session, now)
    register(session, now)
    register(session, now, 27)
    set_aside(session, now, now)
    new = register(session, now)
    known_again(session, TubeId.mint(26, 301), TubeId.mint(26, 400), now)
    after = (new.first or 0, new.last or 0)
    assert numbering.registered(session) == [
        (26, 1, 200), (26, 301, 400), (26, *after), (27, 1, 100)
    ]  # fmt: skip
    for serial, there in ((150, True), (250, False), (350, True), (after[1], True)):
        tube = TubeId.mint(26, serial)
        found = asking.asked(session, tube.text[-5:]).tubes
        assert (tube in found) is there, serial


@pytest.mark.engines
def test_a_plate_after_a_restore_has_a_number_that_none_before_can_have(
    session: Session, now: datetime
) -> None:
    template = next(iter(TEMPLATES))

    def plate() -> str:
        made = plates.new_plate(session, template, Fill.COLUMNS, title="", by="user:lan", now=now)
        return made.id

    assert plate() == f"P-{now.year}-0001"
    numbering.set_aside(session, made_at=now, now=now, others=(), plates=7_000)
    assert plate() == f"P-{now.year}-8001"


def test_only_numbers_that_were_passed_over_and_are_free_are_registered_as_printed(
    session: Session, now: datetime
) -> None:
    register(session, now)
    set_aside(session, now, now)
    new = register(session, now)
    tube = TubeId.mint
    known_again(session, tube(26, 150), tube(26, 199), now)
    with pytest.raises(printed_before.SerialsInOtherLot):
        known_again(session, tube(26, 101), tube(26, 150), now)
    for first, last in ((100, 110), (100_100, 100_101), (new.first or 0, new.first or 0)):
        with pytest.raises(printed_before.NeverSetAside):
            known_again(session, tube(26, first), tube(26, last), now)
    for start, end in ((tube(26, 300), tube(27, 310)), (tube(26, 310), tube(26, 300)),
                       (tube(26, 300), tube(26, 20_300))):  # fmt: skip
        with pytest.raises(BadInput):
            known_again(session, start, end, now)
    with pytest.raises(BadInput):
        printed_before.register(session, ForeignTube("AB-001"), tube(26, 300), name="", now=now,
                                **BY)  # type: ignore[arg-type]  # fmt: skip
    for name in ("Hộp 3", f"L-{now.year}-1002", f"L-{now.year}-00300", f"L-{now.year + 1}-0003"):
        with pytest.raises(BadInput):
            known_again(session, tube(26, 300), tube(26, 301), now, name=name)
    with pytest.raises(printed_before.LotNameTaken):
        known_again(session, tube(26, 300), tube(26, 301), now, name=f"L-{now.year}-0001")


@pytest.mark.engines
@pytest.mark.parametrize("row", [
    {"first": 102, "last": 110}, {"first": 102, "last": 110, "follows": 100},
    {"first": 100_102, "last": 100_110, "gap": 100_100},
    {"first": 101, "last": 110, "gap": 99_999},
], ids=["begins nowhere", "leaves one out", "not right behind", "no such gap"])  # fmt: skip
def test_the_database_itself_refuses_a_lot_that_follows_neither_a_lot_nor_a_gap(
    session: Session, now: datetime, row: dict[str, int]
) -> None:
    register(session, now)
    set_aside(session, now, now)
    plain = {"id": "L-x", "kind": "sampling", "series": 26, "size": 9, "place": "p",
             "created_at": now, "created_by": "u"}  # fmt: skip
    with pytest.raises(IntegrityError):
        session.execute(insert(Lot).values(**plain, **row))
