"""What targets call things of ours, remembered so that a later version updates and never adds.

It is remembered of an address: at another one the same id may be another's, such as Patient/17.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from server.delivery.models import RemoteCopy
from server.rows import insert_or_hold

Which = tuple[str, str]  # kind of thing, and what it is called here
ADDRESS = "address"  # under which kind stands where *theirs* is; stored
_ADDRESS: Which = (ADDRESS, "")


def of(
    session: Session, target: str, address: str, things: Iterable[Which]
) -> dict[Which, tuple[str, str]]:
    """Return (their id, the version that was seen) of those of *things* that *target* has there."""
    asked = tuple_(RemoteCopy.kind, RemoteCopy.ours).in_([_ADDRESS, *things])
    rows = session.scalars(select(RemoteCopy).where(RemoteCopy.target == target, asked))
    found = {(each.kind, each.ours): (each.theirs, each.version) for each in rows}
    there, _ = found.pop(_ADDRESS, (_digest(address), ""))  # it was not kept in former versions
    return found if there == _digest(address) else {}


def keep(
    session: Session, target: str, address: str, places: Mapping[Which, tuple[str, str]],
    *, now: datetime,
) -> None:  # fmt: skip
    """Remember where *target* keeps things of ours, in place of what was known."""
    _be_of(session, target, _digest(address), now)
    for (kind, ours), (theirs, version) in places.items():
        session.merge(
            RemoteCopy(
                target=target, kind=kind, ours=ours, theirs=theirs, version=version, seen_at=now
            )
        )


def _be_of(session: Session, target: str, there: str, now: datetime) -> None:
    """Let all that is remembered of *target* be of one address, until this transaction ends.

    Servers of two settings may run at one time: what the one remembers must not come to stand
    under the address of the other.
    """
    kind, ours = _ADDRESS
    row = {"target": target, "kind": kind, "ours": ours, "theirs": there, "version": ""}
    insert_or_hold(session, RemoteCopy, {**row, "seen_at": now})
    known = session.get_one(RemoteCopy, (target, kind, ours), populate_existing=True)
    if known.theirs != there:
        its = RemoteCopy.target == target, RemoteCopy.kind != kind
        session.execute(delete(RemoteCopy).where(*its))
        known.theirs, known.seen_at = there, now


def forget(session: Session, target: str) -> None:
    """Forget everything about *target*: it was emptied or restored, and is asked again."""
    session.execute(delete(RemoteCopy).where(RemoteCopy.target == target))


def _digest(address: str) -> str:
    """Return what stands for an address, which may be long, and hold what is secret."""
    return sha256(address.rstrip("/").encode()).hexdigest()
