"""The embedded record: each version once, both versions kept."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from server.db import Database
from server.declarations import notice, queries
from server.declarations.channel import EmbeddedRecord
from server.delivery.channels import Refused


def written(tube: Any, at: datetime, version: int = 1, status: str = "negative") -> str:
    return notice.write(
        notice.Notice(
            tube=tube.text,
            status=status,
            reason="",
            version=version,
            sampled_at=at,
            resulted_at=at,
            place="vn-2021:24.222.07",
            supersedes="v1" if version > 1 else None,
        )
    )


def test_both_versions_stand_in_the_record_current_first(
    database: Database, make_scene: Any, now: datetime
) -> None:
    with database.write() as session:
        scene = make_scene(session)
        person, tube = scene.person(), scene.tube()
    channel = EmbeddedRecord(database, lambda: now)
    channel.deliver(str(person.id), "v1", written(tube, now, 1, "positive"))
    channel.deliver(str(person.id), "v2", written(tube, now, 2, "negative"))
    with database.read() as session:
        record = queries.record_of(session, person.id)
        assert [(each.version, each.status) for each in record] == [
            (2, "negative"),
            (1, "positive"),
        ]


def test_the_same_key_again_changes_nothing(
    database: Database, make_scene: Any, now: datetime
) -> None:
    with database.write() as session:
        scene = make_scene(session)
        person, tube = scene.person(), scene.tube()
    channel = EmbeddedRecord(database, lambda: now)
    first = channel.deliver(str(person.id), "v1", written(tube, now))
    assert channel.deliver(str(person.id), "v1", written(tube, now, status="positive")) == first
    with database.read() as session:
        [entry] = queries.record_of(session, person.id)
        assert entry.status == "negative"


@pytest.mark.parametrize("payload", ["", "{}", "[1]", '{"tube": "260000000199"}'])
def test_a_notice_that_cannot_be_read_is_refused(
    database: Database, now: datetime, payload: str
) -> None:
    with pytest.raises(Refused):
        EmbeddedRecord(database, lambda: now).deliver(str(uuid4()), "v1", payload)
