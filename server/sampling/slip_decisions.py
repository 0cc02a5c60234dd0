"""A person looks at a slip group, or at what a station suspected, and decides with a reason."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from server.errors import BadInput, DomainError, NotFound
from server.sampling import changes, slip_endings, slips
from server.sampling.decision_models import SlipGroup
from server.sampling.decisions import About, DecidedSince, record_decision
from server.sampling.shift_models import SlipSuspicion
from server.sampling.turns import take_turn
from server.sampling.withdrawals import Why, is_live, withdraw


class GroupChanged(DomainError):
    code = "slip-group-changed"


def decide_group(
    session: Session,
    group_id: UUID,
    *,
    wrong: Collection[UUID],
    reason: str,
    by: str,
    now: datetime,
    seen: str | None = None,
) -> SlipGroup:
    """Take back the pairings *wrong* of a group, and let the others' results go again.

    *seen* is the stamp of the screen (None: nobody looked at one).  Raises NotFound, DecidedSince,
    GroupChanged, BadInput for a pairing that is not of the group.
    """
    group = _open_group(session, group_id)
    if seen is not None:
        _check_seen(session, group, seen)
    if set(wrong) - {each.pairing_id for each in group.members}:
        raise BadInput(
            "Chọn các lần ghép của nhóm này.", "Choose pairings of this group.", field="wrong"
        )
    verdict = "some-wrong" if wrong else "all-right"
    record_decision(session, About.SLIP, group_id, verdict=verdict, reason=reason, by=by, now=now)
    group.decided_at, group.over = now, False  # of what is known now
    session.flush()
    for member in group.members:
        if member.pairing_id in wrong and is_live(session, member.pairing):
            withdraw(session, member.pairing, Why.SLIP, by=by, now=now)
    for tube in dict.fromkeys(each.tube for each in group.members):
        changes.changed(session, tube, now=now)
    return group


def _open_group(session: Session, group_id: UUID) -> SlipGroup:
    """Return the group in its turn; raise DecidedSince where it is settled or ended by itself."""
    group = session.get(SlipGroup, group_id)
    if group is None:
        raise NotFound("Không có nhóm này.", "There is no such group.")
    _take_turn_of(session, group)
    if group.decided_at is not None:
        raise DecidedSince(
            "Nhóm này vừa được giải quyết. Mở lại trang để xem.",
            "This group was just settled. Open the page again.",
        )
    for member in group.members:
        session.refresh(member.pairing)
    return group


def _take_turn_of(session: Session, group: SlipGroup) -> None:
    """Wait for its tubes, then for the group: as does whoever brings a pairing of it."""
    take_turn(session, [each.tube for each in group.members])
    session.refresh(group, with_for_update=True)


def _check_seen(session: Session, group: SlipGroup, seen: str) -> None:
    if slips.stamps(session, [group])[group.id] != seen:
        raise GroupChanged(
            "Các lần ghép của nhóm này vừa thay đổi. Mở lại trang, xem lại rồi quyết định.",
            "The pairings of this group just changed. Open the page again, look, then decide.",
        )


def decide_suspicion(
    session: Session, event_id: UUID, *, slipped: bool, reason: str, by: str, now: datetime
) -> int:
    """Let a suspicion rest and its pairs go, or keep them held; return how many tubes are held."""
    suspicion = session.get(SlipSuspicion, event_id)
    if suspicion is None:
        raise NotFound("Không có nghi vấn này.", "There is no such suspicion.")
    take_turn(session, slips.tubes_of(suspicion))  # before what is decided, as in `_take_turn_of`
    group = session.get(SlipGroup, event_id)
    if group is not None:
        _take_turn_of(session, group)
    session.refresh(suspicion, with_for_update=True)
    if suspicion.decided_at is not None:
        raise DecidedSince(
            "Có người vừa xem nghi vấn này. Mở lại trang.",
            "Somebody just looked at this. Open the page again.",
        )
    verdict = "hold" if slipped else "no-slip"
    record_decision(
        session, About.SUSPICION, event_id, verdict=verdict, reason=reason, by=by, now=now
    )
    suspicion.decided_at = now
    if not slipped:
        slip_endings.let_rest(session, event_id, now=now)
        return 0
    slips.flag_suspected(session, suspicion, now=now)
    group = session.get(SlipGroup, event_id)
    return len(group.members) if group else 0
