"""Looks at tubes as they come: one that nobody was given, beside tubes that somebody was.

What `stray_rules` finds doubtful is held as a slip group until a person looks.  A stray tube whose
pairing comes later, because its station was off-line, ends its group by itself.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.tubes import LARGEST_SERIAL, Tube, TubeId, TubeKind
from server.lab.models import Reception
from server.lab.stray_rules import REACH, Beside, Doubt, doubt_beside
from server.lab.words import Rejection
from server.sampling import lot_queries, queries, slips
from server.sampling.decision_models import SlipGroup, SlipMember
from server.sampling.models import Pairing
from server.sampling.turns import take_turn

AT_ONCE = 200  # stray tubes: some thousand neighbours in a statement


def look_at(
    session: Session, tubes: Iterable[Tube], *, now: datetime, some_empty: bool = True
) -> None:
    """Look at *tubes* that were just received, or rejected, `some_empty`: as empty."""
    own = [each for each in tubes if isinstance(each, TubeId) and each.kind is TubeKind.SAMPLING]
    if not own:
        return
    take_turns_beside(session, own)
    paired = queries.paired_before(session, own)
    strays = {each for each in own if each not in paired}
    for each in _empty(session, paired) if some_empty else ():
        strays |= _strays_near(session, each)
    _flag(session, strays, now)


def look_beside(session: Session, tubes: Iterable[Tube], *, now: datetime) -> None:
    """Look beside *tubes* whose pairings were heard of just now, if the laboratory has some."""
    own = [each for each in tubes if isinstance(each, TubeId) and each.kind is TubeKind.SAMPLING]
    take_turns_beside(session, own)
    came = _received(session, own)
    near = {TubeId.mint(each.series, at) for each in came for at in _sides(each.serial)}
    near |= {each for one in _empty(session, came) for each in _around(one)}
    there = _received(session, near - set(own))
    _flag(session, there - queries.paired_before(session, there), now)


def take_turns_beside(session: Session, tubes: Iterable[Tube]) -> None:
    """Wait for *tubes* and those near them, be they of another lot: all at once, in one order."""
    take_turn(session, _with_near(list(tubes)))


def _with_near(tubes: Sequence[Tube]) -> Iterable[Tube]:
    yield from tubes  # lazily: SQLite asks for none
    own = [each for each in tubes if isinstance(each, TubeId) and each.kind is TubeKind.SAMPLING]
    spots = {(each.series, at) for each in own for at in _reach(each.serial)}
    yield from (TubeId.mint(*spot) for spot in spots)


def _sides(serial: int) -> Iterable[int]:
    return (at for at in (serial - 1, serial + 1) if 0 <= at <= LARGEST_SERIAL)


def _received(session: Session, tubes: Iterable[TubeId]) -> set[TubeId]:
    wanted = list(tubes)
    if not wanted:
        return set()
    found = session.scalars(select(Reception.tube).where(Reception.tube.in_(wanted)))
    return {each for each in found if isinstance(each, TubeId)}


def _flag(session: Session, strays: Iterable[TubeId], now: datetime) -> None:
    """Hold what *strays* make doubtful, unless it was held because of the same one before."""
    every = iter(sorted(strays))
    while some := list(islice(every, AT_ONCE)):
        doubts = _doubts(session, some)
        held = _held_before(session, doubts)
        for stray, doubt in doubts.items():
            if not held[stray].issuperset(doubt.members):
                slips.open_group(
                    session, doubt.station, doubt.members, slips.Cause.STRAY, None,
                    shift=doubt.shift, now=now, stray=stray,
                )  # fmt: skip


def _doubts(session: Session, strays: Iterable[TubeId]) -> dict[TubeId, Doubt]:
    near = {each for stray in strays for each in _around(stray)}
    asked = select(Pairing.tube, Pairing.id, Pairing.station).where(
        Pairing.tube.in_(near), ~lot_queries.undone(), ~lot_queries.put_aside()
    )
    paired: dict[int, dict[int, Beside]] = {}  # by series and serial
    tubes: list[Tube] = []
    for given, pairing, station in session.execute(asked.order_by(Pairing.paired_at, Pairing.id)):
        if isinstance(given, TubeId):
            paired.setdefault(given.series, {})[given.serial] = Beside(pairing, station)
            tubes.append(given)
    empty: dict[int, set[int]] = {}
    for each in _empty(session, tubes):
        empty.setdefault(each.series, set()).add(each.serial)
    found = (
        (each, doubt_beside(each.serial, paired.get(each.series, {}), empty.get(each.series, ())))
        for each in strays
    )
    return {stray: doubt for stray, doubt in found if doubt is not None}


def _held_before(session: Session, strays: Iterable[TubeId]) -> dict[TubeId, set[UUID]]:
    """Return the pairings held because of each of *strays* before, be they decided or not."""
    held: dict[TubeId, set[UUID]] = {stray: set() for stray in strays}
    if held:
        asked = select(SlipGroup.stray, SlipMember.pairing_id).join(
            SlipMember, SlipMember.group_id == SlipGroup.id
        )
        for stray, pairing in session.execute(asked.where(SlipGroup.stray.in_(held))):
            if isinstance(stray, TubeId):
                held[stray].add(pairing)
    return held


def _strays_near(session: Session, empty: TubeId) -> set[TubeId]:
    """Return the tubes near an empty one that came and were given to nobody."""
    came = _received(session, _around(empty))
    paired = queries.paired_before(session, came)
    return {each for each in came if each not in paired}


def _empty(session: Session, tubes: Iterable[Tube]) -> list[TubeId]:
    wanted = list(tubes)
    if not wanted:
        return []
    asked = select(Reception.tube).where(
        Reception.tube.in_(wanted), Reception.reason == Rejection.EMPTY
    )
    return [each for each in session.scalars(asked) if isinstance(each, TubeId)]


def _around(tube: TubeId) -> Sequence[TubeId]:
    return [TubeId.mint(tube.series, at) for at in _reach(tube.serial) if at != tube.serial]


def _reach(serial: int) -> range:
    return range(max(0, serial - REACH), min(LARGEST_SERIAL, serial + REACH) + 1)
