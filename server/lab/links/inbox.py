"""Where messages from machines are kept: committed to the disk before anybody is told so."""

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from server.db import Database
from server.errors import DomainError
from server.lab.imports import services
from server.lab.imports.machines import Machine

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]


class Inbox:
    """Keeps what one machine sends."""

    def __init__(self, database: Database, machine: Machine, clock: Clock) -> None:
        self._database = database
        self._machine = machine
        self.clock = clock

    def keep(self, message: bytes, *, name: str = "") -> bool:
        """Keep *message* as it came; return whether it is on the disk.  Twice is once."""
        try:
            with self._database.write() as session:
                services.keep(
                    session,
                    message,
                    name=name,
                    by=f"machine:{self._machine.name}",
                    now=self.clock(),
                    kind="message",
                    source=self._machine.name,
                    place=self._machine.place,
                )
        except (SQLAlchemyError, DomainError) as error:
            log.warning("a message of %s was not kept: %s", self._machine.name, error)
            return False
        return True
