"""What every blueprint shares: the transaction, who may call a view, code converters.

Every view carries exactly one mark: `public`, `signed_in`, `station_signed`, `partner(scope)` or
`requires(permission)`.  The gate (`server.accounts.gate`) refuses a view without a mark.
Fields of forms are read with `server.forms`, shown with `server.display`.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from flask import current_app, g, request
from sqlalchemy.orm import Session
from werkzeug.routing import BaseConverter, ValidationError

from contract.tubes import Tube, TubeError, tube
from server.config import Settings
from server.db import Database
from server.display import t as t
from server.permissions import Permission as Permission
from server.permissions import Scope as Scope
from server.replica import WROTE, Replica

V = TypeVar("V", bound=Callable[..., object])
Clock = Callable[[], datetime]


class Access(StrEnum):
    """Who may call a view that needs no permission."""

    PUBLIC = "public"
    SIGNED_IN = "signed-in"
    STATION = "station-signed"


@dataclass(frozen=True)
class SignedIn:
    """The person at the screen."""

    id: UUID
    login: str
    name: str
    role: str
    place: str
    permissions: frozenset[Permission]
    must_enrol: bool = False  # nothing opens before a second factor is there
    sees: str = ""  # as `server.accounts.within` reads it; '': the place and what is in it


def database() -> Database:
    found: Database = current_app.extensions["database"]
    return found


def settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


def transaction() -> AbstractContextManager[Session]:
    """Begin one unit of work: committed on the way out, rolled back on any error."""
    return database().write()


def reading() -> AbstractContextManager[Session]:
    """Begin a look at the database that writes nothing and waits for no writer.

    Pages that only show may be read from a copy that follows, if there is one (`server.replica`):
    `g.as_of` then says of when it is.
    """
    copy = _copy()
    if copy is None or copy.as_of() is None:
        return database().read()
    return _reading(copy)


@contextmanager
def _reading(copy: Replica) -> Iterator[Session]:
    with ExitStack() as opened:
        session = opened.enter_context(copy.read())
        as_of = copy.as_of_here(session)
        if as_of is None:
            opened.close()
            session = opened.enter_context(database().read())
        else:
            g.as_of = as_of
        yield session


def surely() -> AbstractContextManager[Session]:
    """Begin a look whose answer decides something: never at a copy."""
    return database().read()


def _copy() -> Replica | None:
    found: Replica | None = current_app.extensions["replica"]
    shows = (
        request.method in {"GET", "HEAD"} and request.blueprint in current_app.extensions["shows"]
    )
    return found if shows and WROTE not in request.cookies else None


def origin() -> str:
    """Return the address that links, posters and cards name: as set, or as this browser came."""
    return (settings().public_url or request.host_url).rstrip("/")


def only_here() -> bool:
    """Whether that address opens on this machine alone: a phone would find nothing there."""
    return urlsplit(origin()).hostname in {"127.0.0.1", "::1", "localhost"}


def now() -> datetime:
    """Return the time (aware, UTC) by the app's clock; services get it as `now=`."""
    clock: Clock = current_app.extensions["clock"]
    return clock()


def user() -> SignedIn | None:
    """Return who is signed in, if anyone."""
    found: SignedIn | None = g.get("user")
    return found


def actor() -> str:
    """Return who acts, for `by=`: "user:lan", or "nobody" on a public page."""
    found = user()
    return f"user:{found.login}" if found else g.get("partner_name", "nobody")


def place() -> str:
    """Return the place of who acts: the laboratory whose results these are."""
    found = user()
    return found.place if found else ""


def may(permission: str) -> bool:
    """Return whether the person at the screen holds *permission* (for templates too)."""
    found = user()
    return found is not None and permission in found.permissions


def requires(permission: Permission) -> Callable[[V], V]:
    """Let a view run only for a user who holds *permission*."""
    return lambda view: _marked(view, permission)


def signed_in(view: V) -> V:
    """Let a view run for whoever is signed in."""
    return _marked(view, Access.SIGNED_IN)


def public(view: V) -> V:
    """Let a view run for anyone."""
    return _marked(view, Access.PUBLIC)


def station_signed(view: V) -> V:
    """A view for stations: it calls `accounts.stations.signed_station()` itself, first."""
    return _marked(view, Access.STATION)


def partner(scope: Scope) -> Callable[[V], V]:
    """Let a view run only for a partner's program whose token has *scope*."""
    return lambda view: _marked(view, scope)


def access_of(view: Callable[..., object] | None) -> Access | Permission | Scope | None:
    """Return a view's mark, or None for a view that nobody may call."""
    found: Access | Permission | Scope | None = getattr(view, "access", None)
    return found


def large_body(view: V) -> V:
    """Let a view take a body as large as a machine's file; whoever asks is checked all the same."""
    view.__dict__["large_body"] = True
    return view


def takes_large_body(view: Callable[..., object] | None) -> bool:
    return bool(getattr(view, "large_body", False))


def unnoticed(view: V) -> V:
    """Let a view be asked by a page's script without counting as use of the log-in."""
    view.__dict__["unnoticed"] = True
    return view


def is_unnoticed(view: Callable[..., object] | None) -> bool:
    return bool(getattr(view, "unnoticed", False))


def asked_view() -> Callable[..., object] | None:
    """Return the view that this request is for, None for an address that there is not."""
    return current_app.view_functions.get(request.endpoint or "")


def _marked(view: V, access: Access | Permission | Scope) -> V:
    view.__dict__["access"] = access
    return view


class TubeConverter(BaseConverter):
    """Turns /tubes/260000000182 into a tube; anything else is a 404."""

    def to_python(self, value: str) -> Tube:
        try:
            return tube(value)
        except TubeError as error:
            raise ValidationError from error

    def to_url(self, value: Tube) -> str:
        return super().to_url(value.text)
