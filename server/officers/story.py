"""How a tube's outcome came to be: every fact in the order of time, with its evidence.

Reads only.  What a station did stands at the station's own time; where its clock was not set from
the network, the story says so.
"""

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.declarations.notice import TARGET
from server.delivery import routes
from server.delivery.models import Delivery
from server.delivery.said import ours
from server.local_forms import number
from server.officers.bench import bench_facts
from server.officers.care_facts import care_facts
from server.officers.evidence import EVENTS
from server.officers.result_facts import result_facts
from server.officers.stock import stock_facts
from server.officers.tale import Branch, Fact, Tone, who
from server.outcomes import queries as outcomes
from server.outcomes.models import Callback, Outcome
from server.outcomes.services import key_of
from server.outcomes.words import REASONS, STATUSES
from server.sampling import queries as sampling
from server.sampling.models import Pairing
from server.sampling.shift_models import StationOperator

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
        *care_facts(session, tube),
        *bench_facts(session, tube),
        *result_facts(session, tube),
        *_outcomes(session, tube),
        *_callbacks(session, tube),
    ]
    return sorted(dict.fromkeys(facts), key=lambda fact: fact.at)


def _clock(pairing: Pairing) -> tuple[str, str]:
    if pairing.claimed_at is not None and pairing.trusted:
        return "; giờ do máy chủ chỉnh", "; time corrected by the server"
    if pairing.claimed_at is not None:
        return "; muộn nhất là lúc này", "; at the latest"
    return ("", "") if pairing.trusted else ("; đồng hồ chưa chỉnh", "; clock not set")


def _pairings(session: Session, tube: Tube) -> Iterator[Fact]:
    pairings = sampling.pairings_of(session, tube)
    live = {pairing.id for pairing in sampling.live_pairings(session, tube)}
    proofs = _proofs(session, [pairing.id for pairing in pairings])
    operators = _operators(session, pairings)
    for pairing in pairings:
        how = ORDERS[pairing.order]
        clock = _clock(pairing)
        took_vi, took_en = (number(pairing.took_ms / 1000, 1, each) for each in ("vi", "en"))
        yield Fact(
            pairing.paired_at,
            "paired" if pairing.id in live else "voided",
            f"Ghép tại {pairing.station} ({how[0]}, {took_vi} giây{clock[0]})",
            f"Paired at {pairing.station} ({how[1]}, {took_en} s{clock[1]})",
            by=operators.get((pairing.station, pairing.operator), pairing.operator),
            evidence=proofs.get(pairing.id, ""),
            opens=_opens(proofs, pairing.id),
            tone=Tone.PLAIN if pairing.id in live else Tone.ASIDE,
            person=pairing.person_id,
        )
        yield _uploaded(pairing, _opens(proofs, pairing.id))


def _operators(session: Session, pairings: Sequence[Pairing]) -> dict[tuple[str, str], str]:
    """Return who a station's tag of an operator stands for, where their card is known."""
    tags = {each.operator for each in pairings if each.operator}
    known = select(StationOperator).where(StationOperator.tag.in_(tags))
    return {(one.station, one.tag): one.person.name or one.tag for one in session.scalars(known)}


def _opens(proofs: dict[UUID, str], event_id: UUID) -> str:
    return f"/evidence/events/{event_id}" if event_id in proofs else ""


def _uploaded(pairing: Pairing, opens: str) -> Fact:
    return Fact(
        pairing.received_at,
        "received",
        f"Trạm {pairing.station} gửi dữ liệu lên máy chủ",
        f"Station {pairing.station} uploaded it",
        tone=Tone.ASIDE,
        opens=opens,
    )


def _proofs(session: Session, event_ids: list[UUID]) -> dict[UUID, str]:
    """Return each event's place in its station's chain, and its hash."""
    found = select(EVENTS).where(EVENTS.c.event_id.in_(event_ids))
    return {
        row.event_id: f"{row.event_id} · #{row.seq} · sha256 {row.hash[:16]}…"
        for row in session.execute(found)
    }


def _voids(session: Session, tube: Tube) -> Iterator[Fact]:
    voids = sampling.voids_of(session, tube)
    proofs = _proofs(session, [void.event_id for void in voids])
    for void in voids:
        yield Fact(
            void.voided_at,
            "voided",
            f"Hủy một lần ghép tại {void.station} ({void.reason})",
            f"A pairing was voided at {void.station} ({void.reason})",
            who(void.by),
            proofs.get(void.event_id, ""),
            Tone.CORRECTION,
            opens=_opens(proofs, void.event_id),
        )


def _pools(session: Session, tube: Tube) -> Iterator[Fact]:
    closings = sampling.closings_of(session, tube)
    proofs = _proofs(session, [closing.event_id for closing in closings])
    for closing in closings:
        yield Fact(
            closing.closed_at,
            "done",
            f"Đóng mẫu gộp: {closing.members} người",
            f"Pool closed: {closing.members} people",
            closing.station,
            proofs.get(closing.event_id, ""),
            opens=_opens(proofs, closing.event_id),
        )


def _outcomes(session: Session, tube: Tube) -> Iterator[Fact]:
    versions = outcomes.versions_of(session, tube)
    known, newer = {each.id: each for each in versions}, {each.supersedes for each in versions}
    for each in versions:
        said, old = _said(each), known.get(each.supersedes) if each.supersedes else None
        vi, en = f"Hồ sơ, bản {each.version}: {said[0]}", f"Record, v{each.version}: {said[1]}"
        tone = Tone.ASIDE if each.id in newer else Tone.PLAIN
        yield Fact(
            each.at, each.status, vi, en, evidence=_why(each), person=each.person_id,
            tone=tone if old is None else Tone.CORRECTION,
            branch=Branch(_said(old), said) if old else None, mark=f"outcome-{each.id}",
        )  # fmt: skip
        yield from _deliveries(session, each)


def _said(outcome: Outcome) -> tuple[str, str]:
    return STATUSES[outcome.status]


def _why(outcome: Outcome) -> str:
    """Return what a version rests on: why, and which facts."""
    vi, en = REASONS.get(outcome.reason, (outcome.reason, outcome.reason))
    why = f"{vi} / {en}" if vi else ""
    return " · ".join(filter(None, [why, outcome.grounds]))


def _deliveries(session: Session, outcome: Outcome) -> Iterator[Fact]:
    """Yield how a version went out to each receiver, ours and others, with the receipt."""
    targets = {TARGET, *(route.target for route in routes.installed())}
    sent = select(Delivery).where(Delivery.target.in_(targets), Delivery.key == key_of(outcome))
    for each in session.scalars(sent.order_by(Delivery.id)):
        yield from _delivery(each, outcome)


def _delivery(sent: Delivery, outcome: Outcome) -> Iterator[Fact]:
    of = f"bản {outcome.version}", f"v{outcome.version}"
    to = ("hồ sơ khai báo", "the declaration record")
    to = to if sent.target == TARGET else (sent.target, sent.target)
    if sent.delivered_at:
        vi, en = f"Đã vào {to[0]} ({of[0]})", f"In {to[1]} ({of[1]})"
        receipt = f"receipt {sent.receipt}"
        yield Fact(
            sent.delivered_at, "delivered", vi, en, evidence=receipt, person=outcome.person_id
        )
    elif sent.state == "dead":
        vi, en = (
            f"Không gửi được vào {to[0]} ({of[0]})",
            f"Could not be delivered to {to[1]} ({of[1]})",
        )
        error = ours(sent.last_error)
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
