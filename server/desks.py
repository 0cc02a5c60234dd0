"""Desks: what waits for a role, oldest first, each a link.  Domains add rows; home shows them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from server.accounts.within import Within
from server.permissions import Permission


@dataclass(frozen=True)
class Waiting:
    """How many wait, and since when the longest."""

    count: int
    oldest: datetime | None = None


@dataclass(frozen=True)
class Desk:
    """One kind of work: who does it, where, and how much of it waits (None: nothing to count)."""

    permission: Permission
    path: str
    vi: str
    en: str
    # The session, who asks, and where they may look.
    waiting: Callable[[Session, str, Within], Waiting] | None = None
    vi_hint: str = ""
    en_hint: str = ""
    # How much waits longer than it may.
    late: Callable[[Session, datetime, Within], int] | None = None
