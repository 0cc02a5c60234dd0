"""Taking an arrival back: the tube was never here, another was scanned, or the wrong laboratory.

What was noted stays, with who took it back and why; the tube then counts as not received, or as
received where it truly went.  A result that was told rests on its tube's arrival: that one is
recalled first.  Those that wait are withdrawn with it, for they are of the other tube; once the
right one comes it is tested anew (`taken_back`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.accounts.within import Within
from server.audit import services as audit
from server.lab import (
    moves,
    order,
    queries,
    recalls,
    receptions,
    refusals,
    refused_scans,
    runs,
    strays,
    taken_back,
)
from server.lab.boxes import open_boxes
from server.lab.in_hand import came_at
from server.lab.models import Reception, ReceptionStep, Result
from server.lab.move_models import ArrivalWithdrawal, TubeMove
from server.lab.refused_scans import RefusedScan
from server.lab.storage import queries as storage
from server.lab.taken_back import nested
from server.lab.taken_back import withdrawals_of as withdrawals_of
from server.rows import ordered_id
from server.sampling import changes


@dataclass(frozen=True, slots=True)
class Arrival:
    """A tube came to a laboratory: its reception, or a move that was noted there.

    `results`: how many that waited were withdrawn with it; `scans`: what stations scanned before,
    and notes no arrival anew.
    """

    id: UUID
    lab: str
    box: str
    at: datetime
    by: str
    moved: bool
    results: int = 0
    scans: tuple[RefusedScan, ...] = ()


def arrivals_of(session: Session, tube: Tube, within: Within) -> list[Arrival]:
    """Return what stands of *tube*'s arrivals in that scope, the reception first.

    A laboratory takes back its own; an officer those of the laboratories in their area.
    """
    return [each for each in _all(session, tube) if of_scope(within, each)]


def withdraw(
    session: Session, tube: Tube, within: Within, *, reason: str, by: str, now: datetime,
    arrival: UUID | None = None,
) -> Arrival:  # fmt: skip
    """Take an arrival of *tube* back: the one named, or the only one in that scope.

    The results that waited for their release and rest on it are withdrawn with it.
    Raises NoArrival, SeveralArrivals, TubeRejected where the rejection is taken back first,
    ReleasedByIt where a result was told, TubeKept where the tube is taken out of storage first.
    """
    strays.take_turns_beside(session, [tube])
    session.flush()
    known = queries.reception_of(session, tube, anew=True)
    if known and not known.accepted and of_scope(within, known):
        raise refusals.already_received(known)
    standing = _all(session, tube)
    mine = [each for each in standing if of_scope(within, each) and arrival in (None, each.id)]
    if len(mine) > 1:
        raise refusals.several_arrivals(tube)
    if not mine:
        raise refusals.no_arrival(tube)
    others = [each for each in standing if each != mine[0]]
    _check(session, tube, mine[0], others)
    resting = _resting(session, tube, mine[0], others)
    waiting = [each for each in resting if each.withdrawn_at is None]
    with changes.together(session, now=now):
        recalls.withdraw_with_arrival(session, resting, reason=reason, by=by, now=now)
        _take_back(session, tube, mine[0], known, reason=reason, by=by, now=now)
        scans = refused_scans.put_aside(session, tube, mine[0].lab, by=by, now=now)
    return replace(mine[0], results=len(waiting), scans=scans)


def _resting(
    session: Session, tube: Tube, mine: Arrival, others: Sequence[Arrival]
) -> list[Result]:
    """Return what rests on the arrival and is not told of: whatever its laboratory found so far."""
    labs = [each.lab for each in others]
    return [
        each
        for each in queries.results_of(session, tube, anew=True)
        if (each.released_at is None or each.withdrawn_at is not None)
        and taken_back.of_arrival(each.lab, mine.lab, labs)
    ]


def _all(session: Session, tube: Tube) -> list[Arrival]:
    known = queries.reception_of(session, tube)
    first = [] if known is None or not known.accepted else [_of(known, moved=False)]
    return [*first, *(_of(each, moved=True) for each in moves.moves_of(session, tube))]


def _of(row: Reception | TubeMove, *, moved: bool) -> Arrival:
    return Arrival(row.id, row.lab, row.box, came_at(row), row.by, moved)


def of_scope(within: Within, arrival: Arrival | Reception | TubeMove) -> bool:
    """Return whether whoever has that scope answers for the arrival.

    A station of a wider place may have received for the laboratory.
    """
    if within.everywhere or within.covers(arrival.lab):
        return True
    by_station = arrival.by.startswith(moves.STATION) and within.at_lab
    return by_station and any(nested(arrival.lab, area) for area in within.areas)


def _check(session: Session, tube: Tube, mine: Arrival, others: Sequence[Arrival]) -> None:
    told = [
        each
        for each in queries.results_of(session, tube)
        if each.released_at is not None and each.withdrawn_at is None
    ]
    here = [each for each in told if not (each.lab and mine.lab) or nested(each.lab, mine.lab)]
    if here or (told and not others):
        raise refusals.released_by_it(tube)
    kept = storage.place_of(session, tube)
    if kept is not None and (kept.lab == mine.lab or not others):
        raise refusals.tube_kept(tube, f"{kept.freezer} · {kept.rack} · {kept.position}")


def _take_back(
    session: Session, tube: Tube, mine: Arrival, known: Reception | None, *, reason: str, by: str,
    now: datetime,
) -> None:  # fmt: skip
    heard = receptions.forget(session, known, mine.lab) if mine.moved and known else []
    over = heard if mine.moved else receptions.standing_steps(session, tube)
    session.add(
        ArrivalWithdrawal(
            id=ordered_id(now), tube=tube, lab=mine.lab, box=mine.box, at=mine.at,
            received_by=mine.by, moved=mine.moved, over=" ".join(str(each.id) for each in over),
            withdrawn_at=now, withdrawn_by=by, reason=reason,
        )
    )  # fmt: skip
    if mine.moved:
        session.delete(session.get_one(TubeMove, mine.id))
    elif known is not None:
        _unreceive(session, known, now=now)
    session.flush()
    audit.record(session, order.WITHDRAWN, tube, by=by, now=now, detail=mine.box)
    open_boxes.came(session, mine.box, now=now)
    runs.review_with(session, tube)
    strays.look_beside(session, [tube], now=now)  # of nobody, it may be what an empty one lacks
    changes.changed(session, tube, now=now)


def _unreceive(session: Session, known: Reception, *, now: datetime) -> None:
    """Let the tube be not received; or received where it came first of the other laboratories."""
    tube, later = known.tube, moves.moves_of(session, known.tube)
    session.delete(known)
    session.flush()
    if not later:
        return
    first = later[0]
    came = Reception(
        id=ordered_id(now), tube=tube, accepted=True, reason="", box=first.box, lab=first.lab,
        at=first.at, by=first.by,
    )  # fmt: skip
    step = ReceptionStep(
        id=ordered_id(now), tube=tube, kind="received", reason="", box=first.box, at=first.at,
        by=first.by,
    )  # fmt: skip
    session.delete(first)
    session.add_all([came, step])
    session.flush()
    strays.look_at(session, [tube], now=now, some_empty=False, anew=True)
