"""What stations report of tubes: pairings, voids, pools that closed, scans that were refused.

Each is recorded once, however often it comes.  The caller owns the transaction.
"""

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.events import PairingVoided, PoolClosed, TubePaired
from contract.tubes import Tube, TubeError, TubeKind
from contract.tubes import tube as tube_of
from server.audit import services as audit
from server.errors import BadInput, DomainError
from server.people.models import Person
from server.rows import insert_rows
from server.sampling import (
    changes,
    conflicts,
    lot_queries,
    matters,
    queries,
    slip_endings,
    suspicions,
)
from server.sampling.assignments import release_assignments
from server.sampling.models import Lot, Pairing, PairingVoid, PoolClosing, StationTally
from server.sampling.turns import take_persons_turn, take_turn

VIETNAM = timezone(timedelta(hours=7))


class TubeOfNoLot(DomainError):
    code = "tube-of-no-lot"


class TubeVoided(DomainError):
    code = "tube-void"


class ControlTube(DomainError):
    code = "control-tube"


class NotOwnPairing(DomainError):
    code = "not-own-pairing"


class WrongOrder(DomainError):
    code = "pool-order"


@dataclass(frozen=True, slots=True)
class Given:
    """A station says that a tube was given to a person."""

    event: TubePaired
    person_id: UUID
    place: str
    claimed_at: datetime | None = None  # what the station's clock said, where `event` is corrected
    named: bool | None = None  # whether the code that was shown names its bearer


_Fresh = Sequence[tuple[Given, Tube]]


def record_pairing(
    session: Session, event: TubePaired, person: Person, *, place: str, now: datetime
) -> Pairing:
    """Record that *person* was given the tube; a contradiction opens a conflict and is no error.

    Raises TubeOfNoLot (retry when the lot is registered), TubeVoided (retry when the void is
    lifted), ControlTube, WrongOrder.
    """
    record_pairings(session, [Given(event, person.id, place)], now=now)
    return session.get_one(Pairing, event.id)


def record_pairings(session: Session, given: Iterable[Given], *, now: datetime) -> list[Tube]:
    """Record many pairings with few questions, all or none: see `record_pairing`.

    Return their tubes.  The pairings are written past the objects of the session.
    """
    by_id = {each.event.id: each for each in given}
    known = select(Pairing.id, Pairing.tube).where(Pairing.id.in_(by_id))
    recorded = {row.id: row.tube for row in session.execute(known)}
    fresh = [
        (each, read_tube(each.event.tube))
        for each in by_id.values()
        if each.event.id not in recorded
    ]
    if fresh:
        _record(session, fresh, now)
    return [*recorded.values(), *(tube for _, tube in fresh)]


def _record(session: Session, fresh: _Fresh, now: datetime) -> None:
    tubes = [tube for _, tube in fresh]
    take_turn(session, tubes)
    take_persons_turn(session, (each.person_id for each, _ in fresh))
    lots = queries.lots_of(session, tubes)
    void = lot_queries.voids_among(session, lots)
    before = queries.paired_before(session, tubes)
    for each, tube in fresh:
        check_usable(tube, each.event, lots, void)
    _write(session, fresh, now)
    release_assignments(session, [each.event for each, _ in fresh])
    slip_endings.end_strays(session, tubes, now=now)
    suspicions.look_back(session, [(each.event, tube) for each, tube in fresh], now=now)
    new = [matters.Made(each.event.id, each.person_id, each.event.at) for each, _ in fresh]
    held = matters.note_repeats(session, new, now=now)
    matters.note_early_voids(session, new, now=now)
    for tube, times in Counter(tubes).items():
        if times > 1 or tube in before:
            conflicts.review(session, tube, now=now)
    changes.all_changed(session, [*tubes, *held], now=now)


def _write(session: Session, fresh: _Fresh, now: datetime) -> None:
    session.flush()
    insert_rows(session, Pairing, [_row(each, tube, now) for each, tube in fresh])
    entries = [(f"station:{each.event.station}", tube, str(each.event.id)) for each, tube in fresh]
    audit.record_each(session, "tube.paired", entries, now=now)


def _row(given: Given, tube: Tube, now: datetime) -> dict[str, Any]:
    event = given.event
    return {
        "id": event.id, "tube": tube, "person_id": given.person_id, "station": event.station,
        "operator": event.operator, "person_kind": event.person_kind, "order": event.order,
        "paired_at": event.at, "trusted": event.trusted, "place": event.place or given.place,
        "took_ms": event.took_ms, "manual": event.manual, "received_at": now,
        "claimed_at": given.claimed_at, "named": given.named,
        "boot": None if event.trusted else event.boot or None,
        "mono": None if event.trusted else event.mono,
    }  # fmt: skip


