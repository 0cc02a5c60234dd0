"""A number leads elsewhere since: whose are the samples that came by it alone?  Never guessed.

Such a sample stands with the record that the number led to, and its results wait for the answer.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contract.identities import Key, PersonCode, System
from server import vault
from server.audit import services as audit
from server.errors import DomainError
from server.people import asking, bearers, erased, links, merges, queries
from server.people.agreement import Traits, agree
from server.people.first_words import first_words
from server.people.models import Disagreement, Identity, Person
from server.people.sleeping import Said, names_one_of

# Who tells the code that an event showed.  `hearing` adds them.
askers: list[Callable[[Session, UUID | None], PersonCode | None]] = []


class MovedSince(DomainError):
    code = "number-moved-since"


class SeveralBearers(DomainError):
    code = "number-of-several"


class Seen(NamedTuple):
    """What a page showed of the number (`Beside.stamp`), and whom its reader chose of several."""

    stamp: str
    chosen: str = ""


def ask(
    session: Session, link: Identity, shown: Mapping[UUID, str], *, now: datetime
) -> list[Disagreement]:
    """Ask whose each pairing is that came by *link*, which ended; *shown* names its kind of code.

    One that is asked about already is not asked about twice, and of whoever was erased nobody can
    be asked.
    """
    if erased.any_of(session, [link.person_id]):
        return []
    standing = select(Disagreement.event_id).where(
        Disagreement.event_id.in_(list(shown)), Disagreement.answered_at.is_(None)
    )
    asked = set(session.scalars(standing))
    made = [
        _question(link, pairing, kind, now)
        for pairing, kind in shown.items()
        if pairing not in asked
    ]
    session.add_all(made)
    session.flush()
    for each in made:
        audit.record(
            session, "identity.doubted", each.id, by="system:people", now=now, detail="moved"
        )
    return made


def _question(link: Identity, pairing: UUID, kind: str, now: datetime) -> Disagreement:
    """Each is asked and answered by itself: no two are about the same words."""
    said = vault.current().lasting("disagreement.said", f"{link.id}|{pairing}")
    return Disagreement(
        id=uuid4(), person_id=link.person_id, event_id=pairing, system=link.system,
        kind=kind[:20], said_blind=said, identity_id=link.id, opened_at=now,
    )  # fmt: skip


def asked_about(session: Session, link_id: UUID) -> int:
    """Return how many samples wait for an answer because this link ended."""
    asked = select(func.count()).select_from(Disagreement)
    asked = asked.where(Disagreement.identity_id == link_id, Disagreement.answered_at.is_(None))
    return session.scalar(asked) or 0


def another(
    session: Session, question: Disagreement, *, by: str, now: datetime, seen: Seen | None = None
) -> Person | None:
    """Return who else it was: whom the number leads to now, whom it led to before, or a new person,
    who gets the number.

    Where the number was several people's, *seen* tells who of them.  Who only claimed it meanwhile
    has it no more.  None, where it leads to whom it is asked about again: then it is nobody else's.
    Of merged records it is the one that has the number, so that it is still the right one's once
    they are parted.  Raises MovedSince where others had it as it was seen, and SeveralBearers.
    """
    others = bearers.beside(session, question)
    if seen is not None and seen.stamp != others.stamp(question):
        raise MovedSince(
            "Số này vừa chuyển sang hồ sơ khác. Xem lại nay số là của ai rồi trả lời.",
            "The number has just moved. Look again whose it is now, then answer.",
        )
    chosen = _chosen(others.choices, seen)
    if chosen is not None:
        return None if chosen.person_id == question.person_id else chosen.person
    return _newcomer(session, question, by, now)


def _chosen(choices: Mapping[str, Identity | None], seen: Seen | None) -> Identity | None:
    """Return the link of who it was, None for a new person."""
    if len(choices) == 1:
        return next(iter(choices.values()))
    if seen is None or seen.chosen not in choices:
        raise SeveralBearers(
            "Số này lần lượt là của nhiều người. Chọn rõ mẫu là của ai; chưa chắc thì gọi hỏi từng"
            " người, kết quả vẫn chờ.",
            "This number was several people's in turn. Say whose the sample is; where you are not"
            " sure, call each of them: the result waits.",
        )
    return choices[seen.chosen]


def _newcomer(session: Session, question: Disagreement, by: str, now: datetime) -> Person:
    """Return a new person, of whom the code tells, and who gets the number: so it would have been,
    had it never led to the record that is asked about."""
    link = session.get_one(Identity, question.identity_id)
    live = links.live_of(session, link)
    if live is not None:
        live.unlinked_at, live.unlinked_by = now, by
        session.flush()
    said = _shown(session, question)
    words = first_words(said) if said else {}
    person = Person(id=uuid4(), place=question.person.place, created_at=now, **words)
    made = _given_to(person, link, question, by, now)
    session.add_all([person, made])
    session.flush()
    if live is not None:
        made.replaces_id = live.id
        asking.ask(
            session, asking.Doubt.CLAIM_ENDED, person, live.person, live.system,
            evidence=made.evidence, by=by, now=now,
        )  # fmt: skip
    return person


def named_by_number(session: Session, question: Disagreement) -> Person | None:
    """Return whom the code names that *question* is about, and its number leads to since, or led to
    before, or who claims it; None where it may be two persons.  Of records that are one person's it
    is the one that has the number, or had it last."""
    code = _shown(session, question)
    shown = links.strong_keys(code) if code else []
    live = queries.links_of(session, shown)
    ended = [each for some in links.ended_of(session, shown[:1]).values() for each in some[::-1]]
    now = [live[key] for key in shown[:1] if key in live and not live[key].claimed]
    named = [each for each in now if _is_alike(session, question, each)]
    if named and Said.in_question(question).year is None:  # a name alone may be another's of before
        named += [each for each in ended if _is_alike(session, question, each)]
    proven = [each for each in live.values() if not each.claimed]
    claimed = [each for each in live.values() if each.claimed]
    for some in (proven, ended, claimed):
        named = named or [each for each in some if _agrees(question, each)]
    roots = merges.roots_of(session, [question.person_id, *(each.person_id for each in named)])
    others = {roots[each.person_id]: each.person for each in reversed(named)}
    others.pop(roots[question.person_id], None)
    return others.popitem()[1] if len(others) == 1 else None


def _shown(session: Session, question: Disagreement) -> PersonCode | None:
    """Return the code that *question* is about, while its bytes are kept."""
    return next((code for ask in askers if (code := ask(session, question.event_id))), None)


def _is_alike(session: Session, question: Disagreement, link: Identity) -> bool:
    records = merges.together(session, link.person_id)
    return names_one_of(session, Said.in_question(question), records)


def _agrees(question: Disagreement, link: Identity) -> bool:
    """Return whether the code says of its bearer what the record says whom *link* leads to: what
    proves nothing by itself (a lesser number, a claim, what ended) takes name and year of birth."""
    year = Said.in_question(question).year
    said = Traits.of_text(question.said_name, year, question.said_birth, question.said_sex)
    return agree(said, Traits.of_person(link.person))


def _given_to(
    person: Person, link: Identity, question: Disagreement, by: str, now: datetime
) -> Identity:
    key = Key(System(link.system), link.value)
    return Identity(
        id=uuid4(), person=person, system=link.system, value=link.value,
        value_blind=queries.value_blind(key), claimed=False, kind=link.kind,
        evidence=f"question:{question.id}", linked_at=now, linked_by=by,
    )  # fmt: skip
