"""Requests under the data law: their clock, what is shown, what is blanked, what must be kept."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from contract.identities import parse
from server.accounts.roles import Role
from server.audit.models import AuditEntry
from server.config import ConfigError
from server.db import Database
from server.display import local
from server.outcomes.models import Outcome
from server.people import doubts, queries, services
from server.people.models import Person
from server.record import corrections, mine, requests, stored, workdays
from server.record.corrections import Correction
from server.record.request_models import DataRequest
from server.record.requests import Kind

pytestmark = pytest.mark.engines

NUMBER = "024191000001"
CARD = f"{NUMBER}||Nguyễn Thị Mẫu|21031991|Nữ|Thôn Mẫu, Hồng Thái, Bắc Giang|14082021"
CALENDAR = workdays.load("")
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1))  # noqa: DTZ001 - made aware
HOA = "user:hoa"


@settings(max_examples=80)
@given(MOMENTS, st.integers(1, 5))
def test_a_request_is_due_when_so_many_working_days_have_passed(at: datetime, days: int) -> None:
    asked = at.astimezone(workdays.VIETNAM)
    due = CALENDAR.due(asked, days)
    first = local(asked).date() + timedelta(days=1)
    between = [first + timedelta(days=each) for each in range((due.date() - first).days + 1)]
    assert sum(CALENDAR.is_working(each) for each in between) == days
    assert CALENDAR.is_working(due.date())
    assert due > asked


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        (date(2026, 11, 23), date(2026, 11, 25)),  # Monday
        (date(2026, 11, 27), date(2026, 12, 1)),  # Friday
        (date(2026, 2, 13), date(2026, 2, 24)),  # the Friday before Tết
        (date(2026, 8, 20), date(2026, 8, 22)),  # that Saturday is worked
    ],
)
def test_weekends_and_holidays_do_not_count(asked: date, due: date) -> None:
    at = datetime(asked.year, asked.month, asked.day, 9, tzinfo=workdays.VIETNAM)
    assert CALENDAR.due(at, 2).date() == due


def test_another_file_of_holidays_is_read_or_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('off = ["2026-11-24"]')
    assert not workdays.load(str(tmp_path / "a.toml")).is_working(date(2026, 11, 24))
    (tmp_path / "a.toml").write_text('off = ["24/11/2026"]')
    with pytest.raises(ConfigError):
        workdays.load(str(tmp_path / "a.toml"))


def asked(database: Database, person: UUID, kind: Kind, now: datetime) -> UUID:
    with database.write() as session:
        due = CALENDAR.due(now, requests.DAYS)
        return requests.ask(
            session, person, kind, wish="xin xem", source="page", due=due, by="person", now=now
        ).id


def test_a_wish_stands_once_until_it_is_answered(
    tested: Any, database: Database, now: datetime
) -> None:
    first = asked(database, tested.person, Kind.SEE, now)
    with pytest.raises(requests.AskedAlready):
        asked(database, tested.person, Kind.SEE, now)
    with database.write() as session:
        assert requests.waiting(session, "").count == 1
        assert requests.late(session, now + timedelta(days=3)) == 1
        requests.refuse(session, first, reason="không rõ", by=HOA, now=now)
        with pytest.raises(requests.AnsweredAlready):
            requests.let_see(session, first, reason="x", by=HOA, now=now)
    asked(database, tested.person, Kind.SEE, now)


def test_the_export_has_every_table_and_only_this_person(
    tested: Any, database: Database, now: datetime
) -> None:
    with database.write() as session:
        token = mine.link_of(session, tested.person, by=HOA, now=now).token
        other = services.person_of(
            session, parse(CARD.replace(NUMBER, "024191000999").encode()), by="s", now=now,
            evidence="event:1", place="p",
        )  # fmt: skip
        session.flush()
        whole = stored.export(session, [tested.person])
        said = str(whole)
    assert {"person", "identity", "pairing", "outcome", "record_entry", "my_link"} <= set(whole)
    assert "Nguyễn Thị Mẫu" in said
    assert NUMBER in said
    assert str(other.id) not in said
    assert token not in said
    assert "_blind" not in said
    assert HOA not in said, "who looked and who did it is told by role"
    assert not [row for row in whole["audit_entry"] if {"actor", "detail", "mark"} & set(row)]
    assert {row["action"] for row in whole["audit_entry"]} >= {"my-link.made"}


@pytest.mark.parametrize("answer", ["same", "another"])
def test_the_export_tells_what_another_card_said_only_to_whom_it_names(
    tested: Any, database: Database, now: datetime, answer: str
) -> None:
    same = answer == "same"
    with database.write() as session:
        session.get_one(Person, tested.person).birth_year = 1991
        other = parse(CARD.replace("Nguyễn Thị Mẫu", "Trần Văn Giả").encode())
        services.person_of(session, other, by="s", now=now, evidence="event:1", place="p")
        assert "Trần Văn Giả" not in str(stored.export(session, [tested.person]))
        (question,) = doubts.open_disagreements(session)
        doubts.answer_disagreement(
            session, question.id, same=same, reason="Giả đã đến", by=HOA, now=now
        )
        said = str(stored.export(session, [tested.person]))
        assert ("Trần Văn Giả" in said, "Giả đã đến" in said) == (same, same)
        if question.other_id:
            assert "Trần Văn Giả" in str(stored.export(session, [question.other_id]))


def test_a_correction_changes_the_record_and_how_it_is_found(
    tested: Any, database: Database, now: datetime
) -> None:
    wish = asked(database, tested.person, Kind.CORRECT, now)
    with database.write() as session:
        right = Correction(name="Nguyễn Thị Mận", birth="22/03/1991")
        corrections.correct(session, wish, right, reason="xem thẻ", by=HOA, now=now)
        (found,) = queries.persons_named(session, "nguyen thi man")
        assert (found.id, found.birth) == (tested.person, "1991-03-22")


def test_a_result_that_the_law_keeps_is_not_deleted(
    tested: Any, database: Database, now: datetime
) -> None:
    wish = asked(database, tested.person, Kind.DELETE, now)
    with database.write() as session, pytest.raises(requests.MustBeKept):
        requests.delete(session, wish, keep_days=30, reason="x", by=HOA, now=now)
    with database.read() as session:
        assert session.get_one(DataRequest, wish).answered_at is None


def test_nobody_is_deleted_while_a_tube_is_on_its_way(
    tested: Any, database: Database, make_scene: Any, now: datetime
) -> None:
    wish = asked(database, tested.person, Kind.DELETE, now)
    with database.write() as session:
        scene = make_scene(session)
        scene.serial = 50
        scene.pair(scene.tube(), session.get_one(Person, tested.person))
    with database.write() as session, pytest.raises(requests.StillTested):
        requests.delete(session, wish, keep_days=0, reason="x", by=HOA, now=now)


def test_deleting_blanks_the_person_and_leaves_what_is_counted(
    tested: Any, database: Database, now: datetime, sign_in: Any
) -> None:
    wish = asked(database, tested.person, Kind.DELETE, now)
    with database.write() as session:
        token = mine.link_of(session, tested.person, by=HOA, now=now).token
        before = session.scalar(select(func.count()).select_from(Outcome))
        requests.delete(session, wish, keep_days=0, reason="theo yêu cầu", by=HOA, now=now)
    with database.write() as session:
        person = session.get_one(Person, tested.person)
        assert (person.name, person.birth, person.birth_year) == (None, None, 1990)
        assert session.scalar(select(func.count()).select_from(Outcome)) == before
        for known in ("Nguyễn", "Mẫu", NUMBER, "1991-03-21", token):
            assert known not in str(stored.export(session, [tested.person]))
        assert mine.open_page(session, token, "21/03/1991") is None
        again = services.person_of(
            session, parse(CARD.encode()), by="s", now=now, evidence="event:2", place="p"
        )
        assert again.id != tested.person
        actions = set(session.scalars(select(AuditEntry.action)))
    assert {"request.asked", "request.answered", "person.erased"} <= actions
    assert sign_in(Role.HEALTH_OFFICER).get(f"/people/{tested.person}").status_code == 200


def test_a_person_asks_on_their_page_and_takes_the_answer_there(
    tested: Any, database: Database, app: Any, sign_in: Any, now: datetime
) -> None:
    with database.write() as session:
        token = mine.link_of(session, tested.person, by=HOA, now=now).token
    client = app.test_client()
    page = client.get(f"/my/{token}").text
    csrf = page.split('name="csrf_token" value="')[1].split('"')[0]
    client.post(f"/my/{token}", data={"birth": "21/03/1991", "csrf_token": csrf})
    client.post("/my/requests", data={"kind": "see", "wish": "xem hết", "csrf_token": csrf})
    assert client.get("/my/data.json").status_code == 404
    officer = sign_in(Role.HEALTH_OFFICER, "hoa")
    desk = officer.get("/requests").text
    assert "25/11/2026" in desk
    where = desk.split('href="/requests/')[1].split('"')[0]
    assert "xem hết" in officer.get(f"/requests/{where}").text
    officer.post(f"/requests/{where}/answer", data={"answer": "done", "reason": "đã xuất"})
    assert "đã xuất" in client.get("/my").text
    assert NUMBER in client.get("/my/data.json").text
    assert NUMBER in officer.get(f"/requests/{where}/data.json").text
