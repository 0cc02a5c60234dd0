"""The public keys of enrolled stations, remembered between requests where one process serves.

A station's key is looked up at most once between two changes; a change is forgotten as soon as
its transaction is committed, also by a look-up that began before it.

Where several processes share a database, another one may revoke a station: then each request asks
how the station stands, and only the reading of its key is spared; or it relies on what is
`remembered`, and has the key compared in the transaction that stores what was signed.
"""

from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Engine, Pool, select
from sqlalchemy.orm import Session

from contract.signing import public_key
from server.accounts.models import Station
from server.db import Database
from server.engines import is_shared


@dataclass(frozen=True)
class KnownStation:
    """A station as the intake sees it; `key` is None unless it is enrolled."""

    id: str
    label: str
    place: str
    duty: str
    state: str
    key: Ed25519PublicKey | None
    text: str  # of the key


@dataclass
class _Ring:
    changes: int
    known: dict[str, KnownStation]


_read = lru_cache(8192)(public_key)
_ASKED = (
    Station.id, Station.label, Station.place, Station.duty, Station.state, Station.public_key,
)  # fmt: skip
_rings: WeakKeyDictionary[Pool, _Ring] = WeakKeyDictionary()
_lock = Lock()


def station(database: Database, name: str) -> KnownStation | None:
    """Return station *name* as it stands now, or None if nobody created it."""
    ring, changes = _ring(database)
    if is_shared(database.engine):
        found = _as_it_stands(database, name)
        with _lock:
            ring.known.pop(name, None)
    else:
        with _lock:
            if name in ring.known:
                return ring.known[name]
        found = _read_whole(database, name)
    with _lock:
        if ring.changes == changes and found is not None and found.key is not None:
            ring.known[name] = found
    return found


def remembered(database: Database, name: str) -> tuple[KnownStation | None, str]:
    """Return station *name* as `station` does, perhaps as it stood a while ago where processes
    share the database; then with its key's text, which must be compared, and else with ''."""
    if not is_shared(database.engine):
        return station(database, name), ""
    ring, _ = _ring(database)
    with _lock:
        found = ring.known.get(name)
    found = found or station(database, name)
    return found, found.text if found else ""


def _ring(database: Database) -> tuple[_Ring, int]:
    with _lock:
        ring = _rings.setdefault(database.engine.pool, _Ring(0, {}))
        return ring, ring.changes


def _read_whole(database: Database, name: str) -> KnownStation | None:
    with database.read() as session:
        row = session.get(Station, name[:32])
    return _known(row) if row is not None and row.id == name else None


def _as_it_stands(database: Database, name: str) -> KnownStation | None:
    """Ask with one statement outside any transaction: the shortest way there is."""
    with database.engine.connect() as connection:
        alone = connection.execution_options(isolation_level="AUTOCOMMIT")
        row = alone.execute(select(*_ASKED).where(Station.id == name[:32])).first()
    return _known(row) if row is not None and row.id == name else None


def forget(session: Session) -> None:
    """Forget every key of the database that *session* has just changed."""
    bind = session.get_bind()
    engine = bind if isinstance(bind, Engine) else bind.engine
    with _lock:
        ring = _rings.setdefault(engine.pool, _Ring(0, {}))
        ring.changes += 1
        ring.known.clear()


def _known(row: Any) -> KnownStation:
    """*row* is a Station or the columns of one."""
    enrolled = row.state == "enrolled" and row.public_key
    key = _read(row.public_key) if enrolled else None
    text = row.public_key or ""
    return KnownStation(row.id, row.label, row.place, row.duty, row.state, key, text)
