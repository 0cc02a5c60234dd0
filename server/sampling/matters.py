"""What must be looked at beside conflicts: one person twice, and a pairing voided after a result.

Both claims are kept.  Two swabs of one person in one session are hardly both theirs, so both tubes
are held; half a day apart they are only shown.  A matter whose pairing is voided ends by itself.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple, Self
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, String, or_, select, type_coerce
from sqlalchemy.orm import Session

from contract.tubes import Tube
from contract.tubes import tube as tube_of
from server.accounts.within import ANYWHERE, Within
from server.audit import services as audit
from server.people import merges
from server.rows import insert_rows
from server.sampling import changes, lot_queries, sight, slips
from server.sampling.decision_models import Matter
from server.sampling.models import Pairing
from server.sampling.turns import take_persons_turn, take_turn
from server.times import moved

REVIEWER = "system:sampling"
TWICE_WITHIN = timedelta(hours=12)
HELD_WITHIN = timedelta(hours=4)  # a session: who stepped in for somebody shows when they return
# Tubes on either side of one: a card that is scanned all day asks no more than that.  Where one of
# them does not hold any more, the next is asked about (`ask_again`).
NEAREST = 5


class Kind(StrEnum):
    """The value is stored and never changes."""

    PERSON_TWICE = "person-twice"
    VOIDED_AFTER_RESULT = "voided-after-result"


class Made(NamedTuple):
    """A pairing that was just recorded, or set right."""

    id: UUID
    person_id: UUID
    at: datetime

    @classmethod
    def of(cls, pairing: Pairing) -> Self:
        return cls(pairing.id, pairing.person_id, pairing.paired_at)


class _Near(NamedTuple):
    """What is compared of a pairing; a tube stands here as its text."""

    person_id: UUID
    id: UUID
    tube: str
    station: str
    paired_at: datetime
    trusted: bool
    aside: bool  # a decision about a conflict did not uphold it


_Pairs = dict[tuple[UUID, UUID], tuple[_Near, _Near]]
_Given = list[_Near]  # of one person, oldest first


def note_repeats(session: Session, fresh: Sequence[Made], *, now: datetime) -> set[Tube]:
    """Open a matter for each of *fresh* whose person was given another tube not long apart.

    Of more than NEAREST tubes on one side only those are asked about; each is held all the same.
    Return the tubes that are held because of it.  One question for many pairings.
    """
    if not fresh:
        return set()
    times = [each.at for each in fresh]
    near = _given(session, {each.person_id for each in fresh}, min(times), max(times))
    ids = {each.id for each in fresh}
    pairs = {key: pair for key, pair in _repeats(near).items() if ids & set(key)}
    return _open_repeats(session, _not_noted(session, pairs), now)


def ask_again(session: Session, gone: Pairing, *, now: datetime) -> None:
    """Ask about those between whom *gone* stood, which does not hold any more."""
    take_persons_turn(session, [gone.person_id])
    near = _given(session, {gone.person_id}, gone.paired_at, gone.paired_at)
    held = _open_repeats(session, _not_noted(session, _repeats(near)), now)
    changes.all_changed(session, held, now=now)


def look_again(session: Session, records: Sequence[UUID], now: datetime) -> None:
    """Ask about what was given to *records*, which prove to be one person's."""
    theirs = Pairing.person_id.in_(records)
    take_turn(session, session.scalars(select(Pairing.tube).where(theirs)).all())
    take_persons_turn(session, records)
    asked = select(Pairing.id, Pairing.person_id, Pairing.paired_at).where(theirs)
    held = note_repeats(session, [Made(*row) for row in session.execute(asked)], now=now)
    changes.all_changed(session, held, now=now)


def about(first: datetime, last: datetime) -> ColumnElement[bool]:
    """Return the condition that a pairing is compared with others from *first* to *last*."""
    return Pairing.paired_at.between(moved(first, -TWICE_WITHIN), moved(last, TWICE_WITHIN))


def _given(session: Session, people: set[UUID], first: datetime, last: datetime) -> list[_Given]:
    """Return what each of *people* was given about that time, in its order, by any record."""
    roots = merges.roots_of(session, people)
    asked = select(
        Pairing.person_id, Pairing.id, type_coerce(Pairing.tube, String), Pairing.station,
        Pairing.paired_at, Pairing.trusted, lot_queries.put_aside(),
    ).where(
        Pairing.person_id.in_(roots),
        about(first, last),
        ~lot_queries.undone(),
    )  # fmt: skip
    given: dict[UUID, _Given] = {}
    for row in session.execute(asked.order_by(Pairing.paired_at, Pairing.id)):
        given.setdefault(roots[row[0]], []).append(_Near(*row))
    return list(given.values())


def _repeats(near: Iterable[_Given]) -> _Pairs:
    return {
        (first.id, second.id): (first, second)
        for given in near
        for at, first in enumerate(given)
        for second in _after(first, given[at + 1 :])
    }


