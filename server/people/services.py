"""Who carries this code?  Numbers of one person are linked, two persons are never merged unasked.

A number on a card or given out by a platform is strong: it leads to one person.  A claimed number
(typed by somebody into an app) leads only where name and birth year agree.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from contract import names
from contract.identities import Key, Kind, PersonCode, System
from contract.identities.base import fingerprint
from server.audit import services as audit
from server.people import asking, beginnings, doubts, merges, queries
from server.people.agreement import Traits, agree, birth_year_of
from server.people.asking import Doubt
from server.people.links import LiveLinks, claims, phones, strong_keys
from server.people.models import Identity, Person
from server.rows import ordered_id


@dataclass(frozen=True)
class Act:
    """Who links what, when, and on what ground; `at_table`: somebody saw who showed it."""

    by: str
    now: datetime
    evidence: str
    at_table: bool = True


def person_of(
    session: Session,
    code: PersonCode,
    *,
    by: str,
    now: datetime,
    evidence: str,
    place: str,
    links: LiveLinks | None = None,
    at_table: bool = True,
) -> Person:
    """Return who carries *code*, a new person if need be, and link its numbers to them.

    The same code always leads to the same person.  A number whose code names somebody else than
    its record is asked about (`doubts`), and nothing of it is linked.  *evidence* says where it
    was seen ('event:<uuid>').  Doubts are kept as identity questions.  Whoever asks for many codes
    in one transaction brings their *links*.  Not *at_table*, a card that somebody made by phone
    proves no more than what they typed.  A record that was only claimed begins where it is proven.
    """
    act = Act(by, now, evidence, at_table)
    links = links or LiveLinks.of(session, [code])
    strong, claimed = strong_keys(code), claims(code)
    traits = Traits.of_code(code)
    ended = _end_false_claims(session, strong, links, traits, act)
    person = _known(strong, claimed, links, traits)
    if person is not None and doubts.contradicts(code, person):
        return doubts.bearer_of(session, code, person, evidence=evidence, place=place, now=now)
    begins = person is not None and beginnings.may_begin(session, person, strong, links, place)
    sure = person is None or _is_sure(person, strong, claimed, links, code, act)
    person = person or _new_person(session, code, place, act)
    if sure:  # before anything is asked: whether two may be one hangs on their names
        _complete(person, code)
    for key in (*strong, *claimed):
        _link(session, person, key, links, code, act)
    if begins and beginnings.is_proven_by(person, strong, links):
        said = f"{person.place} to {place}"
        audit.record(session, "person.begun", person.id, by=act.by, now=act.now, detail=said)
        beginnings.begin_at(session, person, place)
    for old in ended:
        if not merges.are_one(session, person.id, old.person_id):
            _ask(session, Doubt.CLAIM_ENDED, person, old.person, old.system, act)
        if made := links.get(Key(System(old.system), old.value)):
            made.replaces_id = old.id
    _note_phones(session, person, code, act)
    return person


def _end_false_claims(
    session: Session, strong: list[Key], links: LiveLinks, traits: Traits, act: Act
) -> list[Identity]:
    """Unlink numbers that another only claimed, now that their bearer shows the card."""
    ended = []
    for key in strong:
        link = links.get(key)
        if link and link.claimed and not agree(traits, Traits.of_person(link.person)):
            link.unlinked_at, link.unlinked_by = act.now, act.by
            ended.append(link)
            links.drop(key)
            session.flush()
    return ended


def _known(
    strong: list[Key], claimed: list[Key], links: LiveLinks, traits: Traits
) -> Person | None:
    """Return whom the strongest number leads to, or a lesser one that fits name and birth year.

    Provinces gave one old nine-digit number to several people, so it proves nothing by itself.
    """
    strongest, *lesser = strong
    if link := links.get(strongest):
        return link.person
    for key in (*lesser, *claimed):
        if (link := links.get(key)) and agree(traits, Traits.of_person(link.person)):
            return link.person
    return None


def _is_sure(
    person: Person, strong: list[Key], claimed: list[Key], links: LiveLinks, code: PersonCode,
    act: Act,
) -> bool:  # fmt: skip
    """Return whether more than claims led to *person*: what was only typed changes no record.

    The fingerprint of a code that claims is as weak as its claims: whoever typed them has it.
    """
    if claimed and strong == [fingerprint(code.raw)]:
        return False
    found = (links.get(key) for key in strong)
    return any(
        link is not None and link.person is person and not _is_self_made(link, act)
        for link in found
    )


def _is_self_made(link: Identity, act: Act) -> bool:
    """Return whether a card was made by phone, and nobody saw yet who carries it."""
    return link.claimed and link.system == System.CARD and not act.at_table


def _new_person(session: Session, code: PersonCode, place: str, act: Act) -> Person:
    person = Person(id=ordered_id(act.now), place=place, created_at=act.now, identities=[])
    session.add(person)
    audit.record(session, "person.met", person.id, by=act.by, now=act.now, detail=code.kind)
    return person


def _link(
    session: Session, person: Person, key: Key, links: LiveLinks, code: PersonCode, act: Act
) -> None:
    link = links.get(key)
    if link is None:
        link = identity(person, key, kind=code.kind, act=act)
        session.add(link)
        links.put(key, link)
    elif link.person is person:
        link.claimed = link.claimed and (key.claimed or _is_self_made(link, act))
    elif not merges.are_one(session, person.id, link.person_id):
        agreed = agree(Traits.of_code(code), Traits.of_person(link.person))
        doubt = Doubt.TWO_PERSONS if agreed or not key.claimed else Doubt.CLAIM_DISAGREES
        _ask(session, doubt, person, link.person, str(key.system), act)


def identity(person: Person, key: Key, *, kind: Kind, act: Act) -> Identity:
    """Return a new live link from *key* to *person*."""
    return Identity(
        id=ordered_id(act.now),
        person=person,
        system=str(key.system),
        value=key.value,
        value_blind=queries.value_blind(key),
        claimed=key.claimed,
        kind=str(kind),
        evidence=act.evidence,
        linked_at=act.now,
        linked_by=act.by,
    )


def _ask(
    session: Session, doubt: Doubt, person: Person, other: Person, system: str, act: Act
) -> None:
    asking.ask(session, doubt, person, other, system, evidence=act.evidence, by=act.by, now=act.now)


def _note_phones(session: Session, person: Person, code: PersonCode, act: Act) -> None:
    """Keep phones, to call people back; several persons may have the same."""
    if not (shown := phones(code)):
        return
    known = {link.value_blind: link for link in person.identities if link.system == System.PHONE}
    for key in shown:
        if link := _first(known, queries.value_blinds(key)):
            link.claimed = link.claimed and key.claimed
        else:
            session.add(identity(person, key, kind=code.kind, act=act))


def _first(known: Mapping[str, Identity], blinds: Iterable[str]) -> Identity | None:
    return next((known[blind] for blind in blinds if blind in known), None)


def _complete(person: Person, code: PersonCode) -> None:
    """Fill what was not known; what another code said before stays."""
    if code.name and (person.name is None or _spells_better(code.name, person)):
        person.name = names.display(code.name)
        person.name_blind = queries.name_blind(code.name)
    year = birth_year_of(code)
    if year is not None and person.birth_year in {None, year}:
        person.birth_year = year
        person.birth = max(person.birth or "", str(code.birth), key=len)
    person.block_blind = queries.block_blind(person.name, person.birth_year)
    person.sex = person.sex or (str(code.sex) if code.sex else None)
    person.address = person.address or code.address


def _spells_better(name: str, person: Person) -> bool:
    """Return whether *name* is the person's own with its marks, which some codes leave out."""
    same = person.name_blind in queries.name_blinds(name)
    return same and (person.name or "").isascii() and not name.isascii()
