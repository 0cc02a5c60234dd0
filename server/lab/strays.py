"""Looks at tubes as they come: one that nobody was given, beside tubes that somebody was.

What `stray_rules` finds doubtful is held as a slip group until a person looks.  A stray tube whose
pairing comes later, because its station was off-line, ends its group by itself.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.tubes import LARGEST_SERIAL, Tube, TubeId
from server.lab import empties
from server.lab import stray_reads as reads
from server.lab.stray_rules import Doubt, doubts_beside
from server.sampling import holds, queries, slip_endings, slips
from server.sampling.decision_models import SlipGroup, SlipMember
from server.sampling.turns import take_turn

AT_ONCE = 200  # stray tubes: some thousand neighbours in a statement


def look_at(
    session: Session, tubes: Iterable[Tube], *, now: datetime, some_empty: bool = True,
    anew: bool = False,
) -> None:  # fmt: skip
    """Look at *tubes* that were just received, or rejected, `some_empty`: as empty.

    *anew*: they were not here before, or that was taken back.
    """
    own = reads.sampling_tubes(tubes)
    if not own:
        return
    take_turns_beside(session, own)
    paired = queries.paired_before(session, own)
    strays = {each for each in own if each not in paired}
    empty = reads.empty_among(session, paired) if some_empty else []
    for each in empty:
        strays |= _strays_near(session, each)
    if anew and not paired.issuperset(own):
        slip_endings.ask_anew(session, set(own) - paired)
    _flag(session, strays, now, found=empty)
    empties.look_behind(session, empty, now=now)


def look_beside(session: Session, tubes: Iterable[Tube], *, now: datetime) -> None:
    """Look beside *tubes* whose pairings, or voids, were heard of just now."""
    own = reads.sampling_tubes(tubes)
    if not own:
        return
    take_turns_beside(session, own)
    came = reads.received(session, own)
    empty = reads.empty_near(session, own)
    near = {TubeId.mint(each.series, at) for each in came for at in _sides(each.serial)}
    near |= {each for one in empty for each in reads.around(one)}
    there = reads.received(session, near - set(own))
    _flag(session, there - queries.paired_before(session, there), now)
    empties.look_behind(session, empty, now=now)


def take_turns_beside(session: Session, tubes: Iterable[Tube]) -> None:
    """Wait for *tubes* and those near them, be they of another lot: all at once, in one order."""
    take_turn(session, _with_near(list(tubes)))


def _with_near(tubes: Sequence[Tube]) -> Iterable[Tube]:
    yield from tubes  # lazily: SQLite asks for none
    spots = {(e.series, at) for e in reads.sampling_tubes(tubes) for at in reads.reach(e.serial)}
    yield from (TubeId.mint(*spot) for spot in spots)


def _sides(serial: int) -> Iterable[int]:
    return (at for at in (serial - 1, serial + 1) if 0 <= at <= LARGEST_SERIAL)


def _flag(
    session: Session, strays: Iterable[TubeId], now: datetime, found: Collection[TubeId] = ()
) -> None:
    """Hold what *strays* make doubtful, unless it was held because of the same one before.

    What was decided before of those between one and an empty tube *found* just now says nothing.
    """
    every = iter(sorted(strays))
    while some := list(islice(every, AT_ONCE)):
        doubts = _doubts(session, some)
        _ask_anew(session, found, doubts)
        held = _held_before(session, doubts)
        for stray, doubt in ((each, one) for each, beside in doubts.items() for one in beside):
            if not held[stray].issuperset(doubt.members):
                slips.open_group(
                    session, doubt.station, doubt.members, slips.Cause.STRAY, None,
                    shift=doubt.shift, now=now, stray=stray,
                )  # fmt: skip


def _doubts(session: Session, strays: Iterable[TubeId]) -> dict[TubeId, list[Doubt]]:
    paired, empty = reads.field_around(session, strays)
    found = (
        (each, doubts_beside(each.serial, paired.get(each.series, {}), empty.get(each.series, ())))
        for each in strays
    )
    return {stray: beside for stray, beside in found if beside}


def _ask_anew(
    session: Session, found: Collection[TubeId], doubts: Mapping[TubeId, list[Doubt]]
) -> None:
    spots = {(each.series, each.serial) for each in found}
    every = ((stray, each) for stray, beside in doubts.items() for each in beside)
    led = [(stray, each) for stray, each in every if (stray.series, each.empty) in spots]
    between = {member for _, each in led for member in each.members}
    slip_endings.ask_anew(session, {stray for stray, _ in led}, between)


def _held_before(session: Session, strays: Iterable[TubeId]) -> dict[TubeId, set[UUID]]:
    """Return the pairings held because each of *strays* came, or of which a person decided."""
    held: dict[TubeId, set[UUID]] = {stray: set() for stray in strays}
    if held:
        asked = select(SlipGroup.stray, SlipMember.pairing_id).join(
            SlipMember, SlipMember.group_id == SlipGroup.id
        )
        of_them = SlipGroup.stray.in_(held), SlipGroup.cause == slips.Cause.STRAY
        asked = asked.where(*of_them, holds.held_or_decided())
        for stray, pairing in session.execute(asked):
            if isinstance(stray, TubeId):
                held[stray].add(pairing)
    return held


def _strays_near(session: Session, empty: TubeId) -> set[TubeId]:
    """Return the tubes near an empty one that came and were given to nobody."""
    came = reads.received(session, reads.around(empty))
    paired = queries.paired_before(session, came)
    return {each for each in came if each not in paired}
