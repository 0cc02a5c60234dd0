"""When something really happened, where a station's clock was not set: told from its own pulse.

A Pi without a network wakes up in 1970, but its monotonic clock runs evenly through one boot.  Each
time that we learn how that clock stands to ours (a trusted event, an upload, a heartbeat) we note
when it stood at zero; from then on every event of that boot has a time.  The event's bytes keep
what the station said; a pairing keeps it as `claimed_at`.

A memory stick says less: what it holds happened before it was brought, nobody knows how long
before.  That is a better time than 1970, but not one to rely on: it stays untrusted, and gives way
to the first word that is exact.

What is left can still be no later than it came here: a clock that says so is not believed that far.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Select, and_, or_, select, tuple_
from sqlalchemy.orm import Session

from contract.duty_events import CheckedIn
from contract.events import TubePaired
from server.accounts.health_models import StationHealth
from server.audit import services as audit
from server.intake.models import StationBoot, WireEvent
from server.intake.opening import Opened
from server.intake.possible import can_be
from server.rows import insert_missing
from server.sampling import changes, matters
from server.sampling.models import Pairing
from server.sampling.turns import take_persons_turn, take_turn

Boot = tuple[str, str]  # a station, and the name of one boot of it
AHEAD = timedelta(minutes=5)  # a time further in the future than this is none
SOME = 500  # pairings corrected in one transaction
STICK = "stick"  # how a boot is known of which only a stick told


@dataclass(frozen=True, slots=True)
class Began:
    """When a boot's monotonic clock stood at zero; *exact*, or at the latest."""

    at: datetime
    exact: bool


