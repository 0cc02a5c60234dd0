"""How a tube's outcome came to be: every fact in the order of time, with its evidence.

Reads only.  What a station did stands at the station's own time; where its clock was not set from
the network, the story says so.
"""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import Uuid, column, select, table
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.declarations.notice import TARGET
from server.delivery import queries as delivery
from server.lab import queries as lab
from server.lab.models import Result
from server.lab.words import CALLS, Call
from server.officers.bench import bench_facts
from server.officers.stock import stock_facts
from server.officers.tale import Fact, Tone, who
from server.outcomes import queries as outcomes
from server.outcomes.models import Callback, Outcome
from server.outcomes.services import key_of
from server.outcomes.words import REASONS, STATUSES
from server.sampling import queries as sampling
from server.sampling.models import Pairing

_EVENTS = table(
    "wire_event",
    column("event_id", Uuid()),
    column("seq"),
    column("epoch"),
    column("hash"),
)
ORDERS = {
    "person-first": ("người trước, ống sau", "person first"),
    "tube-first": ("ống trước, người sau", "tube first"),
    "pool": ("mẫu gộp", "pool"),
}


def story_of(session: Session, tube: Tube) -> list[Fact]:
    """Return every fact about *tube*, oldest first."""
    facts = [
        *stock_facts(session, tube),
        *_pairings(session, tube),
        *_voids(session, tube),
        *_pools(session, tube),
        *_conflicts(session, tube),
        *bench_facts(session, tube),
        *_results(session, tube),
        *_outcomes(session, tube),
        *_callbacks(session, tube),
    ]
    return sorted(dict.fromkeys(facts), key=lambda fact: fact.at)


def _clock(pairing: Pairing) -> tuple[str, str]:
    if pairing.claimed_at is not None and pairing.trusted:
        return "; giờ do máy chủ chỉnh", "; time corrected by the server"
    if pairing.claimed_at is not None:
        return "; muộn nhất là lúc này, ước theo thẻ nhớ", "; at the latest, as its stick tells"
    return ("", "") if pairing.trusted else ("; đồng hồ chưa chỉnh", "; clock not set")


def _pairings(session: Session, tube: Tube) -> Iterator[Fact]:
    pairings = sampling.pairings_of(session, tube)
    live = {pairing.id for pairing in sampling.live_pairings(session, tube)}
    proofs = _proofs(session, [pairing.id for pairing in pairings])
    for pairing in pairings:
        how = ORDERS[pairing.order]
        clock = _clock(pairing)
        yield Fact(
            pairing.paired_at,
            "paired" if pairing.id in live else "voided",
            f"Ghép tại {pairing.station} ({how[0]}, {pairing.took_ms / 1000:.1f} giây{clock[0]})",
            f"Paired at {pairing.station} ({how[1]}, {pairing.took_ms / 1000:.1f} s{clock[1]})",
            evidence=proofs.get(pairing.id, ""),
            tone=Tone.PLAIN if pairing.id in live else Tone.ASIDE,
            person=pairing.person_id,
        )
        yield _uploaded(pairing)


def _uploaded(pairing: Pairing) -> Fact:
    return Fact(
        pairing.received_at,
        "received",
        f"Trạm {pairing.station} gửi dữ liệu lên máy chủ",
        f"Station {pairing.station} uploaded it",
        tone=Tone.ASIDE,
    )


def _proofs(session: Session, event_ids: list[UUID]) -> dict[UUID, str]:
    """Return each event's place in its station's chain, and its hash."""
    found = select(_EVENTS).where(_EVENTS.c.event_id.in_(event_ids))
    return {
        row.event_id: f"{row.event_id} · #{row.seq} · sha256 {row.hash[:16]}…"
        for row in session.execute(found)
    }


def _voids(session: Session, tube: Tube) -> Iterator[Fact]:
    for void in sampling.voids_of(session, tube):
        yield Fact(
            void.voided_at,
            "voided",
            f"Hủy một lần ghép tại {void.station} ({void.reason})",
            f"A pairing was voided at {void.station} ({void.reason})",
            who(void.by),
        )


