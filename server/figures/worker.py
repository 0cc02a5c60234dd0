"""The folding beside the pages; it rests ten times as long as it works."""

from time import monotonic

from server.db import Database
from server.figures.folding import fold_some
from server.rounds import Rounds

LEAST_SECONDS, RESTS = 2.0, 10


class FigureWorker(Rounds):
    """Any number of them may run; each cell is counted by whoever is first."""

    name = "figures"

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database

    def round(self) -> float:
        """Count some cells; where it fails their marks stay, and are tried again."""
        began = monotonic()
        fold_some(self._database)
        return max(LEAST_SECONDS, RESTS * (monotonic() - began))
