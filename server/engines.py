"""How each kind of database is opened, so that nothing is lost that was committed.

SQLite   WAL with synchronous=FULL; one process serves.
PostgreSQL   any number of processes, also on several machines, one node or a cluster: a URL may
name several hosts (`?host=a:5432&host=b:5432`), and whichever takes writes is used.
"""

from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import ExceptionContext

SPARE = 12  # connections beside those of the threads: writer, applier, deliveries, imports
# Pages that a connection keeps (SQLite): with its own 2 MB, a transaction of some thousand rows
# wrote out what it was about to change again, and read it anew.
CACHE_KIB = 16 * 1024
# A lost network is noticed within some fifteen seconds, a lock that is never let go within twenty.
_POSTGRESQL = {
    "application_name": "ghepmau",
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",
    "options": "-c lock_timeout=20s -c idle_in_transaction_session_timeout=120s",
}
_OVER = frozenset({"25006", "57P01", "57P02", "57P03"})


def make_engine(url: str, *, connections: int = 0) -> Engine:
    """Open *url*; of PostgreSQL, at most so many *connections* at once (0: as for SQLite)."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        # As many as there may be threads; what is bound to a statement is never logged.
        engine = create_engine(parsed, pool_size=10, max_overflow=54, hide_parameters=True)
        _harden(engine)
        return engine
    most = connections or 64
    engine = create_engine(
        parsed, pool_size=min(10, most), max_overflow=max(0, most - 10), pool_timeout=20,
        pool_pre_ping=True, hide_parameters=True, connect_args=_beside(parsed),
    )  # fmt: skip
    event.listen(engine, "handle_error", _let_go)
    return engine


def is_shared(engine: Engine) -> bool:
    """Return whether other processes may write to this database at the same time."""
    return engine.dialect.name != "sqlite"


def _beside(url: URL) -> dict[str, str]:
    """Return what is asked of PostgreSQL where the URL says nothing about it."""
    wanted = dict(_POSTGRESQL) if url.get_backend_name() == "postgresql" else {}
    hosts = url.query.get("host", ())
    if not isinstance(hosts, str) and len(hosts) > 1:
        wanted["target_session_attrs"] = "read-write"
    return {key: value for key, value in wanted.items() if key not in url.query}


def _let_go(context: ExceptionContext) -> None:
    """A node that takes no writes any more is left: the next connection finds the one that does."""
    if getattr(context.original_exception, "sqlstate", None) in _OVER:
        context.is_disconnect = True


def _harden(engine: Engine) -> None:
    """WAL with synchronous=FULL is the only setting that kept every row in every power cut."""

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("PRAGMA busy_timeout=10000")
        connection.execute(f"PRAGMA cache_size=-{CACHE_KIB}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # A writer takes its place in the queue at once: upgrading later is what deadlocks.
        reads = connection.get_execution_options().get("ghepmau_read", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