def _after(first: _Near, later: _Given) -> Iterator[_Near]:
    """Yield the repeats of *first* up to NEAREST tubes on: what was put aside takes no place."""
    passed: set[str] = set()
    for second in later:
        if len(passed) == NEAREST or second.paired_at - first.paired_at > TWICE_WITHIN:
            return
        if _is_repeat(first, second):
            yield second
            if not second.aside:
                passed.add(second.tube)


def _is_repeat(first: _Near, second: _Near) -> bool:
    """Return whether two pairings of one person are near; clocks that are not set prove nothing."""
    comparable = (first.trusted and second.trusted) or first.station == second.station
    apart = second.paired_at - first.paired_at
    return comparable and first.tube != second.tube and apart <= TWICE_WITHIN


def _not_noted(session: Session, pairs: _Pairs) -> _Pairs:
    """Leave out what was asked before, in either order: a clock set right may turn two about."""
    if not pairs:
        return pairs
    ids = {each for pair in pairs for each in pair}
    asked = select(Matter.pairing_id, Matter.other_id).where(
        Matter.kind == Kind.PERSON_TWICE, Matter.pairing_id.in_(ids)
    )
    noted = {frozenset((first, second)) for first, second in session.execute(asked)}
    return {ids: pair for ids, pair in pairs.items() if frozenset(ids) not in noted}


def _open_repeats(session: Session, pairs: _Pairs, now: datetime) -> set[Tube]:
    rows = [_matter(*pair, now) for pair in pairs.values()]
    session.flush()
    insert_rows(session, Matter, rows)
    entries = [(REVIEWER, row["tube"], "twice") for row in rows]
    audit.record_each(session, "matter.opened", entries, now=now)
    return {tube for row in rows if row["held"] for tube in (row["tube"], row["other_tube"])}


def _matter(first: _Near, second: _Near, now: datetime) -> dict[str, Any]:
    return {
        "id": uuid4(), "kind": str(Kind.PERSON_TWICE), "tube": tube_of(first.tube),
        "pairing_id": first.id, "other_tube": tube_of(second.tube), "other_id": second.id,
        "held": second.paired_at - first.paired_at <= HELD_WITHIN, "opened_at": now,
    }  # fmt: skip


def note_void(session: Session, pairing: Pairing, *, now: datetime) -> None:
    """End what a void settles; where the tube had a result already, ask, and look at the run."""
    touched = _end_repeats(session, pairing, now)
    tested = changes.tested_at(session, pairing.tube)
    if tested is not None and not _is_known(session, pairing):
        session.add(
            Matter(
                id=uuid4(), kind=Kind.VOIDED_AFTER_RESULT, tube=pairing.tube,
                pairing_id=pairing.id, held=True, opened_at=now,
            )
        )  # fmt: skip
        detail = "voided after a result"
        audit.record(session, "matter.opened", pairing.tube, by=REVIEWER, now=now, detail=detail)
        session.flush()
        slips.flag_around(session, pairing, slips.Cause.VOID, now=now)
    for tube in touched:
        changes.changed(session, tube, now=now)
    ask_again(session, pairing, now=now)


def note_early_voids(session: Session, fresh: Sequence[Made], *, now: datetime) -> None:
    """Look at those of *fresh* whose void came before them: the order of arrival is no matter."""
    ids = [each.id for each in fresh]
    void = set(session.scalars(select(Pairing.id).where(Pairing.id.in_(ids), lot_queries.undone())))
    for each in fresh:
        if each.id in void:
            note_void(session, session.get_one(Pairing, each.id), now=now)


def _end_repeats(session: Session, pairing: Pairing, now: datetime) -> set[Tube]:
    """End the matters that *pairing* has a part in; return the other tubes they were about."""
    asked = select(Matter).where(
        Matter.kind == Kind.PERSON_TWICE,
        Matter.decided_at.is_(None),
        or_(Matter.pairing_id == pairing.id, Matter.other_id == pairing.id),
    )
    touched: set[Tube] = set()
    for matter in session.scalars(asked):
        matter.decided_at = now
        touched |= {matter.tube, *([matter.other_tube] if matter.other_tube else [])}
    session.flush()
    return touched - {pairing.tube}


def _is_known(session: Session, pairing: Pairing) -> bool:
    asked = select(Matter.id).where(
        Matter.kind == Kind.VOIDED_AFTER_RESULT, Matter.pairing_id == pairing.id
    )
    return session.scalar(asked) is not None


def open_matters(
    session: Session, kinds: Iterable[Kind] = tuple(Kind), within: Within = ANYWHERE
) -> list[Matter]:
    """Return what waits for a person: what holds tubes first, then oldest first."""
    asked = select(Matter).where(
        Matter.decided_at.is_(None), Matter.kind.in_(list(kinds)), matter_in(within)
    )
    return list(session.scalars(asked.order_by(Matter.held.desc(), Matter.opened_at)))


@lru_cache(maxsize=1024)
def matter_in(within: Within) -> ColumnElement[bool]:
    """Say of a matter that a pairing of it is of that scope."""
    return or_(sight.pairings(within, Matter.pairing_id), sight.pairings(within, Matter.other_id))
