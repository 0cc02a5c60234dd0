"""Results that were entered when there were two genes and one laboratory."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, MetaData, Table, select, text
from sqlalchemy.exc import IntegrityError

from server import schema
from server.config import Settings
from server.db import Database, open_database
from server.lab.models import Result
from server.outcomes import ordinals
from server.schema import tables

pytestmark = pytest.mark.blank

FIRST, SECOND, PERSON, PAIRING = (uuid4() for _ in range(4))
TUBE = "260000000182"
AT = text("'2026-11-01 00:00:00'")


def insert(connection: Connection, into: str, **values: Any) -> None:
    table = Table(into, MetaData(), autoload_with=connection)
    sqlite = connection.dialect.name == "sqlite"
    plain = {key: v.hex if sqlite and isinstance(v, UUID) else v for key, v in values.items()}
    connection.execute(table.insert().values(plain))


@pytest.fixture
def old(settings: Settings, vault: object) -> Database:
    """A database of before, with a person who was given a tube."""
    opened = open_database(settings.database_url)
    tables.drop_all(opened.engine)
    with opened.engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
    schema.upgrade(opened, to="0010_outcome_grounds")
    with opened.engine.begin() as c:
        insert(c, "user", id=uuid4(), login="lan", name=b"x", role="lab-technician", place="vn:24",
               password_hash="!", active=True, created_at=AT)  # fmt: skip
        insert(c, "station", id="ban-1", label="Bàn 1", place="p", duty="pairing",
               state="created", created_at=AT)  # fmt: skip
        insert(c, "person", id=PERSON, place="p", created_at=AT)
        insert(c, "pairing", id=PAIRING, tube=TUBE, person_id=PERSON, station="ban-1", operator="",
               person_kind="citizen-card", order="person-first", paired_at=AT, trusted=True,
               place="p", took_ms=1, manual=False, received_at=AT)  # fmt: skip
    return opened


def enter(connection: Connection, which: UUID, orf: str, corrects: UUID | None) -> None:
    insert(connection, "result", id=which, tube=TUBE, call="positive", ct_n="24.10", ct_orf=orf,
           method="rt-pcr", note=b"", entered_by="user:lan", entered_at=AT, corrects=corrects,
           correction_reason=b"" if corrects else None)  # fmt: skip


def test_two_genes_become_readings_and_what_pointed_at_results_still_does(old: Database) -> None:
    with old.engine.begin() as connection:
        enter(connection, FIRST, "", None)
        enter(connection, SECOND, "25", FIRST)
        insert(connection, "outcome", id=uuid4(), tube=TUBE, person_id=PERSON, version=1,
               status="positive", reason="", pairing_id=PAIRING, result_id=FIRST, place="p",
               sampled_at=AT, grounds="", at=AT)  # fmt: skip
    schema.upgrade(old)
    assert schema.differences(old) == []
    with old.engine.connect() as connection:
        rows = connection.execute(select(Result.readings, Result.kind, Result.lab)).all()
        found = [([(r.target, r.ct) for r in readings], kind, lab) for readings, kind, lab in rows]
        asked = text("SELECT ordinal FROM outcome")  # a large table is not written anew
        assert connection.scalars(asked).all() == [None]
    assert ordinals.number(old) == 1
    assert found == [
        ([("N", "24.10")], "first", "vn:24"),
        ([("N", "24.10"), ("ORF", "25")], "amendment", "vn:24"),
    ]
    by_herself = "UPDATE result SET verified_by = 'user:lan', verified_at = '2026-11-01 00:00:00'"
    for wrong in ("DELETE FROM result", by_herself):  # an outcome rests on the first
        with pytest.raises(IntegrityError), old.engine.begin() as connection:
            connection.execute(text(wrong))
    old.engine.dispose()
