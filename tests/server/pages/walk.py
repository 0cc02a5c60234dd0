"""Find a page for every address that the server knows, by following its own links."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient

from benchmarks.following import reached

# What answers a program, a printer or a reader of sheets is no page.
NO_PAGE = re.compile(
    r"^/(api/v1|api/openapi|fhir|static|healthz|readyz|metrics|slip-keys|d/card|d/worker|login/left)"
    r"|\.(csv|pdf|json|svg|xlsx)$|<form>|/receipt$"
)
NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Stop:
    """One page: whose, at which rule of the server's, at which address."""

    role: str
    rule: str
    path: str


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
        for rule, path, _ in reached(app, client, starts, NO_PAGE):
            stop = Stop(role, rule, path)
            whose = role if stop.rule == "/" else ""
            if (stop.rule, whose) not in known:
                known.add((stop.rule, whose))
                found.append(stop)
    return found
