"""What the figures of a server mean: well, to be looked at, or bad, and what to do.  Pure.

One row for each thing that is looked at; the operator's page of health prints them all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from contract.spoken import said
from server.upkeep.ages import old, waits
from server.upkeep.vitals import Vitals

BACKUP_LATE, BACKUP_BAD = timedelta(hours=26), timedelta(days=3)
ANCHOR_LATE = timedelta(hours=26)
SEAL_LATE = timedelta(minutes=5)
EVENT_LATE, DELIVERY_LATE = timedelta(minutes=10), timedelta(hours=1)
ROOM_LATE, ROOM_BAD = 0.15, 0.05
ENDS_SOON = timedelta(days=21)

EVENTS = {
    "pending": ("chờ xử lý", "wait to be applied"),
    "refused": ("bị từ chối", "were refused"),
    "waiting": ("chờ thứ còn thiếu", "wait for something that is missing"),
}


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
    yield from _backup(seen)
    yield from _events(seen)
    yield from _deliveries(seen)
    yield _stations(seen)
    if seen.requests_late:
        yield Judged(
            Level.BAD,
            "requests",
            said(
                f"{seen.requests_late} yêu cầu theo luật dữ liệu đã quá hạn: xem trang Yêu cầu",
                f"{seen.requests_late} requests under the data law are past their time: "
                "see the page Requests",
            ),
        )
    else:
        yield Judged(
            Level.WELL,
            "requests",
            said("không yêu cầu nào quá hạn", "no request under the data law is late"),
        )


def _schema(seen: Vitals) -> Judged:
    if seen.revision == seen.newest_revision:
        return Judged(
            Level.WELL,
            "schema",
            said(
                f"đã chạy mọi bước nâng cấp, đến {seen.revision}",
                f"every migration was run, up to {seen.revision}",
            ),
        )
    return Judged(
        Level.BAD,
        "schema",
        said(
            f"cơ sở dữ liệu ở {seen.revision}: chạy `ghepmau-server upgrade`",
            f"the database is at {seen.revision}: run `ghepmau-server upgrade`",
        ),
    )


def _chain(seen: Vitals) -> Iterator[Judged]:
    since = _age(seen, seen.sealed_at)
    if seen.audit_waiting and (since is None or since > SEAL_LATE):
        yield Judged(
            Level.LOOK,
            "trail",
            said(
                f"{seen.audit_waiting} mục chờ niêm: máy chủ có chạy không?",
                f"{seen.audit_waiting} entries wait for a seal: does the server run?",
            ),
        )
    else:
        yield Judged(
            Level.WELL,
            "trail",
            said(f"{seen.audit_sealed} mục đã niêm", f"{seen.audit_sealed} entries are sealed"),
        )
    anchored = _age(seen, seen.anchored_at)
    if anchored is None or anchored > ANCHOR_LATE:
        told = said(
            "chưa ghi mốc nào: chạy `ghepmau-server audit anchor` mỗi ngày",
            "no anchor was written: `ghepmau-server audit anchor`, once a day",
        )
        if anchored is not None:
            told = old("mốc mới nhất", "the last anchor", anchored)
            told += ": `ghepmau-server audit anchor`"
        yield Judged(Level.LOOK, "anchor", told)
    else:
        yield Judged(Level.WELL, "anchor", old("mốc mới nhất", "the last one", anchored))


def _room(seen: Vitals) -> Iterator[Judged]:
    for place, free in seen.disk_free.items():
        share = free / max(seen.disk_size[place], 1)
        level = Level.BAD if share < ROOM_BAD else Level.LOOK if share < ROOM_LATE else Level.WELL
        room = f"{free / 2**30:.1f} GiB ({share:.0%})"
        yield Judged(
            level,
            "disk",
            said(f"còn {room} ở chỗ của {place}", f"{room} are free where {place} is"),
        )


def _backup(seen: Vitals) -> Iterator[Judged]:
    if count := seen.backups_ahead:
        ahead = said(
            f"{count} bản mang ngày ở tương lai: đồng hồ đã hoặc đang sai; xem docs/operators.md",
            f"{count} are dated in the future: a clock was wrong, or is; see docs/operators.md",
        )
        yield Judged(Level.LOOK, "backup", ahead)
    since = _age(seen, seen.backup_at)
    if since is None:
        none = said(
            "chưa có bản nào: chạy `ghepmau-server backup`",
            "there is none: run `ghepmau-server backup`",
        )
        yield Judged(Level.LOOK, "backup", none)
        return
    level = Level.BAD if since > BACKUP_BAD else Level.LOOK if since > BACKUP_LATE else Level.WELL
    size = f"{seen.backup_bytes / 2**20:.1f} MiB"
    yield Judged(level, "backup", f"{old('bản mới nhất', 'the newest', since)}, {size}")


def _events(seen: Vitals) -> Iterator[Judged]:
    for state, words in EVENTS.items():
        queue = seen.events.get(state)
        since = _age(seen, queue.oldest) if queue else None
        if queue is None or since is None:
            continue
        late = state != "pending" or since > EVENT_LATE
        level = Level.LOOK if late else Level.WELL
        yield Judged(level, "events", waits(queue.count, *words, since))
    if seen.alerts:
        yield Judged(
            Level.LOOK,
            "events",
            said(
                f"{seen.alerts} nhật ký trạm có chỗ đứt: xem trang Cảnh báo",
                f"{seen.alerts} journals have gaps: see Alerts",
            ),
        )
    if not seen.events and not seen.alerts:
        yield Judged(
            Level.WELL,
            "events",
            said(
                "mọi sự kiện của mọi trạm đã được xử lý", "every event of every station was applied"
            ),
        )


def _deliveries(seen: Vitals) -> Iterator[Judged]:
    fine = True
    for (target, state), queue in sorted(seen.deliveries.items()):
        since = _age(seen, queue.oldest) or timedelta(0)
        if state == "dead":
            fine = False
            yield Judged(
                Level.LOOK,
                "delivery",
                said(
                    f"{target}: {queue.count} bị từ chối hẳn",
                    f"{target}: {queue.count} were refused for good",
                ),
            )
        elif since > DELIVERY_LATE:
            fine = False
            yield Judged(
                Level.LOOK,
                "delivery",
                f"{target}: {waits(queue.count, 'đang chờ', 'wait', since)}",
            )
    for target in (name for name, away in seen.circuits.items() if away):
        fine = False
        yield Judged(
            Level.LOOK, "delivery", said(f"{target} không trả lời", f"{target} does not answer")
        )
    if fine:
        yield Judged(
            Level.WELL,
            "delivery",
            said(
                "không gì chờ lâu, không gì bị từ chối",
                "nothing waits for long, nothing was refused",
            ),
        )


def _stations(seen: Vitals) -> Judged:
    ill = {state: count for state, count in seen.stations.items() if state in ("silent", "sick")}
    if ill:
        words = {"silent": ("im lặng", "silent"), "sick": ("có sự cố", "sick")}
        vi, en = (", ".join(f"{count} {words[state][at]}" for state, count in sorted(ill.items()))
                  for at in (0, 1))  # fmt: skip
        return Judged(Level.LOOK, "stations", said(f"{vi}: xem trang Trạm", f"{en}: see Stations"))
    return Judged(
        Level.WELL,
        "stations",
        said(
            f"{sum(seen.stations.values())} trạm, không trạm nào im lặng",
            f"{sum(seen.stations.values())} known, none is silent",
        ),
    )


def ends(what: str, at: datetime, now: datetime) -> Judged:
    """Judge when a certificate or a token ends."""
    left = at - now
    level = Level.BAD if left <= timedelta(0) else Level.LOOK if left < ENDS_SOON else Level.WELL
    told = said(f"còn {left.days} ngày", f"ends in {left.days} days")
    if left <= timedelta(0):
        told = said("đã hết hạn", "has ended")
    return Judged(level, "certificate", f"{what} {told} ({at:%Y-%m-%d})")


def _age(seen: Vitals, at: datetime | None) -> timedelta | None:
    return max(seen.at - at, timedelta(0)) if at is not None else None
