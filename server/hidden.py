"""Addresses of databases for a screen: without what opens them.  Pure."""

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

HIDDEN = "***"
# Parameters of a connection that are no secret; any other is not shown.
PLAIN = frozenset(
    {"application_name", "connect_timeout", "dbname", "host", "hostaddr", "port", "sslmode",
     "sslrootcert", "target_session_attrs", "timeout", "user"}
)  # fmt: skip


def without_password(url: str) -> str:
    """Return an SQLAlchemy URL for the screen, read as whoever opens it reads it."""
    try:
        made = make_url(url)
    except (ArgumentError, ValueError):  # a port that is no number
        return HIDDEN
    if made.password and "@" in f"{made.host}{made.database}":  # an '@' in it that nobody escaped
        return HIDDEN
    query = {name: each if name in PLAIN else "hidden" for name, each in made.query.items()}
    return made.set(query=query).render_as_string(hide_password=True)
