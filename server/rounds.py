"""Work beside the pages: round after round in a thread of the server, until it is stopped.

Whatever goes wrong in a round is logged, and the rounds go on: a thread that ended would be work
that is missing and never missed.
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from threading import Event, Thread
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from server.retry import Trouble, trouble_of

log = logging.getLogger(__name__)
TROUBLED_SECONDS = 5.0
T = TypeVar("T")


class Rounds(ABC):
    """One piece of work.  `first_rest`: seconds before the first round; `last_round`: one more
    once it is stopped, for what was gathered meanwhile; `patience`: seconds for the round in hand.
    """

    name = ""
    first_rest = 0.0
    last_round = False
    patience = 10.0

    def __init__(self) -> None:
        self._stopping = Event()
        self._thread: Thread | None = None

    @abstractmethod
    def round(self) -> float:
        """Do what there is to do; return how many seconds to rest."""

    @property
    def running(self) -> bool:
        return self._thread is not None

    def start(self) -> None:
        self._stopping.clear()
        self._thread = Thread(target=self._run, name=self.name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let the round in hand be ended, then end."""
        self._stopping.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(timeout=self.patience)

    def _run(self) -> None:
        rest = self.first_rest
        while not self._stopping.wait(rest):
            rest = self._tried()
        if self.last_round:
            self._tried()

    def _tried(self) -> float:
        rest = self.tried(self.round)
        return TROUBLED_SECONDS if rest is None else rest

    def tried(self, work: Callable[[], T], *, beside: bool = False) -> T | None:
        """Do *work*; return None where it failed, which is logged.

        *beside*: it is one of many in a round, and raises where the database is away: so would all
        the others, and the round is tried again soon.
        """
        try:
            return work()
        except SQLAlchemyError as error:  # the database may be away for a while
            if beside and trouble_of(error) in (Trouble.AWAY, Trouble.UNSURE):
                raise
            log.warning("%s: the database gave up, it is tried again: %s", self.name, error)
        except Exception:
            log.exception("%s: this should not have happened; it goes on", self.name)
        return None
