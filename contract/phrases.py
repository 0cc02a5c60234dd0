"""Sentences that a library says in English alone, said in Vietnamese.  Pure."""

import re
from collections.abc import Mapping


class Phrases:
    """A table of what a library says (patterns, the first that fits wins) and how we say it."""

    def __init__(self, table: Mapping[str, str], flags: re.RegexFlag = re.NOFLAG) -> None:
        self._table = [(re.compile(asked, flags), vi) for asked, vi in table.items()]

    def vietnamese(self, sentence: str) -> str | None:
        """Return *sentence* in Vietnamese; None for one that the table does not know."""
        for asked, vi in self._table:
            if found := asked.fullmatch(sentence):
                return found.expand(vi)
        return None
