"""An officer of a district, with a password."""

from typing import Any

import pytest

from server.accounts.roles import Role
from server.accounts.services import add_user
from server.db import Database
from tests.server.accounts.at_the_door import AREA, PASSWORD


@pytest.fixture
def lan(database: Database, clock: Any) -> str:
    with database.write() as session:
        add_user(
            session, "lan", name="Trần Thị Lan", role=Role.HEALTH_OFFICER, password=PASSWORD,
            place=AREA, shortest=12, by="test", now=clock(),
        )  # fmt: skip
    return "lan"
