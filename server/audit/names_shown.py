"""A page named people: one entry for each opening, with whose names stood on it.

The ids of the persons stand in the entry's detail, so that an opening of a long list is one row of
the trail; `persons_in` finds them again.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from server.audit import services as audit

LIST = "list"
_TOLD = re.compile(r"^(.*?)(\d+) people(?:: ([0-9a-f]{32}(?: [0-9a-f]{32})*))?$")


def note(
    session: Session,
    action: str,
    persons: Iterable[UUID | None],
    *,
    by: str,
    now: datetime,
    subject: object = LIST,
    why: str = "",
) -> None:
    """Leave the entry of one opening; none where nobody stood on a list of all."""
    ids = list(dict.fromkeys(each for each in persons if each is not None))
    if not ids and subject == LIST:
        return
    said = f"{why}, {len(ids)} people" if why else f"{len(ids)} people"
    told = " ".join(each.hex for each in ids)
    detail = f"{said}: {told}" if ids else said
    audit.record(session, action, subject, by=by, now=now, detail=detail)


def persons_in(detail: str | None) -> list[UUID]:
    """Return who stood on the page of whose entry this is the detail."""
    found = _TOLD.match(detail or "")
    return [UUID(each) for each in (found[3] or "").split()] if found else []


def briefly(detail: str | None) -> tuple[str, str]:
    """Return a detail as the page of the trail shows it, in both languages: how many, not which."""
    found = _TOLD.match(detail or "")
    if found is None:
        return detail or "", detail or ""
    return f"{found[1]}{found[2]} người", f"{found[1]}{found[2]} people"
