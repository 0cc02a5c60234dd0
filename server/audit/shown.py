"""What a view calls when its page named people: who is at the screen, whose names, in one entry."""

from collections.abc import Iterable
from uuid import UUID

from server.audit import names_shown
from server.web import actor, now, transaction


def note_shown(
    action: str,
    persons: Iterable[UUID | None],
    *,
    subject: object = names_shown.LIST,
    why: str = "",
) -> None:
    """Leave the entry, in a transaction of its own, before the page is answered."""
    with transaction() as session:
        names_shown.note(session, action, persons, by=actor(), now=now(), subject=subject, why=why)
