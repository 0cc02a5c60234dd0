"""What the figures of a server mean: well, to be looked at, or bad, and what to do.  Pure.

One row for each thing that is looked at; the operator's page of health prints them all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from server.upkeep.vitals import Vitals

BACKUP_LATE, BACKUP_BAD = timedelta(hours=26), timedelta(days=3)
ANCHOR_LATE = timedelta(hours=26)
SEAL_LATE = timedelta(minutes=5)
EVENT_LATE, DELIVERY_LATE = timedelta(minutes=10), timedelta(hours=1)
ROOM_LATE, ROOM_BAD = 0.15, 0.05
ENDS_SOON = timedelta(days=21)


class Level(StrEnum):
    WELL = "ok"
    LOOK = "look"
    BAD = "BAD"


@dataclass(frozen=True, slots=True)
class Judged:
    """One line of the page."""

    level: Level
    what: str
    sentence: str


def judged(seen: Vitals) -> Iterator[Judged]:
    """Yield a line for each thing, in the order in which an operator asks."""
    yield _schema(seen)
    yield from _chain(seen)
    yield from _room(seen)
    yield _backup(seen)
    yield from _events(seen)
    yield from _deliveries(seen)
    yield _stations(seen)
    if seen.requests_late:
        yield Judged(Level.BAD, "requests", f"{seen.requests_late} requests under the data law "
                     "are past their time: see the page Requests")  # fmt: skip
    else:
        yield Judged(Level.WELL, "requests", "no request under the data law is late")


def _schema(seen: Vitals) -> Judged:
    if seen.revision == seen.newest_revision:
        return Judged(Level.WELL, "schema", f"every migration was run, up to {seen.revision}")
    return Judged(
        Level.BAD, "schema", f"the database is at {seen.revision}: run `ghepmau-server upgrade`"
    )


def _chain(seen: Vitals) -> Iterator[Judged]:
    since = _age(seen, seen.sealed_at)
    if seen.audit_waiting and (since is None or since > SEAL_LATE):
        yield Judged(Level.LOOK, "trail", f"{seen.audit_waiting} entries wait for a seal: "
                     "does the server run?")  # fmt: skip
    else:
        yield Judged(Level.WELL, "trail", f"{seen.audit_sealed} entries are sealed")
    anchored = _age(seen, seen.anchored_at)
    if anchored is None or anchored > ANCHOR_LATE:
        said = (
            "no anchor was written"
            if anchored is None
            else f"the last anchor is {_said(anchored)} old"
        )
        yield Judged(Level.LOOK, "anchor", f"{said}: `ghepmau-server audit anchor`, once a day")
    else:
        yield Judged(Level.WELL, "anchor", f"the last one is {_said(anchored)} old")


def _room(seen: Vitals) -> Iterator[Judged]:
    for place, free in seen.disk_free.items():
        share = free / max(seen.disk_size[place], 1)
        level = Level.BAD if share < ROOM_BAD else Level.LOOK if share < ROOM_LATE else Level.WELL
        said = f"{free / 2**30:.1f} GiB ({share:.0%}) are free where {place} is"
        yield Judged(level, "disk", said)


def _backup(seen: Vitals) -> Judged:
    since = _age(seen, seen.backup_at)
    if since is None:
        return Judged(Level.LOOK, "backup", "there is none: run `ghepmau-server backup`")
    level = Level.BAD if since > BACKUP_BAD else Level.LOOK if since > BACKUP_LATE else Level.WELL
    said = f"the newest is {_said(since)} old, {seen.backup_bytes / 2**20:.1f} MiB"
    return Judged(level, "backup", said)


def _events(seen: Vitals) -> Iterator[Judged]:
    for state, words in (("pending", "wait to be applied"), ("refused", "were refused"),
                         ("waiting", "wait for something that is missing")):  # fmt: skip
        queue = seen.events.get(state)
        since = _age(seen, queue.oldest) if queue else None
        if queue is None or since is None:
            continue
        late = state != "pending" or since > EVENT_LATE
        level = Level.LOOK if late else Level.WELL
        yield Judged(level, "events", f"{queue.count} {words}, the oldest for {_said(since)}")
    if seen.alerts:
        yield Judged(Level.LOOK, "events", f"{seen.alerts} journals have gaps: see Alerts")
    if not seen.events and not seen.alerts:
        yield Judged(Level.WELL, "events", "every event of every station was applied")


def _deliveries(seen: Vitals) -> Iterator[Judged]:
    fine = True
    for (target, state), queue in sorted(seen.deliveries.items()):
        since = _age(seen, queue.oldest) or timedelta(0)
        if state == "dead":
            fine = False
            yield Judged(Level.LOOK, "delivery", f"{target}: {queue.count} were refused for good")
        elif since > DELIVERY_LATE:
            fine = False
            yield Judged(Level.LOOK, "delivery", f"{target}: {queue.count} wait, the oldest for "
                         f"{_said(since)}")  # fmt: skip
    for target in (name for name, away in seen.circuits.items() if away):
        fine = False
        yield Judged(Level.LOOK, "delivery", f"{target} does not answer")
    if fine:
        yield Judged(Level.WELL, "delivery", "nothing waits for long, nothing was refused")


def _stations(seen: Vitals) -> Judged:
    ill = {state: count for state, count in seen.stations.items() if state in ("silent", "sick")}
    if ill:
        said = ", ".join(f"{count} {state}" for state, count in sorted(ill.items()))
        return Judged(Level.LOOK, "stations", f"{said}: see the page Stations")
    return Judged(Level.WELL, "stations", f"{sum(seen.stations.values())} known, none is silent")


def ends(what: str, at: datetime, now: datetime) -> Judged:
    """Judge when a certificate or a token ends."""
    left = at - now
    level = Level.BAD if left <= timedelta(0) else Level.LOOK if left < ENDS_SOON else Level.WELL
    said = "has ended" if left <= timedelta(0) else f"ends in {left.days} days"
    return Judged(level, "certificate", f"{what} {said} ({at:%Y-%m-%d})")


def _age(seen: Vitals, at: datetime | None) -> timedelta | None:
    return max(seen.at - at, timedelta(0)) if at is not None else None


def _said(age: timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 72 * 60 else f"{minutes // 1440} days"
