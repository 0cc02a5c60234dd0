"""Nobody sees what is elsewhere: every list, every address, every role."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from contract.tubes import TubeId
from server import whereabouts
from server.accounts.roles import GRANTS, Role
from server.db import Database
from server.outcomes.desks import Desk
from server.permissions import Permission
from server.web import access_of
from tests.server.two_places import Furnished

SignIn = Callable[..., FlaskClient]
HERE, ELSEWHERE = "vn-2021:24.222", "vn-2021:27.256"
ABSENT = {
    "station": "khong-co", "plate_id": "P-none", "code": "ABCDEFGH", "point_id": "ABCDEFGH",
    "tube": TubeId.mint(39, 7).text, "delivery_id": "999",
}  # fmt: skip
# Filters and forms that lists are also asked with.
MORE = [
    *(f"/desks/{desk}" for desk in Desk), "/outcomes?q=XAXOI", "/deliveries?state=dead",
    "/storage?freezer=XAXOI&rack=R&lab=vn-2021:27.256", "/zones?place=vn-2021:27.256",
    "/targets?place=vn-2021:27",
    "/callbacks?place=vn-2021:27", "/outcomes?place=vn-2021:27", "/points?place=vn-2021:27",
]  # fmt: skip


@dataclass
class Two:
    here: Furnished
    elsewhere: Furnished


@pytest.fixture
def two(app: Flask, database: Database, now: datetime) -> Two:
    with database.write() as session:
        here = Furnished(session, f"{HERE}.07", "ODAY", 26, now)
        return Two(here, Furnished(session, ELSEWHERE, "XAXOI", 27, now))


def routes(app: Flask) -> Iterator[tuple[Rule, Permission]]:
    for rule in app.url_map.iter_rules():
        access = access_of(app.view_functions[rule.endpoint])
        if isinstance(access, Permission):
            yield rule, access


def lists(app: Flask, role: Role) -> list[str]:
    """Return the addresses without parts that a role may read."""
    found = [
        rule.rule
        for rule, access in routes(app)
        if "GET" in (rule.methods or ()) and not rule.arguments and access in GRANTS[role]
    ]
    paths = {path.split("/")[1] for path in found}
    return [*found, *(each for each in MORE if each.split("/")[1].split("?")[0] in paths)]


def test_every_part_of_an_address_is_somewhere_or_free(app: Flask) -> None:
    parts = {(rule.endpoint.partition(".")[0], name) for rule, _ in routes(app)
             for name in rule.arguments}  # fmt: skip
    forgotten = {
        (blueprint, name)
        for blueprint, name in parts
        if (blueprint, name) not in {*whereabouts.FREE, *whereabouts.OF_BLUEPRINT}
        and name not in whereabouts.LOOKS
    }
    assert not forgotten
    assert {each for each in whereabouts.FREE if each not in parts} == set(), "a stale row"


def text_of(answer: TestResponse) -> str:
    """Return what an answer says; of a sheet to print, what can be read of it."""
    return answer.get_data().decode(errors="replace")


@pytest.mark.parametrize("role", Role)
def test_no_list_shows_what_is_elsewhere(app: Flask, two: Two, sign_in: SignIn, role: Role) -> None:
    mine = sign_in(role, f"{role}-here", place=HERE, sees="")
    every = sign_in(role, f"{role}-all", place=HERE, sees="*")
    leaks, shown = set(), set()
    for path in lists(app, role):
        answer = mine.get(path)
        assert answer.status_code < 500, path
        leaks |= {
            (path, word) for word in words(two.elsewhere) if word in said(text_of(answer), path)
        }
        if len(shown) < 5 and any(
            word in said(text_of(every.get(path)), path) for word in words(two.elsewhere)
        ):
            shown.add(path)
    assert not leaks
    least = {Role.SWAB_TEAM: 0, Role.AUDITOR: 2}.get(role, 5)
    assert not shown or len(shown) >= least, "the pages are searched in vain"


def words(place: Furnished) -> list[str]:
    codes = [code for tube in place.tubes for code in (tube.text, tube.grouped)]
    return [place.mark, place.station, *codes, str(place.ids["person_id"])]


def said(text: str, path: str) -> str:
    """What a page says of its own: not the words of the question, which it shows again.

    Lots and zones are free: numbers without people, and what is proclaimed.
    """
    asked = path.partition("=")[2].partition("&")[0]
    free = path.startswith(("/lots", "/zones"))
    return "" if free else text.replace(asked, "") if asked else text


@pytest.mark.parametrize("role", [Role.HEALTH_OFFICER, Role.LAB_TECHNICIAN, Role.ADMINISTRATOR])
def test_what_is_elsewhere_answers_as_what_is_absent(
    app: Flask, two: Two, sign_in: SignIn, role: Role
) -> None:
    mine = sign_in(role, f"{role}-here", place=HERE, sees="")
    for rule, access in routes(app):
        if access not in GRANTS[role] or not (parts := owned(rule)):
            continue
        for method in {"GET", "POST"} & (rule.methods or set()):
            if rule.rule.startswith("/zones/<uuid:zone_id>") and (
                method == "GET" or rule.endpoint.startswith("tracing.")
            ):
                continue  # zones are proclaimed; who came to their points is looked at by point
            if rule.rule == "/lots/<lot_id>":
                continue  # lots are read by everybody
            there = ask(app, mine, rule, method, two.elsewhere.ids)
            absent = ask(app, mine, rule, method, {part: absent_id(part) for part in parts})
            assert there == absent == (404, "http-404"), (method, rule.rule, there, absent)


def owned(rule: Rule) -> set[str]:
    blueprint = rule.endpoint.partition(".")[0]
    return {name for name in rule.arguments if whereabouts.look_for(blueprint, name)}


def ask(
    app: Flask, client: FlaskClient, rule: Rule, method: str, ids: dict[str, Any]
) -> tuple[int, str]:
    blueprint = rule.endpoint.partition(".")[0]
    given = {"import_id": ids.get(blueprint), **ids}
    values = {name: given.get(name) or absent_id(name) for name in rule.arguments}
    with app.test_request_context():
        path = rule.build({k: convert(app, rule, k, v) for k, v in values.items()})[1]
    answer = client.open(path, method=method, data={} if method == "POST" else None)
    code = "http-404" if "http-404" in answer.text else ""
    return answer.status_code, code


def convert(app: Flask, rule: Rule, name: str, value: Any) -> Any:
    converter = rule._converters[name]  # noqa: SLF001 - there is no public way to them
    return converter.to_python(str(value))


def absent_id(name: str) -> str:
    return ABSENT.get(name, str(uuid4()) if name.endswith("_id") else "x")


OPEN_HERE = {
    Role.HEALTH_OFFICER: (
        "/people/{person_id}", "/tubes/{tube}", "/rosters/{roster_id}", "/requests/{request_id}",
        "/points/{point_id}", "/zones/{zone_id}", "/people/{person_id}/numbers",
    ),
    Role.LAB_TECHNICIAN: ("/results/of/{tested}", "/imports/{imports}"),
    Role.ADMINISTRATOR: ("/stations/{station}/health", "/cards/{batch_id}"),
}  # fmt: skip


def test_what_is_here_is_open(two: Two, sign_in: SignIn) -> None:
    for role, paths in OPEN_HERE.items():
        mine = sign_in(role, f"{role}-here", place=HERE, sees="")
        for path in paths:
            assert mine.get(path.format(**two.here.ids)).status_code == 200, path
