"""What must be looked at beside conflicts: one person twice, and a pairing voided after a result.

Both claims are kept.  Two swabs of one person in one session are hardly both theirs, so both tubes
are held; half a day apart they are only shown.  A matter whose pairing is voided ends by itself,
and so does one between two records that are told apart.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple, Self
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from contract.tubes import tube as tube_of
from server.accounts.within import ANYWHERE, Within
from server.audit import services as audit
from server.people import merges
from server.rows import insert_rows
from server.sampling import changes, lot_queries, repeats, sight, slips
from server.sampling.decision_models import Matter
from server.sampling.models import Pairing
from server.sampling.turns import take_persons_turn, take_turn

REVIEWER = "system:sampling"
# Returns those of some tubes whose results were told.
Told = Callable[[Session, Iterable[Tube]], set[Tube]]


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


def note_repeats(session: Session, fresh: Sequence[Made], *, now: datetime) -> set[Tube]:
    """Open a matter for each of *fresh* whose person was given another tube not long apart, by any
    record that is theirs or may be.

    Of more than NEAREST tubes on one side only those are asked about; each is held all the same.
    Return the tubes that are held because of it.  One question for many pairings.
    """
    return _open_repeats(session, _repeats_of(session, fresh), now)


def _repeats_of(session: Session, fresh: Sequence[Made]) -> repeats.Pairs:
    if not fresh:
        return {}
    times = [each.at for each in fresh]
    near = repeats.find(session, {each.person_id for each in fresh}, min(times), max(times))
    ids = {each.id for each in fresh}
    return _not_noted(session, {key: pair for key, pair in near.items() if ids & set(key)})


def ask_again(session: Session, gone: Pairing, *, now: datetime) -> None:
    """Ask about those between whom *gone* stood, which does not hold any more."""
    take_persons_turn(session, [gone.person_id])
    near = repeats.find(session, {gone.person_id}, gone.paired_at, gone.paired_at)
    held = _open_repeats(session, _not_noted(session, near), now)
    changes.all_changed(session, held, now=now)


def look_again(
    session: Session, records: Sequence[UUID], now: datetime, told: Told | None = None
) -> None:
    """Ask about what was given to *records*, which are one person's, or may be, and to whatever is
    merged with them.

    Two tubes either of which was *told* of are only shown (`spared`).
    """
    pairs = _in_turn(session, merges.roots_of(session, records))
    out = told(session, _tubes_in(pairs)) if told else ()  # in their turn: none goes out meanwhile
    held = _open_repeats(session, pairs, now, out)
    changes.all_changed(session, held, now=now)


def _in_turn(session: Session, records: Iterable[UUID]) -> repeats.Pairs:
    """Return what is to be asked, in the turn of its tubes and of these people.

    Of what nobody asks about no turn is taken: who has a tube of every week would be waited for,
    and wait, at each of those lots.  What came meanwhile is rare, and looked at in its turn too.
    """
    pairs = _repeats_of(session, _given(session, records))
    tubes = _tubes_in(pairs)
    take_turn(session, tubes)
    take_persons_turn(session, records)
    pairs = _repeats_of(session, _given(session, records))
    while more := _tubes_in(pairs) - tubes:
        take_turn(session, more)
        tubes |= more
        pairs = _repeats_of(session, _given(session, records))
    return pairs


def _tubes_in(pairs: repeats.Pairs) -> set[Tube]:
    return {tube_of(each.tube) for pair in pairs.values() for each in pair}


def unasked(session: Session, records: Sequence[UUID]) -> bool:
    """Return whether `look_again` would ask anything about *records*."""
    every = merges.roots_of(session, records)
    return bool(_repeats_of(session, _given(session, every)))


def _given(session: Session, records: Iterable[UUID]) -> list[Made]:
    asked = select(Pairing.id, Pairing.person_id, Pairing.paired_at)
    found = session.execute(asked.where(Pairing.person_id.in_(records)))
    return [Made(*row) for row in found]


def across(one: Sequence[UUID], other: Sequence[UUID]) -> ColumnElement[bool]:
    """Say of a matter that it is about one person twice: a record of *one*, and of *other*."""
    of_one, of_other = Pairing.person_id.in_(one), Pairing.person_id.in_(other)
    # This follows from the rest, and finds the few by an index: SQLite looks through all otherwise.
    of_both = select(Pairing.id).where(Pairing.person_id.in_([*one, *other]))
    return and_(
        Matter.kind == Kind.PERSON_TWICE,
        Matter.pairing_id.in_(of_both),
        or_(
            Matter.pairing.has(of_one) & Matter.other.has(of_other),
            Matter.pairing.has(of_other) & Matter.other.has(of_one),
        ),
    )


def _not_noted(session: Session, pairs: repeats.Pairs) -> repeats.Pairs:
    """Leave out what was asked before, in either order: a clock set right may turn two about."""
    if not pairs:
        return pairs
    ids = {each for pair in pairs for each in pair}
    asked = select(Matter.pairing_id, Matter.other_id).where(
        Matter.kind == Kind.PERSON_TWICE, Matter.pairing_id.in_(ids)
    )
    noted = {frozenset((first, second)) for first, second in session.execute(asked)}
    return {ids: pair for ids, pair in pairs.items() if frozenset(ids) not in noted}


def _open_repeats(
    session: Session, pairs: repeats.Pairs, now: datetime, told: Collection[Tube] = ()
) -> set[Tube]:
    rows = [_matter(*pair, now, told) for pair in pairs.values()]
    session.flush()
    insert_rows(session, Matter, rows)
    entries = [(REVIEWER, row["tube"], "twice") for row in rows]
    audit.record_each(session, "matter.opened", entries, now=now)
    return _tubes_in({ids: pair for ids, pair in pairs.items() if repeats.are_held(*pair)})


def _matter(
    first: repeats.Near, second: repeats.Near, now: datetime, told: Collection[Tube]
) -> dict[str, Any]:
    tube, other = tube_of(first.tube), tube_of(second.tube)
    return {
        "id": uuid4(), "kind": str(Kind.PERSON_TWICE), "tube": tube, "pairing_id": first.id,
        "other_tube": other, "other_id": second.id, "opened_at": now,
        "held": repeats.are_held(first, second) and tube not in told and other not in told,
    }  # fmt: skip


def note_void(session: Session, pairing: Pairing, *, now: datetime) -> None:
    """End what a void settles; where the tube had a result already, ask, and look at the run."""
    touched = end_repeats(session, pairing, now)
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


def end_repeats(session: Session, pairing: Pairing, now: datetime) -> set[Tube]:
    """End the matters that *pairing*, which is void, has a part in; return the other tubes they
    were about."""
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
