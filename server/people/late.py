"""A sample that comes late, by a number alone that leads elsewhere since: whose is it?

It was taken at a station without a network, while the number led to another than now, or by a clock
that nobody can rely on.  It stands with whom the number led to then, and it is asked (`whose`);
where both records are one, once they are parted.  Of a number that never led to another nothing is
asked; nor where it is nobody's since, was theirs until then, and the code names whom it led to.
What somebody only claims since is nobody's.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.identities import Key, PersonCode, System
from server.people import doubts, links, merges, sleeping, whose
from server.people.agreement import Traits, agree, birth_year_of
from server.people.links import LiveLinks, strong_keys, unclaimed
from server.people.models import Disagreement, Identity, Person
from server.people.sleeping import Said, differ, names_one_of

_OF_NOBODY = {System.PHONE, System.VEHICLE}


@dataclass(frozen=True, slots=True)
class Sample:
    """A pairing, or a check-in, that showed a code, and when; `trusted` as its clock is.

    Whose a check-in is nobody is `asked`: it stays where the number led to.
    """

    event: UUID
    at: datetime
    trusted: bool
    code: PersonCode
    asked: bool = True

    @property
    def key(self) -> Key:
        return unclaimed(strong_keys(self.code)[0])


class Former(NamedTuple):
    """The link by which a number led to another record than now; `asleep`: the two are one, `sure`:
    the code itself says that it is theirs."""

    link: Identity
    asleep: bool
    sure: bool


def former_of(session: Session, samples: Iterable[Sample], live: LiveLinks) -> dict[UUID, Former]:
    """Return, of each sample that may be of another than its number leads to, the link by which
    its number led then, and which ended since."""
    led = [each for each in samples if live.led(each.key)]
    some = [each for each in led if _may_be_late(each, live.proven(each.key))]
    ended = links.ended_of(session, {each.key for each in some}) if some else {}
    found = {}
    for each in some:
        former = _former(session, each, live.proven(each.key), ended.get(each.key, []))
        if former is not None:
            found[each.event] = former
    return found


def ask(session: Session, former: Mapping[UUID, Former], samples: Iterable[Sample], *,
        now: datetime) -> None:  # fmt: skip
    """Ask whose each of these samples is, unless it was asked before."""
    if not former:
        return
    before = select(Disagreement.event_id).where(
        Disagreement.event_id.in_(list(former)), Disagreement.identity_id.is_not(None)
    )
    asked = set(session.scalars(before))
    shown: dict[Former, dict[UUID, str]] = defaultdict(dict)
    for each in samples:
        if each.asked and each.event in former and each.event not in asked:
            shown[former[each.event]][each.event] = str(each.code.kind)
    for led, kinds in shown.items():
        made = whose.ask(session, led.link, kinds, now=now) if not led.sure else []
        if led.asleep:
            sleeping.put_to_sleep(session, made, now)


def _may_be_late(sample: Sample, live: Identity | None) -> bool:
    """Return whether it may be another's than the number leads to: of most samples it may not."""
    if sample.key.system in _OF_NOBODY:
        return False
    if live is None:
        return True
    young = not sample.trusted or sample.at < live.linked_at
    return young and not doubts.contradicts(sample.code, live.person)  # of those it is asked anyway


def _former(
    session: Session, sample: Sample, live: Identity | None, ended: Sequence[Identity]
) -> Former | None:
    if not ended or (live is None and sample.trusted and _is_since(sample, ended)):
        return None
    led = [_led_then(sample.at, ended)] if sample.trusted else ended[::-1]
    others = [
        Former(
            each,
            _is_one(session, each, live),
            sure=live is None and _is_sure(session, sample, each),
        )
        for each in led
        if _is_others(each, live)
    ]
    others.sort(key=lambda each: each.asleep)
    return next((each for each in others if not _is_told(session, sample, live, each)), None)


def _is_since(sample: Sample, ended: Sequence[Identity]) -> bool:
    """Return whether it was taken when the number was nobody's already: it is a newcomer's."""
    return all(each.unlinked_at is not None and each.unlinked_at <= sample.at for each in ended)


def _led_then(at: datetime, ended: Sequence[Identity]) -> Identity:
    """Return the link that stood at that time, else the last before it, else the first."""
    begun = [each for each in ended if each.linked_at <= at]
    standing = [each for each in begun if each.unlinked_at is not None and at < each.unlinked_at]
    return (standing or begun or ended[:1])[-1]


def _is_sure(session: Session, sample: Sample, link: Identity) -> bool:
    """Return whether a code that names whom *link* led to was shown before it ended, as theirs.

    Who was said never to have had the number may be a namesake of whose it is.
    """
    before = link.unlinked_at is not None and sample.at < link.unlinked_at
    named = agree(Traits.of_code(sample.code), Traits.of_person(link.person))
    return sample.trusted and before and named and links.was_theirs(session, link)


def _is_others(link: Identity, live: Identity | None) -> bool:
    return live is None or link.person_id != live.person_id


def _is_one(session: Session, link: Identity, live: Identity | None) -> bool:
    """Return whether both records are one person's; they are not parted before this ends."""
    if live is None or not merges.are_one(session, link.person_id, live.person_id):
        return False
    return live.person_id in merges.held_together(session, link.person_id)


def _is_told(session: Session, sample: Sample, live: Identity | None, former: Former) -> bool:
    """Return whether the code says itself that it is not whose the former link was."""
    said, person = Said(sample.code.name, birth_year_of(sample.code)), former.link.person_id
    records = [person] if former.asleep else merges.together(session, person)
    if all(differ(said, session.get_one(Person, each)) for each in records):
        return True
    if not said.name or names_one_of(session, said, records):
        return False
    # A name says enough where nobody is known by the number now.
    return live is None or names_one_of(session, said, [live.person_id])
