"""How many rows of a list each role may take out of the server at once: the one table of it."""

from collections.abc import Mapping

from server.accounts.roles import Role

DEFAULT = 2_000
MOST_ROWS: Mapping[str, int] = {
    Role.HEALTH_OFFICER: 20_000,
    Role.ADMINISTRATOR: 5_000,
    Role.LAB_TECHNICIAN: 5_000,
    Role.SWAB_TEAM: 500,
}


def most_rows(role: str) -> int:
    return MOST_ROWS.get(role, DEFAULT)
