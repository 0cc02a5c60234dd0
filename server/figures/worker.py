"""The folding as a thread of the server; it rests ten times as long as it works."""

import logging
from threading import Event, Thread
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError

from server.db import Database
from server.figures.folding import fold_some

log = logging.getLogger(__name__)
LEAST_SECONDS, RESTS = 2.0, 10
TROUBLED_SECONDS = 5.0


class FigureWorker:
    """Any number of them may run; each cell is counted by whoever is first."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="figures", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Let the cells in hand be counted, then end."""
        self._stopping.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        pause = 0.0
        while not self._stopping.wait(pause):
            began = monotonic()
            try:
                fold_some(self._database)
                pause = max(LEAST_SECONDS, RESTS * (monotonic() - began))
            except SQLAlchemyError as error:  # the marks stay, and are tried again
                log.warning("figures could not be counted: %s", error)
                pause = TROUBLED_SECONDS
