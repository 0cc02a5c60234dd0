"""Looks behind an empty tube that somebody was given: where did that swab go?

Hands that were one tube off leave an empty tube where that began.  Where it ended there is a tube
with a swab that nobody was given; if it stayed at the table, `strays` never sees it.  So what lies
between an empty tube and the next one of nobody is held until a person looks.  It goes by itself
when that tube turns out to be somebody's, or the empty one not to be empty.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.tubes import Tube, TubeId
from server.lab import stray_reads as reads
from server.lab.stray_rules import Doubt, doubts_behind
from server.sampling import holds, lot_queries, queries, slips
from server.sampling.decision_models import SlipGroup, SlipMember


class Behind(NamedTuple):
    """What an empty tube makes doubtful as far as *missing*; `whose`: the pairing of the empty."""

    whose: UUID
    missing: TubeId
    doubt: Doubt


def look_behind(session: Session, empty: Iterable[TubeId], *, now: datetime) -> None:
    """Hold what lies between each of *empty* and a tube of nobody that has not come, once."""
    wanted = sorted(empty)
    if not wanted:
        return
    for each in _behind(session, wanted):
        if not _held_before(session, each).issuperset(each.doubt.members):
            slips.open_group(
                session, each.doubt.station, each.doubt.members, slips.Cause.EMPTY, each.whose,
                shift=True, now=now, stray=each.missing,
            )  # fmt: skip


def _behind(session: Session, empty: list[TubeId]) -> Iterator[Behind]:
    field = reads.field_around(session, empty)
    nobodys = {near for each in empty for near in reads.around(each)} - field.tubes
    lots = queries.lots_of(session, nobodys)
    void = _spots(lot_queries.voids_among(session, lots))
    unused = _spots(lots) - void
    came = reads.received(session, nobodys)
    strays = came - queries.paired_before(session, came)  # `strays` holds what is between
    for each in empty:
        paired = field.paired.get(each.series, {})
        thrown, free = _of(each.series, void), _of(each.series, unused)
        others = field.empty[each.series]
        for at, doubt in doubts_behind(each.serial, paired, others, thrown, free):
            missing = TubeId.mint(each.series, at)
            if missing not in strays:
                yield Behind(paired[each.serial].id, missing, doubt)


def _spots(tubes: Iterable[Tube]) -> set[tuple[int, int]]:
    return {(each.series, each.serial) for each in tubes if isinstance(each, TubeId)}


def _of(series: int, spots: Iterable[tuple[int, int]]) -> set[int]:
    return {serial for of, serial in spots if of == series}


def _held_before(session: Session, behind: Behind) -> set[UUID]:
    """Return the pairings held because of the same two tubes, or of which a person decided."""
    asked = select(SlipMember.pairing_id).join(SlipGroup, SlipMember.group_id == SlipGroup.id)
    same = SlipGroup.wrong_id == behind.whose, SlipGroup.stray == behind.missing
    of_it = SlipGroup.cause == slips.Cause.EMPTY, holds.held_or_decided()
    return set(session.scalars(asked.where(*of_it, *same)))
