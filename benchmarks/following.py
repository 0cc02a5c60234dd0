"""Follow an application's own links, as a person would, to each kind of page."""

import re
from collections import deque
from collections.abc import Container, Iterable, Iterator
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

MOST = 400  # kinds of pages that are opened for one person


class Reached(NamedTuple):
    """A page that was opened: the rule that serves it, its address, and what it says."""

    rule: str
    path: str
    data: bytes


class _Links(HTMLParser):
    """The addresses that a page leads to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for key, value in attrs if tag == "a" and key == "href" and value]


def reached(
    app: Flask,
    client: FlaskClient,
    starts: Iterable[str],
    no_page: re.Pattern[str],
    apart: Container[str] = (),
) -> Iterator[Reached]:
    """Yield one page for each rule and set of names behind its question mark, from *starts* on.

    Rules that *no_page* matches are not asked for; each address in *apart* is of its own kind.
    """
    waiting, seen = deque(starts), set[tuple[str, frozenset[str]]]()
    while waiting and len(seen) < MOST:
        path = waiting.popleft()
        rule = rule_of(app, path)
        names = frozenset(key for key, _ in parse_qsl(urlsplit(path).query))
        kind = (path if path in apart else rule, names)
        if not rule or kind in seen or no_page.search(rule):
            continue
        seen.add(kind)
        answer = client.get(path)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            yield Reached(rule, path, answer.data)
            links = _Links()
            links.feed(answer.text)
            waiting.extend(link for link in links.found if link.startswith("/"))


def rule_of(app: Flask, path: str) -> str:
    """Return the rule that serves *path*, '' for none, for another site's and another language."""
    parts = urlsplit(path)
    if parts.netloc or "lang=" in parts.query:
        return ""
    try:
        rule, _ = app.url_map.bind("localhost").match(parts.path, return_rule=True)
    except HTTPException:
        return ""
    return rule.rule
