"""All that some events may touch, held before the first of them takes effect.

Several appliers work at once.  Events take effect run by run (a void between two pairings ends a
run), and each run would wait for lots and persons while it holds those of the runs before: two
appliers could wait for each other.  Whoever takes all at once, in one order, waits for nobody who
waits for them.  Whoever waited looks again, and where more came meanwhile lets go and takes all of
it.  What cannot be foreseen (people who are new to two at once) is undone and tried with less.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple, Self
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from contract.events import PairingVoided, PoolClosed, TubePaired
from contract.tubes import Tube, TubeError, tube
from server.intake.opening import Opened
from server.lab import strays
from server.people import doubted
from server.people.links import blinds_among, persons_with
from server.sampling import repeats
from server.sampling.models import Pairing
from server.sampling.turns import take_persons_turn

LOOKS = 3  # how often we let go and take more: of whoever comes meanwhile, some come in vain


class Touched(NamedTuple):
    """What some events may change, or compare."""

    tubes: frozenset[Tube]
    persons: frozenset[UUID]

    def within(self, other: Self) -> bool:
        return self.tubes <= other.tubes and self.persons <= other.persons

    def and_also(self, other: Self) -> "Touched":
        return Touched(self.tubes | other.tubes, self.persons | other.persons)


def take_turns(session: Session, opened: Sequence[Opened]) -> None:
    """Wait for the tubes that these events may touch, then for the people."""
    if session.get_bind().dialect.name == "sqlite":
        return  # it has one writer
    blinds = blinds_among([each.person for each in opened if each.person])
    held = _touched(session, opened, blinds)
    for _ in range(LOOKS):
        with session.begin_nested() as trial:
            _hold(session, held)
            now = _touched(session, opened, blinds)
            if now.within(held):
                break
            trial.rollback()
        held = held.and_also(now)
    _hold(session, held)  # of a savepoint nothing is remembered


def _hold(session: Session, touched: Touched) -> None:
    strays.take_turns_beside(session, touched.tubes)
    take_persons_turn(session, touched.persons)


def _touched(session: Session, opened: Sequence[Opened], blinds: Sequence[str]) -> Touched:
    """Foresee it, as far as the database knows these people and tubes by now."""
    named = set(_named(opened))
    voided = [each.event.pairing for each in opened if isinstance(each.event, PairingVoided)]
    if not (named or blinds):
        return Touched(frozenset(), frozenset())
    before = or_(Pairing.id.in_(voided), Pairing.tube.in_(named))
    known = session.execute(select(Pairing.tube, Pairing.person_id).where(before)).all()
    met = {*persons_with(session, blinds), *(row.person_id for row in known)}
    persons = doubted.around(session, met)
    given = _given(session, opened, persons)
    return Touched(frozenset({*named, *(row.tube for row in known), *given}), frozenset(persons))


def _named(opened: Sequence[Opened]) -> Iterator[Tube]:
    for event in (each.event for each in opened):
        if isinstance(event, TubePaired | PairingVoided | PoolClosed):
            with suppress(TubeError):
                yield tube(event.tube)


def _given(session: Session, opened: Sequence[Opened], persons: set[UUID]) -> set[Tube]:
    """Return what *persons* were given about the time of the pairings: both tubes may be held."""
    times = [each.event.at for each in opened if isinstance(each.event, TubePaired)]
    if not times or not persons:
        return set()
    near = repeats.about(min(times), max(times))
    return set(session.scalars(select(Pairing.tube).where(Pairing.person_id.in_(persons), near)))
