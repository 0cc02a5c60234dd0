"""No page offers what is refused: each link and form leads where its reader may go.

What a form says within is another matter: `test_what_is_set_elsewhere` and `test_shared_things`.
"""

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from server import whereabouts
from server.accounts.roles import GRANTS, Role
from server.accounts.within import Within
from server.db import Database
from server.permissions import Permission
from server.web import access_of
from tests.server.test_whereabouts import HERE, Two, lists, two  # noqa: F401 - a fixture

SignIn = Callable[..., FlaskClient]
LINK = re.compile(r'<a\b[^>]*\shref="(/[^"#]*)')
FORM = re.compile(r"<form\b[^>]*>")
ACTION, POST = re.compile(r'\saction="(/[^"#]*)'), re.compile(r'\smethod="post"')
ONE_KIND = re.compile(
    r"[0-9a-f-]{36}|\d{12}|\?.*"
)  # of addresses that differ in this, one is walked


def offers(page: str) -> Iterator[tuple[str, str]]:
    """Yield (method, address) of what a page offers."""
    for found in LINK.finditer(page):
        yield "GET", unescape(found[1])
    for form in FORM.finditer(page):
        action = ACTION.search(form[0])
        if action:
            yield ("POST" if POST.search(form[0]) else "GET"), unescape(action[1])


def refused(app: Flask, session: Any, role: Role, method: str, address: str) -> str:
    """Return why *role*, at HERE, may not go there; '' where it may."""
    path = address.partition("?")[0]
    with app.test_request_context(path, method=method) as context:
        try:
            rule, values = context.url_adapter.match(return_rule=True)  # type: ignore[union-attr]
        except HTTPException as error:
            return f"no such address ({error.code})"
        access = access_of(app.view_functions[rule.endpoint])
        if not isinstance(access, Permission):
            return ""
        if access not in GRANTS[role]:
            return f"needs {access}"
        blueprint = rule.endpoint.partition(".")[0]
        for name, value in values.items():
            look = whereabouts.look_for(blueprint, name)
            if look is not None and not look(session, Within.of([HERE]), value):
                return f"{name} is elsewhere"
    return ""


WALKERS = [Role.HEALTH_OFFICER, Role.REGISTRAR, Role.LAB_VERIFIER]


@pytest.mark.parametrize("role", WALKERS)
def test_no_page_offers_what_is_refused(
    app: Flask,
    two: Two,  # noqa: F811
    sign_in: SignIn,
    database: Database,
    role: Role,
) -> None:
    assert two.here.ids
    mine = sign_in(role, f"{role}-here", place=HERE, sees="")
    pages = [each for each in lists(app, role) if "?" not in each]
    wrong: set[tuple[str, str, str, str]] = set()
    asked: set[str] = set()
    for _ in range(2):
        further: dict[str, str] = {}
        for page in pages:
            if page in asked:
                continue
            asked.add(page)
            answer = mine.get(page)
            if answer.status_code >= 400 or "html" not in (answer.content_type or ""):
                continue
            with database.read() as session:
                for method, address in set(offers(answer.text)):
                    why = refused(app, session, role, method, address)
                    if why:
                        wrong.add((page, method, address, why))
                    elif method == "GET" and "?" not in address:
                        further.setdefault(ONE_KIND.sub("#", address), address)
        pages = list(further.values())
    assert not wrong
