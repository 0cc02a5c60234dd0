"""Which new versions the outcomes of a tube need: what merge says against what is stored.  Pure."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from uuid import UUID, uuid4

import msgspec

from contract.tubes import Tube
from server.outcomes.facts import Known
from server.outcomes.known import Facts, Ground
from server.outcomes.merge import Outcome, Status, merge, taken_back


class Version(msgspec.Struct, frozen=True):
    """One version of an outcome, as it is stored.  A struct: a million are made fast."""

    id: UUID
    tube: Tube
    person: UUID
    version: int
    status: str
    reason: str
    pairing: UUID
    result: UUID | None
    place: str
    sampled_at: datetime
    grounds: str
    supersedes: UUID | None = None

    @property
    def key(self) -> str:
        """The key under which every receiver knows this version, for ever."""
        return key_of(self.tube, self.person, self.version)

    @property
    def key_before(self) -> str | None:
        return key_of(self.tube, self.person, self.version - 1) if self.version > 1 else None

    def same(self, wanted: Outcome, sampled_at: datetime) -> bool:
        """Return whether this says all that *wanted* does of a sample taken then.

        A station's clock may be set right later: how long a test holds hangs on it.
        """
        mine = (self.status, self.reason, self.pairing, self.result, self.grounds, self.sampled_at)
        return mine == (
            wanted.status,
            wanted.reason,
            wanted.pairing,
            wanted.result,
            written(wanted.grounds),
            sampled_at,
        )


def key_of(tube: Tube, person: UUID, version: int) -> str:
    return f"{tube.text}/{person}/v{version}"


def written(grounds: Collection[Ground]) -> str:
    """Return *grounds* as they are stored: "decision:<id> reception:<id>", sorted."""
    if len(grounds) == 1:
        [(kind, each)] = grounds
        return f"{kind}:{each}"
    return " ".join(sorted(f"{ground.kind}:{ground.id}" for ground in grounds))


def new_versions(
    tube: Tube, known: Known, facts: Facts, stored: Mapping[UUID, Version]
) -> Iterator[Version]:
    """Return what must be written so that the stored outcomes of *tube* are what merge says."""
    wanted = {each.person: each for each in merge(facts).outcomes}
    if not stored:
        for person in sorted(wanted):
            yield _say(tube, known, wanted[person], None)
        return
    for person in sorted(wanted.keys() | stored.keys()):
        before = stored.get(person)
        if (said := wanted.get(person)) is not None:
            if before is None or not before.same(said, known.sampled[said.pairing]):
                yield _say(tube, known, said, before)
        elif before is not None:
            why = taken_back(facts, person)
            if (before.status, before.reason) != (Status.WITHDRAWN, why):
                yield _take_back(before, why)


def _say(tube: Tube, known: Known, said: Outcome, before: Version | None) -> Version:
    return Version(
        id=uuid4(),
        tube=tube,
        person=said.person,
        version=before.version + 1 if before else 1,
        status=said.status.value,
        reason=said.reason,
        pairing=said.pairing,
        result=said.result,
        place=known.places[said.pairing],
        sampled_at=known.sampled[said.pairing],
        grounds=written(said.grounds),
        supersedes=before.id if before else None,
    )


def _take_back(before: Version, why: str) -> Version:
    return Version(
        id=uuid4(),
        tube=before.tube,
        person=before.person,
        version=before.version + 1,
        status=Status.WITHDRAWN.value,
        reason=str(why),
        pairing=before.pairing,
        result=before.result,
        place=before.place,
        sampled_at=before.sampled_at,
        grounds=before.grounds,
        supersedes=before.id,
    )
