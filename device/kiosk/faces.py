"""Remembers, in memory alone, the masked names of the newest persons, to show a pool's members."""

from dataclasses import dataclass, field

from contract.identities import PersonCode
from device.codes import Codes
from device.facts import Person

_MOST = 60  # three times the largest pool


@dataclass
class Faces(Codes):
    """The station's codes; `names` are masked, by tag, newest last."""

    names: dict[str, str] = field(default_factory=dict, repr=False)

    def person_of(self, code: PersonCode) -> Person:
        person = super().person_of(code)
        self.names.pop(person.tag, None)
        self.names[person.tag] = person.shown
        if len(self.names) > _MOST:
            del self.names[next(iter(self.names))]
        return person
