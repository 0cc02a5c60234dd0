"""Conflicts: open one where claims contradict, hold the tube, let a person decide.

No order of arrival matters: a conflict that a void ends, ends by itself, as if the void had come
first.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from contract.tubes import Tube, TubeKind
from server import stamps
from server.audit import services as audit
from server.errors import BadInput, DomainError, NotFound
from server.sampling import changes, matters, queries, slips
from server.sampling.claims import Claim, Contradiction, contradiction, upheld_with
from server.sampling.decisions import About, record_decision
from server.sampling.models import ConflictClaim, Pairing, PairingVoid, TubeConflict
from server.sampling.turns import take_turn

REVIEWER = "system:sampling"


class AlreadyDecided(DomainError):
    code = "conflict-already-decided"


class ConflictGrew(DomainError):
    code = "conflict-grew"


def review(session: Session, tube: Tube, *, now: datetime) -> None:
    """Open, extend or end the conflict about *tube*, as its live pairings demand."""
    take_turn(session, [tube])
    live = queries.live_pairings(session, tube)
    claims = [_claim(pairing) for pairing in live]
    kind = (
        contradiction(tube.kind, claims)
        or _overruled(session, tube, claims)
        or _after_withdrawal(session, tube, live)
    )
    standing = queries.open_conflict_of(session, tube)
    if kind is None:
        if standing is not None:
            _end(session, standing, now)
        return
    if standing is None:
        standing = TubeConflict(id=uuid4(), tube=tube, kind=kind, opened_at=now, claims=[])
        session.add(standing)
        audit.record(session, "conflict.opened", tube, by=REVIEWER, now=now, detail=kind)
    _hear(session, standing, live)


def _overruled(session: Session, tube: Tube, live: Collection[Claim]) -> str | None:
    """Return the kind of the last decision about *tube*, if a claim came that it did not uphold.

    Without this, a scan that was uploaded late would win a tube that was given to somebody else, or
    to nobody, only because its rivals are set aside.
    """
    decided = [each for each in queries.conflicts_of(session, tube) if _is_decided(each)]
    if not decided:
        return None
    upheld: set[str] = set()  # what was said of a side last counts
    for conflict in sorted(decided, key=lambda each: each.decided_at or each.opened_at):
        said = [(_claim(each.pairing).side(tube.kind), each.upheld) for each in conflict.claims]
        upheld -= {side for side, _ in said}
        upheld |= {side for side, holds in said if holds}
    return decided[-1].kind if {claim.side(tube.kind) for claim in live} - upheld else None


def _after_withdrawal(session: Session, tube: Tube, live: Collection[Pairing]) -> str | None:
    """Return the kind of contradiction where a person took the tube from whoever had it, before.

    Then nobody knows whose sample is in it; a claim of another that is heard of only later, by a
    number that is there twice, would be given it unasked.  What a person upheld is asked once.
    """
    taken = [void for void in queries.voids_of(session, tube) if not is_by_station(void)]
    if not taken or not live:
        return None
    since = min(void.received_at for void in taken)
    asked = {
        each.pairing_id
        for conflict in queries.conflicts_of(session, tube)
        for each in conflict.claims
        if each.upheld
    }
    if all(each.id in asked or each.received_at <= since for each in live):
        return None
    return Contradiction.TWO_STATIONS if tube.kind is TubeKind.POOL else Contradiction.TWO_PERSONS


def is_by_station(void: PairingVoid) -> bool:
    """Return whether the station itself undid what it had paired; else a person took it back."""
    return void.by.startswith("station:")


def _is_decided(conflict: TubeConflict) -> bool:
    """Return whether a person decided; what a void ended upheld nobody and refused nobody."""
    return any(claim.upheld is not None for claim in conflict.claims)


def decide_conflict(
    session: Session,
    conflict_id: UUID,
    *,
    keep: UUID | None,
    reason: str,
    by: str,
    now: datetime,
    seen: str | None = None,
    instead_of: UUID | None = None,
) -> TubeConflict:
    """Uphold the claim *keep* (for a pool: its station's claims), or none, and free the tube.

    What is not upheld is set aside, never deleted; the runs that it stands in are looked at.
    *seen* is the `stamp` of what the deciding person saw; *instead_of* is the decision that this
    one supersedes.  Raises NotFound, AlreadyDecided, ConflictGrew, DecidedSince, BadInput.
    """
    conflict = _undecided(session, conflict_id, again=instead_of is not None)
    if seen is not None and seen != stamp(conflict):
        raise ConflictGrew(
            f"Các lần ghép của ống {conflict.tube.grouped} vừa thay đổi: có thêm lần ghép, hoặc một"
            " lần nay là của người khác. Xem lại rồi quyết định.",
            f"The pairings of tube {conflict.tube.grouped} just changed: another came, or one is"
            " another person's now. Look again, then decide.",
        )
    live = {pairing.id for pairing in queries.live_pairings(session, conflict.tube)}
    claims = [_claim(each.pairing) for each in conflict.claims if each.pairing_id in live]
    upheld = upheld_with(conflict.tube.kind, claims, keep)
    if keep is not None and not upheld:
        raise BadInput(
            "Chọn một trong các lần ghép còn hiệu lực của ống này, hoặc không giữ lần nào.",
            "Choose one of this tube's pairings that nobody voided, or none of them.",
            field="keep",
        )
    for each in conflict.claims:
        each.upheld = each.pairing_id in upheld
    conflict.decided_at, conflict.decided_by = now, by
    conflict.kept_id, conflict.reason = keep, reason
    record_decision(
        session, About.CONFLICT, conflict_id, verdict="kept" if keep else "kept-none", kept=keep,
        reason=reason, by=by, now=now, tube=conflict.tube, instead_of=instead_of,
    )  # fmt: skip
    # Superseding an older decision may leave two claims: its own and one that was upheld since.
    review(session, conflict.tube, now=now)
    changes.changed(session, conflict.tube, now=now)
    for each in conflict.claims:
        if each.pairing_id in live and not each.upheld:
            slips.flag_around(session, each.pairing, slips.Cause.CONFLICT, now=now)
            matters.ask_again(session, each.pairing, now=now)
    return conflict


def stamp(conflict: TubeConflict) -> str:
    """Return by what a stale page is told: which claims there are, and whose each of them is."""
    seen = sorted((str(each.pairing_id), str(each.pairing.person_id)) for each in conflict.claims)
    return stamps.of(seen)


def _undecided(session: Session, conflict_id: UUID, *, again: bool) -> TubeConflict:
    conflict = session.get(TubeConflict, conflict_id)
    if conflict is None:
        raise NotFound("Không có tranh chấp này.", "There is no such conflict.")
    take_turn(session, [conflict.tube])
    session.refresh(conflict)
    for each in conflict.claims:
        session.refresh(each.pairing)
    if again and _is_decided(conflict):
        for each in conflict.claims:
            each.upheld = None
        session.flush()
    elif conflict.decided_at is not None:
        raise AlreadyDecided(
            f"Tranh chấp về ống {conflict.tube.grouped} đã được giải quyết. Mở lại trang để xem.",
            f"The conflict about tube {conflict.tube.grouped} is decided. Open the page again.",
        )
    return conflict


def _hear(session: Session, conflict: TubeConflict, live: Collection[Pairing]) -> None:
    """Add claims that the conflict does not know yet."""
    session.flush()
    known = {claim.pairing_id for claim in conflict.claims}
    for pairing in live:
        if pairing.id not in known:
            conflict.claims.append(ConflictClaim(pairing_id=pairing.id, pairing=pairing))
    session.flush()


def _end(session: Session, conflict: TubeConflict, now: datetime) -> None:
    conflict.decided_at, conflict.decided_by = now, REVIEWER
    conflict.reason = "a void left no two claims"
    audit.record(session, "conflict.ended", conflict.tube, by=REVIEWER, now=now)


def _claim(pairing: Pairing) -> Claim:
    return Claim(pairing.id, pairing.person_id, pairing.station)
