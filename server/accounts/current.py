"""Where the person at the screen may look: for views, which hand it to queries."""

from dataclasses import replace

from server.accounts.roles import AT_LAB, Role
from server.accounts.within import Within
from server.web import user


def current_within() -> Within:
    """Return the scope of who is signed in; nowhere for whoever is not."""
    found = user()
    if found is None:
        return Within()
    scope = Within.of_account(found.place, found.sees)
    return replace(scope, at_lab=Role(found.role) in AT_LAB)