def record_void(session: Session, event: PairingVoided, *, now: datetime) -> PairingVoid:
    """Record that a pairing does not hold, be it known already or not.

    Raises NotOwnPairing for a pairing of another station.
    """
    if known := session.get(PairingVoid, event.id):
        return known
    given, by = read_tube(event.tube), f"station:{event.station}"
    pairing = session.get(Pairing, event.pairing)
    if pairing is not None:
        _check_own(pairing, event)
        given = pairing.tube
    void = PairingVoid(
        event_id=event.id, pairing_id=event.pairing, tube=given, station=event.station,
        reason=event.reason, by=by, voided_at=event.at, received_at=now,
    )  # fmt: skip
    session.add(void)
    audit.record(session, "tube.voided", given, by=by, now=now, detail=event.reason)
    session.flush()
    conflicts.review(session, given, now=now)
    if pairing is not None:
        matters.note_void(session, pairing, now=now)
    changes.changed(session, given, now=now)
    return void


def close_pool(session: Session, event: PoolClosed, *, now: datetime) -> PoolClosing:
    """Record that no further member goes into a pool's tube."""
    if known := session.get(PoolClosing, event.id):
        return known
    given = read_tube(event.tube)
    closing = PoolClosing(
        event_id=event.id, tube=given, station=event.station, members=event.members,
        closed_at=event.at, received_at=now,
    )  # fmt: skip
    session.add(closing)
    by, detail = f"station:{event.station}", f"{event.members} members"
    audit.record(session, "pool.closed", given, by=by, now=now, detail=detail)
    changes.changed(session, given, now=now)
    return closing


def tally(
    session: Session,
    station: str,
    *,
    at: datetime,
    kind: Literal["refused", "let-go"],
    reason: str,
) -> None:
    """Count one refused scan or one held person let go, on the day of *at* in Vietnam."""
    key = (station, at.astimezone(VIETNAM).date(), kind, reason)
    known = session.get(StationTally, key)
    if known is None:
        known = StationTally(station=key[0], day=key[1], kind=kind, reason=reason, count=0)
        session.add(known)
    known.count += 1
    session.flush()


def read_tube(text: str) -> Tube:
    try:
        return tube_of(text)
    except TubeError as error:
        raise BadInput(f"“{text}” không phải mã ống.", f"“{text}” is no tube code.") from error


def _check_own(pairing: Pairing, event: PairingVoided) -> None:
    if pairing.station != event.station:
        raise NotOwnPairing(
            f"Trạm {event.station} không thể hủy lần ghép của trạm {pairing.station}.",
            f"Station {event.station} cannot void a pairing of station {pairing.station}.",
        )


def check_usable(
    tube: Tube, event: TubePaired, lots: Mapping[Tube, Lot], void: Container[Tube]
) -> None:
    """Raise what keeps a tube from being given: see `record_pairing`."""
    if tube.kind is TubeKind.CONTROL:
        raise ControlTube(
            f"Ống {tube.grouped} là ống chứng, không dùng để lấy mẫu.",
            f"Tube {tube.grouped} is a control, not for samples.",
        )
    if (event.order == "pool") != (tube.kind is TubeKind.POOL):
        raise WrongOrder(
            f"Ống {tube.grouped} và cách ghép không khớp: ống gộp chỉ dùng cho mẫu gộp.",
            f"Tube {tube.grouped} does not fit the pairing: pool tubes are for pools alone.",
        )
    if tube not in lots:
        raise TubeOfNoLot(
            f"Ống {tube.grouped} không thuộc lô nào đã đăng ký. Đăng ký lô rồi hệ thống tự ghép.",
            f"Tube {tube.grouped} is of no registered lot. Register it and it is applied.",
        )
    if tube in void:
        raise TubeVoided(
            f"Ống {tube.grouped} đã bị hủy, không được dùng. Tìm ống và lấy mẫu lại; nếu hủy nhầm,"
            " bỏ hủy ở trang của lô rồi hệ thống tự ghép.",
            f"Tube {tube.grouped} is void and must not be used. Find it and take a new sample; if"
            " the void was a mistake, lift it on the lot's page and the pairing is applied.",
        )
