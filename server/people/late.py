"""A sample that comes late, by a number alone that leads elsewhere since: whose is it?

It was taken at a station without a network, while the number led to another than now, or by a clock
that nobody can rely on.  It stands with whom the number led to then, and it is asked (`whose`).
Of a number that never led to another nothing is asked.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from contract.identities import Key, PersonCode, System
from server.people import doubts, erased, merges, queries, whose
from server.people.agreement import birth_year_of
from server.people.links import LiveLinks, strong_keys, unclaimed
from server.people.models import Disagreement, Identity, Person
from server.people.sleeping import Said, differ, names_one_of

_NO_NUMBER = {System.FINGERPRINT, System.PHONE, System.VEHICLE}


@dataclass(frozen=True, slots=True)
class Sample:
    """A pairing that showed a code, and when it was made; `trusted` as its clock is."""

    event: UUID
    at: datetime
    trusted: bool
    code: PersonCode

    @property
    def key(self) -> Key:
        return unclaimed(strong_keys(self.code)[0])


def former_of(
    session: Session, samples: Iterable[Sample], links: LiveLinks
) -> dict[UUID, Identity]:
    """Return, of each sample that may be of another than its number leads to, the link by which
    its number led then, and which ended since."""
    some = [each for each in samples if _may_be_late(each, links.get(each.key))]
    ended = _ended_of(session, {each.key for each in some}) if some else {}
    found = {}
    for each in some:
        link = _former(session, each, links.get(each.key), ended.get(each.key, []))
        if link is not None:
            found[each.event] = link
    return found


def ask(session: Session, former: Mapping[UUID, Identity], samples: Iterable[Sample], *,
        now: datetime) -> None:  # fmt: skip
    """Ask whose each of these samples is, unless it was asked before."""
    if not former:
        return
    before = select(Disagreement.event_id).where(
        Disagreement.event_id.in_(list(former)), Disagreement.identity_id.is_not(None)
    )
    asked = set(session.scalars(before))
    shown: dict[UUID, dict[UUID, str]] = defaultdict(dict)
    for each in samples:
        if each.event in former and each.event not in asked:
            shown[former[each.event].id][each.event] = str(each.code.kind)
    for link in {each.id: each for each in former.values()}.values():
        if link.id in shown:
            whose.ask(session, link, shown[link.id], now=now)


def _may_be_late(sample: Sample, live: Identity | None) -> bool:
    """Return whether it is worth to look for links that ended: of most samples it is not."""
    if sample.key.system in _NO_NUMBER:
        return False
    if live is None:  # a name says enough of whom nobody is known by the number
        return sample.code.name is None
    young = not sample.trusted or sample.at < live.linked_at
    return young and not doubts.contradicts(sample.code, live.person)  # of those it is asked anyway


def _ended_of(session: Session, keys: Iterable[Key]) -> dict[Key, list[Identity]]:
    """Return the links of these numbers that ended, the eldest first.  What somebody only claimed
    led nobody by itself; and of whoever was erased nobody can be asked."""
    by_blind = {blind: key for key in keys for blind in queries.value_blinds(key)}
    blinds, found = list(by_blind), list[Identity]()
    for start in range(0, len(blinds), queries.AT_ONCE):
        asked = select(Identity).where(
            Identity.value_blind.in_(blinds[start : start + queries.AT_ONCE]),
            Identity.unlinked_at.is_not(None),
            Identity.claimed.is_(False),
        )
        found += session.scalars(asked.options(joinedload(Identity.person)))
    gone = erased.among(session, {each.person_id for each in found}) if found else set()
    ended: dict[Key, list[Identity]] = defaultdict(list)
    for link in sorted(found, key=lambda each: (each.linked_at, each.id)):
        if link.person_id not in gone:
            ended[by_blind[link.value_blind]].append(link)
    return ended


def _former(
    session: Session, sample: Sample, live: Identity | None, ended: Sequence[Identity]
) -> Identity | None:
    if not ended or (live is None and sample.trusted and _is_since(sample, ended)):
        return None
    if sample.trusted:
        link = _led_then(sample.at, ended)
        others = [link] if live is None or _is_anothers(session, link, live) else []
    else:
        others = [each for each in ended if live is None or _is_anothers(session, each, live)]
    return next((each for each in others[::-1] if not _is_told(session, sample, live, each)), None)


def _is_since(sample: Sample, ended: Sequence[Identity]) -> bool:
    """Return whether it was taken when the number was nobody's already: it is a newcomer's."""
    return all(each.unlinked_at is not None and each.unlinked_at <= sample.at for each in ended)


def _led_then(at: datetime, ended: Sequence[Identity]) -> Identity:
    """Return the link that stood at that time, else the last before it, else the first."""
    begun = [each for each in ended if each.linked_at <= at]
    standing = [each for each in begun if each.unlinked_at is not None and at < each.unlinked_at]
    return (standing or begun or ended[:1])[-1]


def _is_anothers(session: Session, link: Identity, live: Identity) -> bool:
    return not merges.are_one(session, link.person_id, live.person_id)


def _is_told(session: Session, sample: Sample, live: Identity | None, link: Identity) -> bool:
    """Return whether the code says itself that it is not whose *link* was."""
    said = Said(sample.code.name, birth_year_of(sample.code))
    records = merges.together(session, link.person_id)
    if all(differ(said, session.get_one(Person, each)) for each in records):
        return True
    if live is None or not said.name:
        return False
    return names_one_of(session, said, [live.person_id]) and not names_one_of(
        session, said, records
    )
