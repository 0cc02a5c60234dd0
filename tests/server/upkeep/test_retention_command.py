"""One purpose whose rows cannot go stands in no other's way, and is told."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from server.cli import main
from server.config import Settings
from server.db import Database
from server.declarations.models import CheckIn
from server.intake.models import Quarantine, WireEvent

OLD = datetime(2024, 1, 1, tzinfo=UTC)
BROKEN = """CREATE TRIGGER broken BEFORE UPDATE ON wire_event
BEGIN SELECT RAISE(ABORT, 'this disk is full'); END"""


def _old_rows(session: Session, person: Any) -> None:
    which = uuid4()
    session.add(
        CheckIn(id=which, person_id=person, source="keeper", point="Chợ", place="p", at=OLD,
                trusted=True, answers="{}", recorded_at=OLD)
    )  # fmt: skip
    session.add(
        WireEvent(event_id=which, station="ban-1", epoch="0" * 16, seq=1, kind="checked-in",
                  hash="0" * 64, prev="0" * 64, payload=b"{}", received_at=OLD, state="applied",
                  applied_at=OLD)
    )  # fmt: skip
    session.add(
        Quarantine(id=uuid4(), at=OLD, station="x", reason="r", detail="", body=b"Nguyen", size=6,
                   digest="d" * 64, times=1, remote="")
    )  # fmt: skip


def test_what_fails_is_told_and_the_rest_goes_but_for_what_goes_behind_it(
    database: Database, settings: Settings, make_scene: Any, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    config = tmp_path / "server.toml"
    config.write_text(f'data = "{settings.data}"\n')
    with database.write() as session:
        scene = make_scene(session)
        scene.tube()
        _old_rows(session, scene.person("Nguyễn Thị Mẫu", 1991).id)
        session.execute(text(BROKEN))
    assert main(["retention", "run", "--config", str(config)]) == 2
    told = capsys.readouterr()
    assert "this disk is full" in told.out
    assert "not done: check-ins, events, events of check-ins" in told.err
    with database.write() as session:
        assert session.scalars(select(Quarantine)).all() == []
        assert len(session.scalars(select(CheckIn)).all()) == 1  # it says whose the event is
        session.execute(text("DROP TRIGGER broken"))
    assert main(["retention", "run", "--config", str(config)]) == 0
    with database.read() as session:
        assert session.scalars(select(CheckIn)).all() == []
        assert session.scalars(select(WireEvent.payload)).all() == [b""]
