"""Every route, every role: who gets in, what a form must carry, what every answer protects with."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from contract.tubes import TubeId
from server.accounts.headers import HEADERS
from server.accounts.roles import GRANTS, NAMES, NEED_SECOND_FACTOR, Role
from server.permissions import Permission, Scope
from server.web import Access, access_of

SignIn = Callable[..., FlaskClient]
# What nobody needs to be known for: the doors, the pages for the people who are sampled, and what
# is published.  A new public route is added here by hand, so that somebody has thought of it.
PUBLIC = {
    "accounts": {"/login", "/login/second", "/welcome"},
    "phone": {"/d", "/api/v1/declarations"},
    "keeper": {"/k"},
    "staying": {"/login/left"},  # how long the own log-in lasts: nothing to who has none
    "mine": {"/my"},
    "slips": {"/verify-slip", "/slip-keys", "/api/v1/slip-keys"},
    "openapi": {"/api/docs", "/api/openapi.json"},
    "fhir": {"/fhir/metadata"},
    "stations": {"/api/v1/stations/enrol"},
    "health": {"/healthz", "/readyz", "/metrics"},
}
TOO_OLD = "Trang này đã quá cũ hoặc không do hệ thống này gửi"
SIGNED_IN = {"/", "/account", "/roles", "/logout", "/login/kept", "/login/stay"}  # one's own


def routes(app: Flask) -> Iterator[tuple[Rule, Any]]:
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in {"static", "phone.worker"}:  # files, open to everybody
            yield rule, access_of(app.view_functions[rule.endpoint])


def path_of(rule: Rule) -> str:
    """Return an address of the rule whose parts name nothing."""
    path = rule.rule
    for name, converter in rule._converters.items():  # noqa: SLF001 - there is no public way
        kind = type(converter).__name__
        some = {
            "UUIDConverter": "00000000-0000-4000-8000-000000000000", "IntegerConverter": "1",
            "TubeConverter": TubeId.mint(39, 7).text, "AnyConverter": "",
        }.get(kind, "x")  # fmt: skip
        some = some or next(iter(converter.items))
        part = next(p for p in _parts(path) if p.rpartition(":")[2].strip("<>") == name)
        path = path.replace(part, str(some), 1)
    return path


def _parts(path: str) -> list[str]:
    return ["<" + part.partition(">")[0] + ">" for part in path.split("<")[1:]]


def test_every_route_has_its_row(app: Flask) -> None:
    assert not [rule.rule for rule, access in routes(app) if access is None]


def test_nothing_is_public_that_nobody_thought_of(app: Flask) -> None:
    unthought = set()
    for rule, access in routes(app):
        blueprint = rule.endpoint.partition(".")[0]
        if access is Access.PUBLIC and not _begins(rule.rule, PUBLIC.get(blueprint, set())):
            unthought.add(rule.rule)
        if access is Access.SIGNED_IN and not _begins(rule.rule, SIGNED_IN):
            unthought.add(rule.rule)
    assert not unthought


def _begins(path: str, roots: set[str]) -> bool:
    return any(path == root or path.startswith(f"{root}/") for root in roots - {"/"}) or (
        path == "/" and "/" in roots
    )


def test_every_role_and_permission_is_used(app: Flask) -> None:
    asked = {access for _, access in routes(app) if isinstance(access, Permission)}
    given = set().union(*GRANTS.values())
    assert asked <= given, "a page that no role opens"
    assert set(GRANTS) == set(NAMES) == set(Role)
    assert set(Permission) == given, "a permission that nobody has"


@pytest.mark.parametrize("role", [*Role, None])
def test_a_role_opens_what_the_table_gives_and_nothing_else(
    app: Flask, sign_in: SignIn, role: Role | None
) -> None:
    """A guest is sent to log in; who lacks the permission gets 403; who has it does not."""
    client = sign_in(role) if role else app.test_client()
    wrong = []
    for rule, access in routes(app):
        if role and role is not _first(access) and access in GRANTS[role]:
            continue  # it is opened once, by the first role that may
        for method in {"GET", "POST"} & (rule.methods or set()):
            status = _status(client, rule, method)
            if not _fits(access, role, method, status, rule):
                wrong.append((method, rule.rule, str(access), status))
    assert not wrong


def _first(access: Any) -> Role | None:
    return next((role for role in Role if access in GRANTS[role]), None)


def _status(client: FlaskClient, rule: Rule, method: str) -> int:
    if method == "POST" and rule.rule == "/logout":
        return 302
    return client.open(
        path_of(rule), method=method, data={} if method == "POST" else None
    ).status_code


def _fits(access: Any, role: Role | None, method: str, status: int, rule: Rule) -> bool:
    if status >= 500 and status != 503:
        return False
    if isinstance(access, Scope) or access is Access.STATION:
        return status == 401
    if access is Access.PUBLIC:
        return status != 401
    if role is None:
        return status == (401 if rule.rule.startswith("/api/") else 302)
    if access is Access.SIGNED_IN:
        return status not in {401}
    if access in GRANTS[role]:
        return status not in {401} and not (status == 403 and method == "GET")
    return status == 403


def test_a_form_without_its_token_does_nothing(app: Flask, sign_in: SignIn) -> None:
    """Every form of every page, by whoever may send it: it comes back with the sentence."""
    clients = {role: sign_in(role) for role in Role}
    wrong = []
    for rule, access in routes(app):
        if "POST" not in (rule.methods or ()) or not isinstance(access, Permission | Access):
            continue
        if access is Access.STATION or (access is Access.PUBLIC and rule.rule.startswith("/api/")):
            continue  # signed, or open to programs and without a cookie
        role = next((r for r in Role if access in GRANTS[r]), Role.SWAB_TEAM)
        answer = clients[role].post(path_of(rule), data={"csrf_token": ""})
        if answer.status_code != 403 or TOO_OLD not in answer.text:
            wrong.append((rule.rule, answer.status_code))
    assert not wrong


def test_every_answer_carries_what_protects_its_reader(app: Flask, sign_in: SignIn) -> None:
    client = sign_in(Role.HEALTH_OFFICER)
    for rule, _ in routes(app):
        if "GET" in (rule.methods or ()):
            said = client.get(path_of(rule), buffered=True).headers
            assert not set(HEADERS) - set(said.keys()), rule.rule
            policy = said["Content-Security-Policy"]
            assert "default-src 'self'" in policy, rule.rule
            assert "unsafe" not in policy, rule.rule
            assert said["Cache-Control"] == "no-store", rule.rule


def test_the_table_is_shown_to_everybody(sign_in: SignIn) -> None:
    page = sign_in(Role.SWAB_TEAM).get("/roles").text
    assert all(str(permission) in page for permission in Permission)
    assert page.count("cần bước thứ hai") == len(NEED_SECOND_FACTOR)