def _pools(session: Session, tube: Tube) -> Iterator[Fact]:
    for closing in sampling.closings_of(session, tube):
        yield Fact(
            closing.closed_at,
            "done",
            f"Đóng mẫu gộp: {closing.members} người",
            f"Pool closed: {closing.members} people",
            closing.station,
        )


def _conflicts(session: Session, tube: Tube) -> Iterator[Fact]:
    for conflict in sampling.conflicts_of(session, tube):
        yield Fact(
            conflict.opened_at,
            "conflict",
            f"Tranh chấp: {len(conflict.claims)} lần ghép cùng ống; ống bị giữ lại",
            f"Conflict: {len(conflict.claims)} pairings of one tube; the tube is held",
            tone=Tone.PROBLEM,
        )
        if conflict.decided_at:
            yield Fact(
                conflict.decided_at,
                "decided",
                f"Đã quyết định: {conflict.reason}",
                f"Decided: {conflict.reason}",
                who(conflict.decided_by),
            )


def _results(session: Session, tube: Tube) -> Iterator[Fact]:
    for result in lab.results_of(session, tube):
        call = CALLS[Call(result.call)]
        ct = ", ".join(f"Ct {gene} {value}" for gene, value in _cts(result))
        end = f" ({ct})" if ct else ""
        if result.corrects:
            vi, en = f"Sửa kết quả thành {call[0]}{end}", f"Corrected to {call[1]}{end}"
            evidence = result.correction_reason or ""
        else:
            vi, en = f"Nhập kết quả {call[0]}{end}", f"Entered {call[1]}{end}"
            evidence = result.note
        yield Fact(result.entered_at, "entered", vi, en, who(result.entered_by), evidence)
        if result.verified_at:
            vi, en = f"Duyệt kết quả {call[0]}", f"Verified {call[1]}"
            yield Fact(result.verified_at, "verified", vi, en, who(result.verified_by))
        if result.released_at:
            vi, en = f"Phát hành kết quả {call[0]}", f"Released {call[1]}"
            yield Fact(result.released_at, "released", vi, en, who(result.released_by))


def _cts(result: Result) -> list[tuple[str, str]]:
    return [(each.target, each.ct) for each in result.readings if each.ct]


def _outcomes(session: Session, tube: Tube) -> Iterator[Fact]:
    versions = outcomes.versions_of(session, tube)
    newer = {each.supersedes for each in versions}
    for each in versions:
        status = STATUSES[each.status]
        tone = Tone.ASIDE if each.id in newer else Tone.PLAIN
        vi, en = f"Hồ sơ, bản {each.version}: {status[0]}", f"Record, v{each.version}: {status[1]}"
        yield Fact(each.at, each.status, vi, en, tone=tone, person=each.person_id)
        yield from _delivery(session, each)


def _delivery(session: Session, outcome: Outcome) -> Iterator[Fact]:
    sent = delivery.delivery_of(session, TARGET, key_of(outcome))
    if sent is None:
        return
    of = f"bản {outcome.version}", f"v{outcome.version}"
    if sent.delivered_at:
        vi, en = f"Đã vào hồ sơ khai báo ({of[0]})", f"In the declaration record ({of[1]})"
        receipt = sent.receipt or ""
        yield Fact(
            sent.delivered_at, "delivered", vi, en, evidence=receipt, person=outcome.person_id
        )
    elif sent.state == "dead":
        vi, en = f"Không gửi được vào hồ sơ ({of[0]})", f"Could not be delivered ({of[1]})"
        error = sent.last_error or ""
        yield Fact(sent.created_at, "dead", vi, en, evidence=error, tone=Tone.PROBLEM)


def _callbacks(session: Session, tube: Tube) -> Iterator[Fact]:
    for call in session.scalars(select(Callback).where(Callback.tube == tube)):
        why = REASONS.get(call.reason, (call.reason, call.reason))
        vi, en = f"Gọi lấy mẫu lại: {why[0].lower()}", f"Call for a new sample: {why[1].lower()}"
        yield Fact(call.opened_at, "callback", vi, en, person=call.person_id)
        if call.done_at:
            note = call.note or ""
            by = who(call.done_by)
            yield Fact(call.done_at, "done", "Đã gọi", "Called", by, note, person=call.person_id)
