"""Which tubes stand ready for whom, off-line: keyed hashes, never names.  Pure.

A roster label names a person, so its tube is given to nobody else, not even after that person has
taken another one, nor on another day than the one for which it was made.  Only numbers that a code
proves count: what somebody typed into an app does not open somebody else's tube.

A roster that is there and cannot be read is no empty one: its labelled tubes, known by a list of
their own, are nobody's until it comes anew; where that list is lost too, no tube is anybody's.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import msgspec

from contract import signing
from contract.identities import PersonCode
from contract.lots import RosterWire, assignment_tag


@dataclass(frozen=True)
class Roster:
    """The assignments at one station.  `unreadable`: they were there and are lost."""

    key: bytes = b""
    owners: Mapping[str, frozenset[str]] = field(default_factory=dict, repr=False)
    _tubes: Mapping[str, frozenset[str]] = field(default_factory=dict, repr=False)
    unreadable: bool = False
    _any_tube: bool = False
    _days: Mapping[str, str] = field(default_factory=dict, repr=False)  # of tubes of one day alone
    _told: str = ""

    @classmethod
    def of(cls, wire: RosterWire) -> "Roster":
        """Raises contract.signing.BadSignature where the key is no base64url."""
        owners = {each.tube: frozenset(each.tags) for each in wire.assignments}
        tubes: defaultdict[str, set[str]] = defaultdict(set)
        for each in wire.assignments:
            for tag in each.tags:
                tubes[tag].add(each.tube)
        return cls(
            signing.decode(wire.key), owners, {tag: frozenset(own) for tag, own in tubes.items()},
            _days={each.tube: each.day for each in wire.assignments if each.day}, _told=wire.day,
        )  # fmt: skip

    @classmethod
    def from_json(cls, document: bytes) -> "Roster":
        """Raises ValueError on anything that is no roster."""
        return cls.of(msgspec.json.decode(document, type=RosterWire))

    @classmethod
    def lost(cls, labelled: Iterable[str] | None) -> "Roster":
        """Return what stands for one that cannot be read, *labelled* being its tubes if known."""
        owners = dict.fromkeys(labelled or (), frozenset[str]())
        return cls(owners=owners, unreadable=True, _any_tube=labelled is None)

    def followed_by(self, fresh: "Roster") -> "Roster":
        """Return what holds after *fresh* was read: what is known already is not forgotten."""
        return replace(self, unreadable=True) if fresh.unreadable and self.owners else fresh

    def is_assigned(self, tube: str) -> bool:
        return self._any_tube or tube in self.owners

    def tubes_of(self, code: PersonCode) -> frozenset[str]:
        """Return the tubes that stand ready for the bearer of *code*."""
        if not self.owners:
            return frozenset()
        tags = (
            assignment_tag(self.key, key.system.value, key.value)
            for key in code.keys
            if not key.claimed
        )
        return frozenset().union(*(self._tubes.get(tag, frozenset()) for tag in tags))

    def ahead(self, tubes: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """Return those of *tubes* that are for now or later, each after its day, in their order.

        The day is '' where it may be any.  The station's own clock, which may be wrong, has no say.
        """
        dated = sorted((self._days.get(tube, ""), tube) for tube in tubes)
        return tuple((day, tube) for day, tube in dated if not day or day >= self._told)
