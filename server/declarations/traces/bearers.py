"""Comers as people: whoever came under several records that are merged is one comer of a trace.

A person goes by the record under which they were met first; the subject by their own.
"""

from collections.abc import Collection, Iterable

from sqlalchemy.orm import Session

from server.declarations.traces.presence import CheckedIn
from server.people import merged

FEW = 2000  # merges: of no more we rather know all than ask who of thousands of comers was merged


class Bearers:
    """Which keys are of one person, as far as one trace met them; each is asked about once."""

    def __init__(self, session: Session, few: int = FEW) -> None:
        self._session = session
        found = merged.merged_records(session, few)
        self._merged = None if found is None else {f"p{each}" for each in found}
        self._asked: set[str] = set()
        self._ones: dict[str, str] = {}  # of merged people: every key, and the one they go by
        self._keys: dict[str, list[str]] = {}  # those that they go by, and all their keys

    def records(self, comers: Collection[str]) -> Collection[str]:
        """Return the keys of all records of *comers*."""
        self._learn(comers)
        if not self._keys:
            return comers
        return [key for each in comers for key in self._keys.get(self._ones.get(each, ""), [each])]

    def by_person(self, found: list[CheckedIn]) -> list[CheckedIn]:
        """Return check-ins with the keys by which their comers go here."""
        if self._merged is None or self._merged:
            self._learn({who for _, who, _ in found})
        if not self._ones:
            return found
        ones = self._ones
        return [(at, ones.get(who, who), spot) for at, who, spot in found]

    def _learn(self, keys: Iterable[str]) -> None:
        new = set(keys) if self._merged is None else self._merged.intersection(keys)
        new -= self._asked
        if not new:
            return
        self._asked |= new
        records = [key[1:] for key in new if key[:1] == "p"]
        for person in merged.people_among(self._session, records):
            self._note(sorted(f"p{each}" for each in person), new)

    def _note(self, records: list[str], new: set[str]) -> None:
        """A person whom the trace met under another record already stays who they are."""
        self._asked |= set(records)
        if not any(each in self._ones for each in records):
            known = next(each for each in records if each in new)
            self._ones |= dict.fromkeys(records, known)
            self._keys[known] = records
