"""When a pairing is proved wrong: flag what one shift would make wrong with it, and hold that."""

from collections.abc import Container, Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session, selectinload

from contract.tubes import Tube, TubeError, tube
from server.accounts.actors import of_stations
from server.accounts.within import ANYWHERE, Within
from server.audit import services as audit
from server.sampling import changes, lot_queries, queries
from server.sampling.decision_models import SlipGroup, SlipMember
from server.sampling.models import ConflictClaim, Pairing, PairingVoid
from server.sampling.shift_models import SlipSuspicion
from server.sampling.slip_runs import Given, group_around, skipped_between
from server.sampling.station_runs import pairings_around
from server.stamps import of as stamp_of

FLAGGER = "system:sampling"


class Cause(StrEnum):
    """What proved a pairing wrong.  The value is stored and never changes."""

    CONFLICT = "conflict"
    VOID = "void"
    DENIED = "denied"
    SUSPECTED = "suspected"
    STRAY = "stray"
    EMPTY = "empty"


def flag_around(session: Session, wrong: Pairing, cause: Cause, *, now: datetime) -> list[Tube]:
    """Hold the neighbours that a shift by one would explain; return their tubes."""
    run = run_around(session, wrong)
    skipped = skipped_between(run)
    group = group_around(run, wrong.id, accounted(session, skipped))
    of_it = _grouped().where(
        SlipGroup.decided_at.is_(None),
        SlipGroup.wrong_id == wrong.id,
        SlipGroup.cause != Cause.EMPTY,  # which may end by itself
    )
    if set(group.members) <= set(session.scalars(of_it)):
        return []  # nothing, or the same proof again
    members = group.members  # those of other open groups too: each proof is looked at by itself
    return open_group(session, wrong.station, members, cause, wrong.id, shift=group.shift, now=now)


def flag_suspected(session: Session, suspicion: SlipSuspicion, *, now: datetime) -> list[Tube]:
    """Hold the pairs that a station told of when it suspected a slip, once."""
    if session.get(SlipGroup, suspicion.event_id) is not None:
        return []
    tubes = tubes_of(suspicion)
    asked = select(Pairing.id).where(
        Pairing.tube.in_(tubes),
        Pairing.station == suspicion.station,
        ~lot_queries.undone(),
        ~lot_queries.put_aside(),
    )
    found = list(session.scalars(asked.order_by(Pairing.paired_at, Pairing.id)))
    if not found:
        return []
    return open_group(
        session, suspicion.station, found, Cause.SUSPECTED, None, shift=True, now=now,
        group_id=suspicion.event_id,
    )  # fmt: skip


def open_group(
    session: Session,
    station: str,
    members: Sequence[UUID],
    cause: Cause,
    wrong: UUID | None,
    *,
    shift: bool,
    now: datetime,
    group_id: UUID | None = None,
    stray: Tube | None = None,
) -> list[Tube]:
    """Hold the pairings *members* together; what was said of their people is taken back."""
    rows = session.execute(select(Pairing.id, Pairing.tube).where(Pairing.id.in_(members)))
    tubes = {row[0]: row[1] for row in rows}
    group = SlipGroup(
        id=group_id or uuid4(), station=station, cause=cause, wrong_id=wrong, stray=stray,
        shift=shift, opened_at=now,
        members=[
            SlipMember(pairing_id=each, tube=tubes[each], place=place)
            for place, each in enumerate(members, 1)
        ],
    )  # fmt: skip
    session.add(group)
    session.flush()
    detail = f"{cause}, {len(members)} pairings of {station}"
    audit.record(session, "slip.flagged", group.id, by=FLAGGER, now=now, detail=detail)
    held = list(dict.fromkeys(tubes[each] for each in members))
    for each in held:
        changes.changed(session, each, now=now)
    return held


