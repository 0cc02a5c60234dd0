"""What is kept long enough goes, and takes no count with it; what is young or needed stays."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from server.config import Settings
from server.db import Base, Database
from server.declarations.models import CheckIn, Declaration, FormVersion, Point
from server.declarations.phone_models import PhonePerson
from server.declarations.targets.models import PointDay
from server.intake.models import Quarantine, WireEvent
from server.lab.imports.models import ImportFile, ImportPart, ImportRow
from server.local_forms import VIETNAM
from server.outcomes.models import Outcome
from server.people.models import Person
from server.record.vaccination_models import VaccinationImport
from server.sampling.lot_models import Roster, RosterEntry
from server.sampling.roster_models import RosterDraft
from server.upkeep import forgetting, keeping

NAME = "Nguyễn Thị Mẫu"


@pytest.fixture
def full(tested: Any, database: Database, make_scene: Any, now: datetime) -> Database:
    """A day with one of everything that has a clock, from the day of the test."""
    with database.write() as session:
        scene = make_scene(session)
        session.add(
            Point(id="K7M3Q9XT", kind="market", name="Chợ", place="vn-2021:24", address="", head="",
                  phone="", plate="", route="", opens="", closes="", active_from=now.date(),
                  created_at=now, created_by="x")
        )  # fmt: skip
        session.add(FormVersion(id="f-1", questions="{}", look_back_days=14, active_from=now,
                                created_by="x"))  # fmt: skip
        session.flush()
        session.add(PointDay(point_id="K7M3Q9XT", day=now.date(), check_ins=1, declared=1))
        declared = Declaration(
            id=uuid4(), person_id=tested.person, point_id="K7M3Q9XT", form_id="f-1",
            source="phone", on_behalf=False, symptoms=True, exposed=False,
            answers='{"fever":"yes"}', consent="consent-2026-1", at=now, recorded_at=now,
        )  # fmt: skip
        session.add(declared)
        session.flush()
        session.add_all(_others(tested, declared.id, now))
        tube = scene.tube()
        session.add(Roster(id=uuid4(), title="Nhà bà Mẫu", lot_id="L-26", size=1, place="p",
                           created_at=now, created_by="x", day=None))  # fmt: skip
        session.flush()
        roster = session.scalars(select(Roster)).one()
        session.add(RosterEntry(tube=tube, roster_id=roster.id, position=1, name=NAME,
                                birth_year=1991, sex="F", phone="0912345678"))  # fmt: skip
        _files(session, now)
    return database


def _files(session: Session, now: datetime) -> None:
    """A draft of a list, a list of doses, a machine's file and a row of it."""
    by: dict[str, Any] = {"place": "p", "content": "{}", "created_at": now, "created_by": "x"}
    session.add(RosterDraft(id=uuid4(), title="t", series=26, **by))
    session.add(VaccinationImport(id=uuid4(), title="t", **by))
    file = uuid4()
    session.add(
        ImportFile(id=file, kind="file", source="upload", name="n", format="f", digest="d" * 64,
                   size=1, state="received", received_at=now, received_by="x", cut=False,
                   acknowledged=False, notices="[]", progress=0, row_count=0, matched=0, queued=0,
                   refused=0, entered=0, instrument="", serial="", run_name="", operator="",
                   started="", assay="", place="p")
    )  # fmt: skip
    session.flush()
    session.add(ImportPart(import_id=file, position=0, content=b"Nguyen"))
    session.add(
        ImportRow(import_id=file, position=0, row=1, well="A1", mended=False, sample=NAME,
                  target="N", ct="", undetermined=False, call="", flags="", role="sample",
                  fate="queued", entered=False)
    )  # fmt: skip


def _others(tested: Any, declared: object, now: datetime) -> list[Base]:
    common = {"station": "ban-1", "epoch": "0" * 16, "hash": "0" * 64, "prev": "0" * 64}
    return [
        CheckIn(id=uuid4(), person_id=tested.person, source="phone", point="Chợ",
                point_id="K7M3Q9XT", declaration_id=declared, place="p", at=now, trusted=True,
                answers="{}", recorded_at=now),
        PhonePerson(id=uuid4(), phone="h", person_id=tested.person, name=NAME, said_blind="b",
                    birth_year=1991, on_behalf=False, number="n", card="c", added_at=now,
                    last_at=now),
        Quarantine(id=uuid4(), at=now, station="x", reason="r", detail="", body=b"Nguyen", size=6,
                   digest="d" * 64, times=1, remote=""),
        WireEvent(event_id=tested.pairing, seq=1, kind="tube-paired", payload=b"{}",
                  received_at=now, state="applied", applied_at=now, **common),
        WireEvent(event_id=uuid4(), seq=2, kind="tube-paired", payload=b"{}", received_at=now,
                  state="waiting", problem="tube-of-no-lot", **common),
    ]  # fmt: skip


def due(database: Database, settings: Settings, now: datetime) -> dict[str, int]:
    with database.read() as session:
        counted = {
            each.name: keeping.count(session, each, keeping.cutoff(each, settings, now))
            for each in keeping.PURPOSES
        }
    return {name: count for name, count in counted.items() if count}


def run(database: Database, settings: Settings, now: datetime) -> dict[str, int]:
    def piece(purpose: Any, after: Any) -> Any:
        with database.write() as session:
            until = keeping.cutoff(purpose, settings, now)
            return keeping.take_away(session, purpose, until, after)

    gone = {each.name: sum(keeping.pieces(partial(piece, each))) for each in keeping.PURPOSES}
    return {name: count for name, count in gone.items() if count}


