"""The public keys of enrolled stations, remembered between requests of one server process.

A station's key is looked up at most once between two changes; a change is forgotten as soon as
its transaction is committed, also by a look-up that began before it.
"""

from dataclasses import dataclass
from threading import Lock
from weakref import WeakKeyDictionary

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Engine, Pool
from sqlalchemy.orm import Session

from contract.signing import public_key
from server.accounts.models import Station
from server.db import Database


@dataclass(frozen=True)
class KnownStation:
    """A station as the intake sees it; `key` is None unless it is enrolled."""

    id: str
    label: str
    place: str
    duty: str
    state: str
    key: Ed25519PublicKey | None


@dataclass
class _Ring:
    changes: int
    known: dict[str, KnownStation]


_rings: WeakKeyDictionary[Pool, _Ring] = WeakKeyDictionary()
_lock = Lock()


def station(database: Database, name: str) -> KnownStation | None:
    """Return station *name* as it stands now, or None if nobody created it."""
    with _lock:
        ring = _rings.setdefault(database.engine.pool, _Ring(0, {}))
        changes = ring.changes
        if name in ring.known:
            return ring.known[name]
    with database.read() as session:
        row = session.get(Station, name[:32])
    if row is None or row.id != name:
        return None
    found = _known(row)
    with _lock:
        if ring.changes == changes and found.key is not None:
            ring.known[name] = found
    return found


def forget(session: Session) -> None:
    """Forget every key of the database that *session* has just changed."""
    bind = session.get_bind()
    engine = bind if isinstance(bind, Engine) else bind.engine
    with _lock:
        ring = _rings.setdefault(engine.pool, _Ring(0, {}))
        ring.changes += 1
        ring.known.clear()


def _known(row: Station) -> KnownStation:
    enrolled = row.state == "enrolled" and row.public_key
    key = public_key(row.public_key) if enrolled and row.public_key else None
    return KnownStation(row.id, row.label, row.place, row.duty, row.state, key)