def zero(at: datetime, mono: int) -> datetime | None:
    """Return when a monotonic clock stood at zero that stood at *mono* nanoseconds at *at*."""
    try:
        return at - timedelta(microseconds=mono // 1000)
    except OverflowError:
        return None


def learn(session: Session, boot: Boot, at: datetime, mono: int, how: str) -> None:
    """Note how a boot's clock stands to ours; the first exact word on it stays.

    Of what sticks say the earliest stands: they can be brought late, and again.
    """
    began = zero(at, mono)
    if not boot[1] or began is None:
        return
    first = {"station": boot[0], "boot": boot[1], "zero_at": began, "how": how}
    known = session.get(StationBoot, boot)
    if known is None:
        insert_missing(session, StationBoot, first)
    elif known.how == STICK and (how != STICK or began < known.zero_at):
        known.zero_at, known.how = began, how
    session.flush()


def righted(session: Session, opened: Sequence[Opened], now: datetime) -> list[Opened]:
    """Give the events of untrusted clocks their time where it is known; learn from the others."""
    boots = {(each.event.station, each.event.boot) for each in opened if each.event}
    known = known_boots(session, boots)
    for event in (each.event for each in opened):
        boot = (event.station, event.boot) if event else ("", "")
        if event and event.trusted and event.boot and not _is_exact(known, boot):
            began = zero(event.at, event.mono)
            if began is not None:
                learn(session, boot, event.at, event.mono, "event")
                known[boot] = Began(began, exact=True)
    return _not_after_receipt(session, [_righted(each, known, now) for each in opened])


def _is_exact(known: dict[Boot, Began], boot: Boot) -> bool:
    return boot in known and known[boot].exact


def _righted(opened: Opened, known: dict[Boot, Began], now: datetime) -> Opened:
    event = opened.event
    if event is None or event.trusted or (event.station, event.boot) not in known:
        return opened
    began = known[event.station, event.boot]
    at = time_of(began, event.mono, now)
    if at is None:
        return opened
    right = msgspec.structs.replace(event, at=at, trusted=began.exact)
    return replace(opened, event=right, claimed_at=event.at)


def _not_after_receipt(session: Session, opened: Sequence[Opened]) -> list[Opened]:
    """Let nothing have happened later than it came here, as clocks that are not set may say."""
    doubtful = [each.id for each in opened if _is_doubtful(each)]
    if not doubtful:
        return list(opened)
    came = select(WireEvent.event_id, WireEvent.received_at)
    rows = session.execute(came.where(WireEvent.event_id.in_(doubtful)))
    received = {row.event_id: row.received_at for row in rows}
    return [_capped(each, received[each.id]) if each.id in received else each for each in opened]


def _is_doubtful(opened: Opened) -> bool:
    return isinstance(opened.event, TubePaired | CheckedIn) and not opened.event.trusted


def _capped(opened: Opened, received: datetime) -> Opened:
    event = opened.event
    if event is None or event.at <= received + AHEAD:
        return opened
    capped = msgspec.structs.replace(event, at=received)
    return replace(opened, event=capped, claimed_at=opened.claimed_at or event.at)


def time_of(began: Began, mono: int, now: datetime) -> datetime | None:
    """Return when a clock of that boot stood at *mono*; None for a time that cannot be."""
    try:
        at = began.at + timedelta(microseconds=mono // 1000)
    except OverflowError:
        return None
    return at if can_be(at) and at <= now + AHEAD else None


def correct_past(session: Session, now: datetime) -> int:
    """Give pairings that were recorded without a time theirs; return how many got one.

    One that has a stick's time already waits for an exact one.
    """
    boots = [(row.station, row.boot or "") for row in session.execute(untimed().distinct())]
    known = known_boots(session, boots)
    if not known:
        return 0
    of = tuple_(Pairing.station, Pairing.boot)
    exact = sorted(boot for boot, began in known.items() if began.exact)
    about = sorted(known.keys() - set(exact))
    wrong = select(Pairing).where(
        or_(of.in_(exact), and_(of.in_(about), Pairing.claimed_at.is_(None)))
    )
    some = wrong.order_by(Pairing.id).limit(SOME).with_for_update(skip_locked=True)
    found = session.scalars(some).all()
    take_turn(session, [each.tube for each in found])
    take_persons_turn(session, [each.person_id for each in found])
    right = [
        each for each in found if _correct(session, each, known[each.station, each.boot or ""], now)
    ]
    session.flush()
    held = matters.note_repeats(session, [*map(matters.Made.of, right)], now=now)
    changes.all_changed(session, [*(each.tube for each in right), *held], now=now)
    return len(right)


def untimed() -> Select[str, str | None]:
    """Ask for the boots of pairings whose time is not known."""
    return select(Pairing.station, Pairing.boot).where(Pairing.boot.is_not(None))


def _correct(session: Session, pairing: Pairing, began: Began, now: datetime) -> bool:
    at = time_of(began, pairing.mono or 0, now)
    if at is None:  # a clock that says such things is never believed
        pairing.boot = pairing.mono = None
        if pairing.paired_at <= pairing.received_at + AHEAD:
            return False
    before = pairing.paired_at
    pairing.claimed_at = pairing.claimed_at or before
    pairing.paired_at = at or pairing.received_at
    pairing.trusted = began.exact and at is not None
    if began.exact:
        pairing.boot = pairing.mono = None
    audit.record(
        session, "tube.time-corrected", pairing.tube, by=f"station:{pairing.station}", now=now,
        detail=f"{pairing.id}: {before.isoformat()} to {pairing.paired_at.isoformat()}"[:200],
    )  # fmt: skip
    return True


def known_boots(session: Session, boots: Iterable[Boot]) -> dict[Boot, Began]:
    """Return when each of *boots* began; what only heartbeats tell is noted for good."""
    wanted = sorted({boot for boot in boots if boot[1]})
    if not wanted:
        return {}
    asked = select(StationBoot).where(tuple_(StationBoot.station, StationBoot.boot).in_(wanted))
    known = {
        (row.station, row.boot): Began(row.zero_at, exact=row.how != STICK)
        for row in session.scalars(asked)
    }
    missing = [boot for boot in wanted if not _is_exact(known, boot)]
    for row in _heard(session, missing):
        began = zero(row.heard_at, row.mono)
        if began is not None:
            learn(session, (row.station, row.boot), row.heard_at, row.mono, "heartbeat")
            known[row.station, row.boot] = Began(began, exact=True)
    return known


def _heard(session: Session, boots: Sequence[Boot]) -> list[StationHealth]:
    if not boots:
        return []
    pair = tuple_(StationHealth.station, StationHealth.boot)
    return list(session.scalars(select(StationHealth).where(pair.in_(boots))))
