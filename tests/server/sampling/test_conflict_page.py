"""The page of conflicts."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from server.accounts.roles import Role
from server.db import Database
from server.sampling import conflicts, queries

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def conflict(database: Database, make_scene: Callable[[Session], Any]) -> dict[str, UUID | str]:
    with database.write() as session:
        scene = make_scene(session)
        tube = scene.tube()
        first = scene.pair(tube, scene.person("Nguyễn Thị Mẫu", 1991))
        second = scene.pair(tube, scene.person("Trần Văn Thử", 1950), station="ban-2")
        conflicts.review(session, tube, now=scene.now)
        (opened,) = queries.open_conflicts(session)
        return {"id": opened.id, "first": first.id, "second": second.id, "tube": tube.text}


def test_both_claims_stand_on_the_page_with_their_evidence(
    sign_in: SignIn, conflict: dict[str, UUID | str]
) -> None:
    page = sign_in(Role.HEALTH_OFFICER).get("/conflicts").text
    for words in ("Nguyễn Thị Mẫu", "Trần Văn Thử", "1950", "ban-1", "ban-2", "08:00"):
        assert words in page


def test_an_officer_decides_with_a_reason(
    sign_in: SignIn, conflict: dict[str, UUID | str], database: Database
) -> None:
    client = sign_in(Role.HEALTH_OFFICER)
    path = f"/conflicts/{conflict['id']}/decide"
    assert client.post(path, data={"keep": str(conflict["first"])}).status_code == 422
    assert client.post(path, data={"keep": str(conflict["id"]), "reason": "x"}).status_code == 422
    form = {"keep": str(conflict["first"]), "reason": "có sổ giấy"}
    assert client.post(path, data=form).location == "/conflicts"
    assert client.post(path, data=form).status_code == 409
    with database.read() as session:
        (decided,) = queries.decided_conflicts(session, 5)
        assert decided.decided_by == "user:health-officer"
        assert {claim.pairing_id: claim.upheld for claim in decided.claims} == {
            conflict["first"]: True,
            conflict["second"]: False,
        }
    assert "có sổ giấy" in client.get("/conflicts").text


def test_a_technician_sees_no_names_of_a_conflict(
    sign_in: SignIn, conflict: dict[str, UUID | str]
) -> None:
    assert sign_in(Role.LAB_TECHNICIAN).get("/conflicts").status_code == 403
    assert sign_in(Role.ADMINISTRATOR).get("/conflicts").status_code == 403
