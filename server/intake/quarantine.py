"""What could not be taken is kept for a person, within bounds.

What nobody signed, anyone may send: it has a quota for each address, and one in all.  What a
station signed has a quota of its station's, which no stranger can use up.  The very same again is
only counted, and of a large body the beginning is kept.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from uuid import uuid4

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.orm import Session

from server.intake.models import Quarantine

LONGEST = 256 * 1024  # bytes of one body that are kept
QUOTA = 50  # rows of one address, or of one station
_MANY = 500  # values in one IN (...)
MOST = 2_000  # rows that nobody signed, in all
# What is found after the signature, so that it is the station's own.
SIGNED = frozenset({"changed-replay", "unreadable-upload", "wrong-content-type"})


def keep(
    connection: Connection,
    body: bytes,
    *,
    station: str,
    reason: str,
    detail: str,
    remote: str,
    now: datetime,
    size: int | None = None,
) -> bool:
    """Keep *body*; return False where a quota is used up.  *station* is only a claim."""
    digest = sha256(body).hexdigest()
    claimed = station[:64]
    same = (
        update(Quarantine)
        .where(
            Quarantine.digest == digest,
            Quarantine.reason == reason,
            Quarantine.station == claimed,
            Quarantine.remote == remote[:64],
        )
        .values(times=Quarantine.times + 1)
    )
    if connection.execute(same).rowcount:
        return True
    if not _has_room(connection, claimed, reason, remote):
        return False
    row = {
        "id": uuid4(), "at": now, "station": claimed, "reason": reason, "detail": detail[:200],
        "body": body[:LONGEST], "size": len(body) if size is None else size, "digest": digest,
        "times": 1, "remote": remote[:64],
    }  # fmt: skip
    connection.execute(insert(Quarantine), [row])
    return True


def let_go(connection: Connection, station: str, hashes: Sequence[str]) -> None:
    """Let go of events of *station* that are stored after all, beside what they contradicted."""
    for start in range(0, len(hashes), _MANY):
        stored = Quarantine.digest.in_(hashes[start : start + _MANY])
        of_it = Quarantine.station == station, Quarantine.reason == "changed-replay"
        connection.execute(delete(Quarantine).where(*of_it, stored))


def has_room(session: Session, station: str, reason: str, remote: str) -> bool:
    """Return whether `keep` would find room: asked first, it spares a flood its write lock."""
    return _has_room(session.connection(), station[:64], reason, remote)


def _has_room(connection: Connection, station: str, reason: str, remote: str) -> bool:
    counted = select(func.count()).select_from(Quarantine)
    if reason in SIGNED:
        mine = counted.where(Quarantine.station == station, Quarantine.reason.in_(SIGNED))
        return connection.execute(mine).scalar_one() < QUOTA
    strangers = counted.where(Quarantine.reason.not_in(SIGNED))
    mine = strangers.where(Quarantine.remote == remote[:64])
    if connection.execute(mine).scalar_one() >= QUOTA:
        return False
    return connection.execute(strangers).scalar_one() < MOST
