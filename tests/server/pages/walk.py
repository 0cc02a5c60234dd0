"""Find a page for every address that the server knows, by following its own links."""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

# What answers a program, a printer or a reader of sheets is no page.
NO_PAGE = re.compile(
    r"^/(api/v1|api/openapi|fhir|static|healthz|readyz|metrics|slip-keys|d/card|d/worker)"
    r"|\.(csv|pdf|json|svg|xlsx)$|<form>|/receipt$"
)
NOBODY = "nobody"
MOST = 400  # kinds of pages that are opened for one role


@dataclass(frozen=True, slots=True)
class Stop:
    """One page: whose, at which rule of the server's, at which address."""

    role: str
    rule: str
    path: str


class Links(HTMLParser):
    """The addresses that a page leads to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        name = "href" if tag == "a" else ""
        self.found += [value for key, value in attrs if key == name and value]


def pages_of(app: Flask) -> set[str]:
    """Return the rule of every page that can be opened."""
    return {
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not NO_PAGE.search(rule.rule)
    }


def stops(app: Flask, clients: Mapping[str, FlaskClient], starts: Iterable[str]) -> list[Stop]:
    """Return one stop for each page that a role reaches from *starts*; the desks for each role."""
    known: set[tuple[str, str]] = set()
    found: list[Stop] = []
    for role, client in clients.items():
        for stop in _reached(app, role, client, starts):
            whose = role if stop.rule == "/" else ""
            if (stop.rule, whose) not in known:
                known.add((stop.rule, whose))
                found.append(stop)
    return found


def _reached(app: Flask, role: str, client: FlaskClient, starts: Iterable[str]) -> Iterator[Stop]:
    waiting, seen = deque(starts), set[tuple[str, frozenset[str]]]()
    while waiting and len(seen) < MOST:
        path = waiting.popleft()
        rule = rule_of(app, path)
        kind = (rule, frozenset(key for key, _ in parse_qsl(urlsplit(path).query)))
        if not rule or kind in seen or NO_PAGE.search(rule):
            continue
        seen.add(kind)
        answer = client.get(path)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        yield Stop(role, rule, path)
        links = Links()
        links.feed(answer.text)
        waiting.extend(link for link in links.found if link.startswith("/"))


def rule_of(app: Flask, path: str) -> str:
    """Return the rule that serves *path*, '' for none."""
    parts = urlsplit(path)
    if parts.netloc or "lang=" in parts.query:
        return ""
    try:
        rule, _ = app.url_map.bind("localhost").match(parts.path, return_rule=True)
    except HTTPException:
        return ""
    return rule.rule
