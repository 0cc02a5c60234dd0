"""Whoever was erased, or took consent back, stays so: no phone brings anything of it back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID, uuid4

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask.testing import FlaskClient
from sqlalchemy import func, select

from server import schema
from server.audit import services as audit
from server.db import Database
from server.declarations.models import CheckIn, Declaration
from server.declarations.phone_models import PhonePerson
from server.record import consents, requests
from server.record.requests import Kind

pytestmark = pytest.mark.engines


def erase(database: Database, person: UUID, now: datetime) -> None:
    with database.write() as session:
        asked = requests.ask(
            session, person, Kind.DELETE, wish="", source="page", due=now, by="person", now=now
        )
        requests.delete(session, asked.id, keep_days=0, reason="r", by="user:hoa", now=now)


def test_a_phone_knows_nobody_who_was_erased_and_declares_for_a_new_person(
    sent: Any, known: Callable[[], list[Any]], phone: FlaskClient, point: str, database: Database,
    now: datetime,
) -> None:  # fmt: skip
    phone.get(f"/d/{point}")
    done = sent(phone, point).get_json()["next"]
    (before,) = known()
    erase(database, before.person_id, now)
    assert str(before.id) not in phone.get(f"/d/{point}").text
    assert phone.get(f"/d/{point}?who={before.id}").status_code == 404
    assert phone.get(f"/d/card/{before.id}.png").status_code == 404
    assert phone.get(done).status_code == 404
    assert sent(phone, point, who=str(before.id)).status_code == 404
    with database.read() as session:
        for told in (CheckIn, Declaration):
            theirs = select(func.count()).where(told.person_id == before.person_id)
            assert session.scalar(theirs) == 1  # which was blanked
    assert sent(phone, point).status_code == 200  # all of it typed anew
    (after,) = known()
    assert after.person_id != before.person_id


def test_an_upgrade_lets_phones_forget_whoever_was_erased_before(
    sent: Any, known: Callable[[], list[Any]], phone: FlaskClient, point: str, database: Database,
    now: datetime,
) -> None:  # fmt: skip
    phone.get(f"/d/{point}")
    for name, number in (("Nguyễn Thị Mẫu", "024191000001"), ("Trần Thị Mẫu", "024191000002")):
        sent(phone, point, name=name, number=number)
    one, other = known()
    with database.write() as session:
        audit.record(session, "person.erased", one.person_id, by="user:hoa", now=now)
    every = ScriptDirectory(str(schema.MIGRATIONS)).walk_revisions()
    (name,) = [each.revision for each in every if each.revision.endswith("_phones_of_erased")]
    with (
        database.engine.begin() as connection,
        Operations.context(MigrationContext.configure(connection)),
    ):
        import_module(f"server.migrations.versions.{name}").upgrade()
    with database.read() as session:
        assert session.scalars(select(PhonePerson.person_id)).all() == [other.person_id]


@pytest.mark.parametrize("ahead", [timedelta(), timedelta(days=365)], ids=["right", "ahead"])
def test_what_a_phone_kept_from_before_consent_was_taken_back_comes_without_answers(
    sent: Any, known: Callable[[], list[Any]], phone: FlaskClient, point: str, database: Database,
    now: datetime, clock: Any, ahead: timedelta,
) -> None:  # fmt: skip
    """Also where the server's clock ran ahead that hour; what is declared afterwards is kept."""
    phone.get(f"/d/{point}")
    sent(phone, point)
    with database.write() as session:
        asked = requests.ask(
            session, known()[0].person_id, Kind.WITHDRAW, wish="", source="page", due=now,
            by="person", now=now,
        )  # fmt: skip
        consents.withdraw(session, asked.id, reason="r", by="user:hoa", now=now + ahead)
    clock.advance(hours=1)
    which = [str(uuid4()), str(uuid4())]
    for name, waited in zip(which, ("7200000", "0"), strict=True):
        assert sent(phone, point, id=name, waited_ms=waited).status_code == 200
    with database.read() as session:
        late, after = (session.get_one(Declaration, UUID(each)) for each in which)
        assert (late.answers, late.symptoms, late.exposed) == ("{}", None, None)
        assert (after.symptoms, after.exposed) == (False, False)
        said = [session.get_one(CheckIn, each.id).answers for each in (late, after)]
        assert said == ['{"symptoms":""}', '{"symptoms":"no"}']