def run_around(session: Session, wrong: Pairing) -> list[Given]:
    """Return what the station paired around *wrong*, oldest first, void or not."""
    pairings = pairings_around(session, wrong)
    ids = [each.id for each in pairings]
    gone, sound = _gone(session, ids), set(session.scalars(_stood(ids)))
    return [
        Given(each.id, each.tube, each.person_id, each.operator, each.paired_at,
              live=each.id not in gone, sound=each.id in sound, clock=_clock_of(each))
        for each in pairings
    ]  # fmt: skip


def _clock_of(pairing: Pairing) -> str:
    """Return by which clock a time is: one that was set, that of a boot, or one like no other."""
    return "" if pairing.trusted else pairing.boot or str(pairing.id)


def accounted(session: Session, tubes: Iterable[Tube]) -> set[Tube]:
    """Return those of *tubes* that are void, or were given to somebody."""
    wanted = set(tubes)
    if not wanted:
        return set()
    void = lot_queries.voids_among(session, queries.lots_of(session, wanted))
    return queries.paired_before(session, wanted) | set(void)


def open_groups(session: Session, within: Within = ANYWHERE) -> list[SlipGroup]:
    """Return the groups that wait for a person, oldest first, with pairings and people.

    What only a station suspects stands with its suspicion until somebody says that it may be so.
    """
    loaded = selectinload(SlipGroup.members).joinedload(SlipMember.pairing)
    seen = of_stations(within, SlipGroup.station)
    open_ones = SlipGroup.decided_at.is_(None), ~merely_suspected(), seen
    asked = select(SlipGroup).where(*open_ones)
    return list(
        session.scalars(
            asked.options(loaded.joinedload(Pairing.person)).order_by(SlipGroup.opened_at)
        )
    )


def stamps(session: Session, groups: Iterable[SlipGroup]) -> dict[UUID, str]:
    """Return what a form about each of *groups* sends back, to tell a screen that is behind.

    It covers what a judgement rests on: whose each pairing is, when it was made, if it holds, if a
    person found it right or wrong in another group, and if the stray came anew.
    """
    every = list(groups)
    ids = [member.pairing_id for group in every for member in group.members]
    gone, stood = _gone(session, ids), set(session.scalars(_stood(ids)))
    return {group.id: _stamp(group, gone, stood) for group in every}


def _stamp(group: SlipGroup, gone: Container[UUID], stood: Container[UUID]) -> str:
    seen = [
        (str(each.pairing_id), str(each.pairing.person_id), each.pairing.paired_at.isoformat(),
         each.pairing_id in gone, each.pairing_id in stood)
        for each in sorted(group.members, key=lambda member: member.place)
    ]  # fmt: skip
    return stamp_of(group.over, seen)


def merely_suspected() -> ColumnElement[bool]:
    """Return the condition that a group is of a suspicion that nobody has looked at."""
    return exists().where(
        SlipSuspicion.event_id == SlipGroup.id, SlipSuspicion.decided_at.is_(None)
    )


def tubes_of(suspicion: SlipSuspicion) -> list[Tube]:
    """Return the tubes that a station told of; what is no tube is left out."""
    found = []
    for text in suspicion.tubes.split():
        try:
            found.append(tube(text))
        except TubeError:
            continue
    return found


def _gone(session: Session, ids: Sequence[UUID]) -> set[UUID]:
    """Return those that were voided by their station, or set aside."""
    asked = select(Pairing.id).where(Pairing.id.in_(ids))
    voided = asked.join(
        PairingVoid,
        (PairingVoid.pairing_id == Pairing.id) & (PairingVoid.station == Pairing.station),
    )
    aside = select(ConflictClaim.pairing_id).where(
        ConflictClaim.pairing_id.in_(ids), ConflictClaim.upheld.is_(False)
    )
    return {*session.scalars(voided), *session.scalars(aside)}


def _grouped() -> Select[UUID]:
    return select(SlipMember.pairing_id).join(SlipGroup, SlipGroup.id == SlipMember.group_id)


def _stood(ids: Sequence[UUID]) -> Select[UUID]:
    """Ask which pairings a person looked at in a group that is decided."""
    return _grouped().where(SlipMember.pairing_id.in_(ids), SlipGroup.decided_at.is_not(None))