@pytest.mark.engines
def test_what_is_young_stays_and_what_is_old_goes_once_with_its_counts_left(
    came: Database, settings: Settings, now: datetime
) -> None:
    full = came
    assert due(full, settings, now + timedelta(days=30)) == {}
    later = now + timedelta(days=1000)
    every = {each.name: 1 for each in keeping.PURPOSES}  # of every purpose there is one row
    assert due(full, settings, later) == {**every, "events": 2}
    assert run(full, settings, later) == every
    assert run(full, settings, later) == {} == due(full, settings, later)
    with full.read() as session:
        declared = session.scalars(select(Declaration)).one()
        assert (declared.answers, declared.symptoms, declared.consent) == (
            "{}", None, "consent-2026-1",
        )  # fmt: skip
        assert session.scalars(select(PointDay)).one().check_ins == 1
        entry = session.scalars(select(RosterEntry)).one()
        assert (entry.name, entry.phone, entry.birth_year) == ("", None, 1991)
        events = dict(session.execute(select(WireEvent.state, WireEvent.payload)).all())
        assert events == {"applied": b"", "waiting": b"{}"}
        assert session.scalar(select(Person.name)) == NAME  # the law keeps the result


@pytest.mark.engines
def test_where_somebody_declared_is_kept_no_longer_than_the_check_in_and_the_day_stays(
    full: Database, settings: Settings, now: datetime
) -> None:
    keep = timedelta(days=settings.keep_check_in_days)
    run(full, settings, now + keep - timedelta(hours=1))
    with full.read() as session:
        before = session.scalars(select(Declaration)).one()
        assert (before.point_id, before.at) == ("K7M3Q9XT", now)
    run(full, settings, now + keep + timedelta(hours=1))
    with full.read() as session:
        after = session.scalars(select(Declaration)).one()
        day = now.astimezone(VIETNAM).replace(hour=0)
        assert (after.point_id, after.at, after.recorded_at) == (None, day, day)
        assert (after.consent, after.symptoms) == ("consent-2026-1", True)
        counts = session.scalars(select(PointDay)).one()
        assert (counts.check_ins, counts.declared) == (1, 1)


@pytest.fixture
def came(full: Database, now: datetime) -> Database:
    """The check-in came from a station, in an event."""
    with full.write() as session:
        event = session.scalars(select(CheckIn.id)).one()
        session.add(
            WireEvent(event_id=event, station="ban-1", epoch="0" * 16, seq=3, kind="checked-in",
                      hash="1" * 64, prev="0" * 64, payload=b"{}", received_at=now,
                      state="applied", applied_at=now)
        )  # fmt: skip
    return full


def of_check_ins(database: Database) -> tuple[int, bytes]:
    """Return how many check-ins are here, and the bytes of their event."""
    with database.read() as session:
        told = select(WireEvent.payload).where(WireEvent.kind == "checked-in")
        return count(session, CheckIn), session.scalars(told).one()


def test_the_event_of_a_check_in_is_kept_no_longer_than_the_check_in(
    came: Database, settings: Settings, now: datetime
) -> None:
    keep = timedelta(days=settings.keep_check_in_days)
    run(came, settings, now + keep - timedelta(hours=1))
    assert of_check_ins(came) == (1, b"{}")
    later = now + keep + timedelta(hours=1)
    wanted = {"events of check-ins": 1, "check-ins": 1, "where it was declared": 1,
              "what could not be taken": 1}  # fmt: skip
    assert due(came, settings, later) == wanted == run(came, settings, later)
    assert of_check_ins(came) == (0, b"")
    assert due(came, settings, later) == {}


def test_an_event_whose_check_in_went_before_goes_too(
    came: Database, settings: Settings, now: datetime
) -> None:
    with came.write() as session:
        session.execute(delete(CheckIn))
    run(came, settings, now + timedelta(days=settings.keep_check_in_days, hours=1))
    assert of_check_ins(came) == (0, b"")


@pytest.mark.parametrize("said", ["1970-01-01 00:01:00.000000", "2099-01-01 00:00:00.000000"])
def test_a_clock_that_was_not_set_neither_shortens_nor_lengthens_a_check_ins_time(
    came: Database, settings: Settings, now: datetime, said: str
) -> None:
    with came.write() as session:
        session.execute(text("UPDATE check_in SET trusted = false, at = :at"), {"at": said})
    keep = timedelta(days=settings.keep_check_in_days)
    run(came, settings, now + keep - timedelta(hours=1))
    assert of_check_ins(came) == (1, b"{}")
    run(came, settings, now + keep + timedelta(hours=1))
    assert of_check_ins(came) == (0, b"")


def test_a_person_is_forgotten_when_nothing_happened_for_as_long_as_the_law_keeps_a_result(
    full: Database, settings: Settings, now: datetime
) -> None:
    keep = settings.keep_days
    later = now + timedelta(days=keep + 1)
    assert forgotten(full, later - timedelta(days=30), keep) == 0
    with full.write() as session:
        session.execute(text("UPDATE check_in SET at = :at"), {"at": later.replace(tzinfo=None)})
    assert forgotten(full, later, keep) == 0
    run(full, settings, later + timedelta(days=400))
    assert forgotten(full, later, keep) == 1
    assert forgotten(full, later, keep) == 0
    with full.read() as session:
        person = session.scalars(select(Person)).one()
        assert (person.name, person.birth, person.birth_year) == (None, None, 1990)
        assert count(session, Outcome) == 1


def forgotten(database: Database, now: datetime, keep_days: int) -> int:
    return forgetting.forget(
        database, now - timedelta(days=keep_days), keep_days=keep_days, now=now
    )


def count(session: Session, model: type[Base]) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0
