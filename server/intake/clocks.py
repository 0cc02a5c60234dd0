"""When something really happened, where a station's clock was not set: told from its own pulse.

A Pi without a network wakes up in 1970, but its monotonic clock runs evenly through one boot.  Each
time that we learn how that clock stands to ours (a trusted event, an upload, a heartbeat) we note
when it stood at zero; from then on every event of that boot has a time.  The event's bytes keep
what the station said; a pairing keeps it as `claimed_at`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from server.accounts.health_models import StationHealth
from server.audit import services as audit
from server.intake.models import StationBoot
from server.intake.opening import Opened
from server.sampling import changes
from server.sampling.models import Pairing

Boot = tuple[str, str]  # a station, and the name of one boot of it
AHEAD = timedelta(minutes=5)  # a time further in the future than this is none
SOME = 500  # pairings corrected in one transaction


def zero(at: datetime, mono: int) -> datetime | None:
    """Return when a monotonic clock stood at zero that stood at *mono* nanoseconds at *at*."""
    try:
        return at - timedelta(microseconds=mono // 1000)
    except OverflowError:
        return None


def learn(session: Session, boot: Boot, at: datetime, mono: int, how: str) -> None:
    """Note how a boot's clock stands to ours; the first word on it stays."""
    began = zero(at, mono)
    if boot[1] and began is not None and session.get(StationBoot, boot) is None:
        session.add(StationBoot(station=boot[0], boot=boot[1], zero_at=began, how=how))
        session.flush()


def righted(session: Session, opened: Sequence[Opened], now: datetime) -> list[Opened]:
    """Give the events of untrusted clocks their time where it is known; learn from the others."""
    boots = {(each.event.station, each.event.boot) for each in opened if each.event}
    known = _known(session, boots)
    for event in (each.event for each in opened):
        boot = (event.station, event.boot) if event else ("", "")
        if event and event.trusted and event.boot and boot not in known:
            began = zero(event.at, event.mono)
            if began is not None:
                learn(session, boot, event.at, event.mono, "event")
                known[boot] = began
    return [_righted(each, known, now) for each in opened]


def _righted(opened: Opened, known: dict[Boot, datetime], now: datetime) -> Opened:
    event = opened.event
    if event is None or event.trusted or (event.station, event.boot) not in known:
        return opened
    at = _time(known[event.station, event.boot], event.mono, now)
    if at is None:
        return opened
    right = msgspec.structs.replace(event, at=at, trusted=True)
    return replace(opened, event=right, claimed_at=event.at)


def _time(began: datetime, mono: int, now: datetime) -> datetime | None:
    try:
        at = began + timedelta(microseconds=mono // 1000)
    except OverflowError:
        return None
    return at if at <= now + AHEAD else None


def correct_past(session: Session, now: datetime) -> int:
    """Give pairings that were recorded without a time theirs; return how many got one."""
    boots = [(row.station, row.boot or "") for row in session.execute(untimed().distinct())]
    known = _known(session, boots)
    if not known:
        return 0
    wrong = select(Pairing).where(tuple_(Pairing.station, Pairing.boot).in_(sorted(known)))
    return sum(
        _correct(session, pairing, known[pairing.station, pairing.boot or ""], now)
        for pairing in session.scalars(wrong.order_by(Pairing.id).limit(SOME))
    )


def untimed() -> Select[str, str | None]:
    """Ask for the boots of pairings whose time is not known."""
    return select(Pairing.station, Pairing.boot).where(Pairing.boot.is_not(None))


def _correct(session: Session, pairing: Pairing, began: datetime, now: datetime) -> bool:
    at = _time(began, pairing.mono or 0, now)
    if at is None:  # a clock that says such things is never believed
        pairing.boot = pairing.mono = None
        return False
    pairing.claimed_at, pairing.paired_at, pairing.trusted = pairing.paired_at, at, True
    pairing.boot = pairing.mono = None
    audit.record(
        session, "tube.time-corrected", pairing.tube, by=f"station:{pairing.station}", now=now,
        detail=f"{pairing.id}: {pairing.claimed_at.isoformat()} to {at.isoformat()}"[:200],
    )  # fmt: skip
    changes.changed(session, pairing.tube, now=now)
    return True


def _known(session: Session, boots: Iterable[Boot]) -> dict[Boot, datetime]:
    """Return when each of *boots* began; what only heartbeats tell is noted for good."""
    wanted = sorted({boot for boot in boots if boot[1]})
    if not wanted:
        return {}
    asked = select(StationBoot).where(tuple_(StationBoot.station, StationBoot.boot).in_(wanted))
    known = {(row.station, row.boot): row.zero_at for row in session.scalars(asked)}
    missing = [boot for boot in wanted if boot not in known]
    for row in _heard(session, missing):
        began = zero(row.heard_at, row.mono)
        if began is not None:
            learn(session, (row.station, row.boot), row.heard_at, row.mono, "heartbeat")
            known[row.station, row.boot] = began
    return known


def _heard(session: Session, boots: Sequence[Boot]) -> list[StationHealth]:
    if not boots:
        return []
    pair = tuple_(StationHealth.station, StationHealth.boot)
    return list(session.scalars(select(StationHealth).where(pair.in_(boots))))
