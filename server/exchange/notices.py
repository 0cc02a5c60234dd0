"""What every channel of this folder does first: read the message, gather what it is about.

A batch is gathered ahead, with a few questions for all of it; a message alone is gathered alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import msgspec

from contract.tubes import Tube
from server.db import Database
from server.declarations import notice
from server.delivery.channels import Message, Refused
from server.exchange.gathering import outcomes_named, told_of_all
from server.exchange.told import Told

Name = tuple[Tube, UUID, int]


@dataclass
class Telling:
    """Turns messages into what they tell.  What is gathered ahead is used once."""

    database: Database
    _ahead: dict[str, Told] = field(default_factory=dict)

    def look_ahead(self, messages: Sequence[Message]) -> None:
        self._ahead = {}  # what nobody asked for is old by now
        names = {}
        for each in messages:
            try:
                names[each.key] = _name(each.subject, each.payload)
            except Refused:
                continue  # `told` says so when its turn comes
        self._ahead = self._gather(names)

    def told(self, subject: str, key: str, payload: str) -> Told:
        """Return what the message says with all it rests on; raise Refused if that is gone."""
        found = self._ahead.pop(key, None) or self._gather({key: _name(subject, payload)}).get(key)
        if found is None:
            raise Refused("there is no such outcome any more")
        return found

    def _gather(self, names: dict[str, Name]) -> dict[str, Told]:
        with self.database.read() as session:
            found = outcomes_named(session, names.values())
            keys = [key for key, name in names.items() if name in found]
            told: Iterable[Told] = told_of_all(session, [found[names[key]] for key in keys])
            return dict(zip(keys, told, strict=True))


def _name(subject: str, payload: str) -> Name:
    try:
        said = notice.read(payload)
        return said.of, UUID(subject), said.version
    except (ValueError, msgspec.DecodeError) as error:
        raise Refused(f"unreadable notice: {error}") from error
