"""Looks at tubes as they come: one that nobody was given, beside tubes that somebody was.

What `stray_rules` finds doubtful is held as a slip group until a person looks.  A stray tube whose
pairing comes later, because its station was off-line, ends its group by itself.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

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
    for stray in sorted(strays):
        _flag(session, stray, now)


def look_beside(session: Session, tubes: Iterable[Tube], *, now: datetime) -> None:
    """Look beside *tubes* whose pairings were heard of just now, if the laboratory has some."""
    own = [each for each in tubes if isinstance(each, TubeId) and each.kind is TubeKind.SAMPLING]
    take_turns_beside(session, own)
    came = _received(session, own)
    near = {TubeId.mint(each.series, at) for each in came for at in _sides(each.serial)}
    near |= {each for one in _empty(session, came) for each in _around(one)}
    there = _received(session, near - set(own))
    for stray in sorted({*there} - queries.paired_before(session, there)):
        _flag(session, stray, now)


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


def _flag(session: Session, stray: TubeId, now: datetime) -> None:
    doubt = _doubt(session, stray)
    if doubt is None or _is_held(session, stray, doubt):
        return
    slips.open_group(
        session, doubt.station, doubt.members, slips.Cause.STRAY, None, shift=doubt.shift,
        now=now, stray=stray,
    )  # fmt: skip


def _doubt(session: Session, stray: TubeId) -> Doubt | None:
    asked = select(Pairing.tube, Pairing.id, Pairing.station).where(
        Pairing.tube.in_(_around(stray)), ~lot_queries.undone(), ~lot_queries.put_aside()
    )
    paired: dict[int, Beside] = {}
    tubes: list[Tube] = []
    for given, pairing, station in session.execute(asked.order_by(Pairing.paired_at, Pairing.id)):
        if isinstance(given, TubeId):
            paired[given.serial] = Beside(pairing, station)
            tubes.append(given)
    empty = {each.serial for each in _empty(session, tubes)}
    return doubt_beside(stray.serial, paired, empty)


def _is_held(session: Session, stray: TubeId, doubt: Doubt) -> bool:
    """Return whether this was held because of *stray* before, be it decided or not."""
    asked = select(SlipMember.pairing_id).join(SlipGroup).where(SlipGroup.stray == stray)
    return set(doubt.members) <= set(session.scalars(asked))


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
