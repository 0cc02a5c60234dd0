"""What targets call things of ours, remembered so that a later version updates and never adds."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from server.delivery.models import RemoteCopy

Which = tuple[str, str]  # kind of thing, and what it is called here


def of(session: Session, target: str, things: Iterable[Which]) -> dict[Which, tuple[str, str]]:
    """Return (their id, the version that was seen) of those of *things* that *target* has."""
    asked = tuple_(RemoteCopy.kind, RemoteCopy.ours).in_(list(things))
    found = session.scalars(select(RemoteCopy).where(RemoteCopy.target == target, asked))
    return {(each.kind, each.ours): (each.theirs, each.version) for each in found}


def keep(
    session: Session, target: str, places: Mapping[Which, tuple[str, str]], *, now: datetime
) -> None:
    """Remember where *target* keeps things of ours, in place of what was known."""
    for (kind, ours), (theirs, version) in places.items():
        session.merge(
            RemoteCopy(
                target=target, kind=kind, ours=ours, theirs=theirs, version=version, seen_at=now
            )
        )


def forget(session: Session, target: str) -> None:
    """Forget everything about *target*: it was emptied or restored, and is asked again."""
    for each in session.scalars(select(RemoteCopy).where(RemoteCopy.target == target)):
        session.delete(each)
