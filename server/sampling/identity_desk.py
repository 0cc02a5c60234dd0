"""What the desk of identities shows: what holds a result first, for somebody waits for it.

Reads only.
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from contract.tubes import Tube
from server.accounts.within import Within
from server.people import bearers, doubts, merges, queries, whole
from server.people.models import Disagreement, Identity, IdentityQuestion, Person
from server.sampling import sight, spared
from server.sampling.decision_models import Matter
from server.sampling.matters import Kind
from server.sampling.models import Pairing
from server.sampling.reach import rank, reach_of
from server.sampling.repeats import HELD_WITHIN


class Choice(NamedTuple):
    """Who else a sample may be of: by which link, None for a new record; not everybody sees whom
    it leads to."""

    mark: str
    link: Identity | None
    bearer: Person | None


class Moved(NamedTuple):
    """A number that led to the record and leads elsewhere since: to nobody, or to another record,
    which not everybody sees.  `choices` where it was several others'."""

    link: Identity
    leads: bool
    bearer: Person | None
    stamp: str  # who has it now, and had it: `bearers.Beside.stamp`
    choices: list[Choice]


class Doubted(NamedTuple):
    """One number with two names, or that leads elsewhere since, and the pairing that showed it.

    `elsewhere`: another answer gave it to another person, `given`, whom not everybody sees.
    """

    question: Disagreement
    pairing: Pairing | None
    holds_result: bool
    moved: Moved | None
    elsewhere: bool
    given: Person | None


class PerhapsOne(NamedTuple):
    """Two records of perhaps one person, and how many tubes wait for the answer."""

    question: IdentityQuestion
    tubes: int
    holds_result: bool


def doubted(session: Session, within: Within) -> list[Doubted]:
    standing = doubts.open_disagreements(session, sight.doubts(within))
    shown = [each.event_id for each in standing if each.event_id]
    asked = session.scalars(select(Pairing).where(Pairing.id.in_(shown)))
    pairings = {each.id: each for each in asked}
    reach = reach_of(session, {each.tube for each in pairings.values()})
    found = [(each, pairings.get(each.event_id) if each.event_id else None) for each in standing]
    found.sort(key=lambda each: rank(reach.get(each[1].tube) if each[1] else None))
    made = []
    for each, of in found:
        holds, moved = of is not None and of.tube in reach, _moved(session, each, within)
        elsewhere = of is not None and of.person_id != each.person_id
        given = of.person if of is not None and elsewhere else None
        seen = given is not None and sight.sees_person(session, within, given.id)
        made.append(Doubted(each, of, holds, moved, elsewhere, given if seen else None))
    return made


def _moved(session: Session, question: Disagreement, within: Within) -> Moved | None:
    if question.identity_id is None:
        return None
    link, others = (
        session.get_one(Identity, question.identity_id),
        bearers.beside(session, question),
    )
    choices = [
        Choice(mark, each, _seen_bearer(session, within, each))
        for mark, each in others.choices.items()
    ]
    several = choices if len(choices) > 1 else []
    stamp, bearer = others.stamp(question), _seen_bearer(session, within, others.live)
    return Moved(link, others.live is not None, bearer, stamp, several)


def _seen_bearer(session: Session, within: Within, link: Identity | None) -> Person | None:
    seen = link is not None and sight.sees_person(session, within, link.person_id)
    return link.person if link is not None and seen else None


def perhaps_one(session: Session, within: Within) -> list[PerhapsOne]:
    standing = queries.open_questions(session, whole.both_records(within))
    held = _held_between(session, standing)
    reach = reach_of(session, {tube for tubes in held.values() for tube in tubes})
    found = [(each, held.get(each.id, set())) for each in standing]
    found.sort(key=lambda each: (not each[1] & reach.keys(), not each[1]))
    return [PerhapsOne(each, len(tubes), bool(tubes & reach.keys())) for each, tubes in found]


def _held_between(session: Session, questions: Sequence[IdentityQuestion]) -> dict[UUID, set[Tube]]:
    """Return the tubes that wait for the answer to each question, by its id.

    Of two that are only shown, since one was told of (`spared`), it is the other.
    """
    one, other = aliased(Pairing), aliased(Pairing)
    apart = one.paired_at, other.paired_at
    waiting = (
        select(one.tube, other.tube, one.person_id, other.person_id, Matter.held, *apart)
        .select_from(Matter)
        .join(one, one.id == Matter.pairing_id)
        .join(other, other.id == Matter.other_id)
        .where(
            Matter.kind == Kind.PERSON_TWICE,
            Matter.decided_at.is_(None),
            or_(Matter.held.is_(True), spared.only_shown()),
            one.person_id != other.person_id,
        )
    )
    asked = session.execute(waiting).all() if questions else []
    rows = [row for row in asked if row.held or abs(row[6] - row[5]) <= HELD_WITHIN]
    ends = [end for each in questions for end in (each.person_id, each.other_id)]
    roots = merges.roots_of(session, {*ends, *(end for row in rows for end in row[2:4])})
    untold = spared.untold(session, {tube for row in rows if not row.held for tube in row[:2]})
    tubes: dict[frozenset[UUID], set[Tube]] = {}
    for row in rows:
        here = tubes.setdefault(frozenset((roots[row[2]], roots[row[3]])), set())
        here.update(tube for tube in row[:2] if row.held or tube in untold)
    found = {each.id: {roots[each.person_id], roots[each.other_id]} for each in questions}
    # Of records that are one by now, no answer lets anything go.
    return {id_: tubes.get(frozenset(both), set()) for id_, both in found.items() if len(both) == 2}
