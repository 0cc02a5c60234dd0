"""Whoever opens a page that names a person is in the report of a breach, with that person."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from server.accounts.roles import GRANTS, Role
from server.audit import names_shown
from server.db import Database
from server.people.cards import draw_card
from server.people.models import Card
from server.upkeep import breach
from tests.server.test_whereabouts import absent_id, convert, lists, owned, routes
from tests.server.two_places import Furnished

HERE = "vn-2021:24.222"
NAMED = re.compile(r"ODAY Văn \d+")
DESKS = {"/callbacks", "/callbacks/paper", "/conflicts", "/identities", "/manual", "/matters",
         "/slips", "/traces", "/outcomes"}  # fmt: skip


@pytest.fixture
def here(database: Database, now: datetime) -> Furnished:
    with database.write() as session:
        made = Furnished(session, f"{HERE}.07", "ODAY", 26, now)
        number, payload = draw_card("ODAY Văn 0", 1990, "F", now=now)
        session.add(Card(id=uuid4(), number=number.text, number_blind="b", payload=payload,
                         position=1, batch_id=made.ids["batch_id"], issued=now.date(),
                         person_id=made.ids["person_id"]))  # fmt: skip
        return made


def pages(app: Flask, role: Role, here: Furnished) -> Iterator[str]:
    """Yield the address of every page that a role may open, of things that are here."""
    yield from (path for path in lists(app, role) if "?" not in path)
    for rule, access in routes(app):
        if access not in GRANTS[role] or not owned(rule) or "GET" not in (rule.methods or ()):
            continue
        ids = {"import_id": here.ids.get(rule.endpoint.partition(".")[0]), **here.ids}
        values = {name: ids.get(name) or absent_id(name) for name in rule.arguments}
        with app.test_request_context():
            yield rule.build({k: convert(app, rule, k, v) for k, v in values.items()})[1]


@pytest.mark.parametrize("role", [Role.HEALTH_OFFICER, Role.REGISTRAR, Role.LAB_TECHNICIAN])
def test_every_page_that_names_somebody_says_in_the_trail_whom(
    app: Flask, here: Furnished, sign_in: Callable[..., FlaskClient], database: Database,
    clock: Any, role: Role,
) -> None:  # fmt: skip
    mine = sign_in(role, "here", place=HERE, sees="")
    named, silent = set(), set()
    for path in pages(app, role, here):
        clock.advance(seconds=1)
        if NAMED.search(mine.get(path).get_data().decode(errors="replace")):
            named.add(path)
            with database.read() as session:
                made = breach.report(session, "user:here", clock(), clock() + timedelta(seconds=1))
            silent |= set() if made.persons else {path}
    assert silent == set()
    assert named >= DESKS or role is not Role.HEALTH_OFFICER, DESKS - named


@given(st.lists(st.uuids(), max_size=4), st.sampled_from(["", "question ab12cd34, 7 rows"]))
def test_who_stood_on_a_page_is_read_back_from_the_entry(ids: list[UUID], why: str) -> None:
    said = f"{why}, {len(ids)} people" if why else f"{len(ids)} people"
    told = f"{said}: {' '.join(each.hex for each in ids)}" if ids else said
    assert names_shown.persons_in(told) == ids
    assert names_shown.briefly(told) == (said.replace("people", "người"), said)
    assert names_shown.persons_in(f"trace {uuid4()}") == []
