"""Where the person at the screen may look: for views, which hand it to queries."""

from collections.abc import Mapping
from dataclasses import replace

from flask import abort

from server.accounts.roles import AT_LAB, Role
from server.accounts.within import Within
from server.forms import optional_text, place_or_text
from server.web import user


def current_within() -> Within:
    """Return the scope of who is signed in; nowhere for whoever is not."""
    found = user()
    if found is None:
        return Within()
    scope = Within.of_account(found.place, found.sees)
    return replace(scope, at_lab=Role(found.role) in AT_LAB)


def in_scope(place: str) -> str:
    """Return *place* where something may be set; answer 404 where it is outside.  '' is all."""
    if not current_within().covers(place):
        abort(404)
    return place


def place_in(form: Mapping[str, str]) -> str:
    """Return the place that a form names, which must be in scope; else the person's own."""
    given = place_or_text(optional_text(form, "place", longest=64))
    if given:
        return in_scope(given)
    found = user()
    return found.place if found else ""
