"""Forms that were kept for minutes go after minutes, also where nobody logs in for days."""

from collections.abc import Callable
from datetime import datetime

from server.accounts import kept_forms
from server.db import Database
from server.rounds import Rounds

EVERY = 300.0  # seconds


class KeptForms(Rounds):
    """Any number of them may run."""

    name = "kept-forms"
    first_rest = 10.0

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._database, self._clock = database, clock

    def round(self) -> float:
        with self._database.write() as session:
            kept_forms.forget_old(session, now=self._clock())
        return EVERY
