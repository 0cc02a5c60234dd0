"""Where one tube stands now, and what stands beside it in its box.  Reads only."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from contract.tubes import Tube, TubeId
from server.lab.models import Result
from server.outcomes.facts import facts_of
from server.outcomes.known import live_pairings, standing_receptions
from server.sampling import lot_queries, queries, rosters
from server.sampling.lot_models import LotPart
from server.sampling.models import Pairing
from server.sampling.tube_states import Happened, TubeState, state_of

BESIDE = 2

WORDS = {
    TubeState.UNKNOWN: ("unpaired", "không thuộc lô nào", "of no registered lot"),
    TubeState.REGISTERED: ("pending", "trong kho", "in the store"),
    TubeState.ISSUED: ("pending", "đã giao", "issued"),
    TubeState.ASSIGNED: ("pending", "làm sẵn theo danh sách", "ready for somebody on a list"),
    TubeState.VOID: ("voided", "đã hủy", "void"),
    TubeState.PAIRED: ("paired", "đã ghép", "paired"),
    TubeState.UNDONE: ("voided", "lần ghép đã hủy, ống bỏ", "its pairing was voided: used up"),
    TubeState.HELD: ("conflict", "bị giữ, chờ người xem", "held until a person looks"),
    TubeState.UNPAIRED: ("unpaired", "đã nhận, chưa ghép với ai", "received, paired with nobody"),
    TubeState.RECEIVED: ("received", "phòng xét nghiệm đã nhận", "received"),
    TubeState.REJECTED: ("rejected", "bị loại", "rejected"),
    TubeState.RESULTED: ("resulted", "có kết quả", "has a result"),
    TubeState.RELEASED: ("released", "đã phát hành", "released"),
}


class Near(NamedTuple):
    """A tube beside another by its serial: who paired it, and where."""

    tube: Tube
    pairing: Pairing | None


def state_now(session: Session, tube: Tube) -> TubeState:
    facts = facts_of(session, tube)
    lot = queries.lot_of(session, tube)
    standing = standing_receptions(facts)
    part = None
    if lot is not None:
        at = lot_queries.positions_of(session, {tube: lot})[tube]
        part = session.scalar(
            select(LotPart).where(LotPart.lot_id == lot.id, LotPart.first <= at, LotPart.last >= at)
        )
    results = exists().where(Result.tube == tube)
    return state_of(
        Happened(
            registered=lot is not None,
            issued=part is not None and bool(part.station or part.team),
            assigned=rosters.assignment_of(session, tube) is not None,
            void=part is not None and part.void_id is not None,
            paired=bool(facts.pairings),
            live=bool(live_pairings(facts)),
            held=bool(facts.open_conflicts or facts.holds),
            received=any(not each.rejected for each in standing),
            rejected=any(each.rejected for each in standing),
            resulted=bool(session.scalar(select(results))),
            released=any(each.released and not each.withdrawn for each in facts.results),
        )
    )


def beside(session: Session, tube: Tube) -> list[Near]:
    """Return the tubes next to *tube* by serial: where its own pairing is missing, they tell."""
    return list(_beside(session, tube)) if isinstance(tube, TubeId) else []


def _beside(session: Session, tube: TubeId) -> Iterator[Near]:
    for step in (*range(-BESIDE, 0), *range(1, BESIDE + 1)):
        if tube.serial + step < 1:
            continue
        near = TubeId.mint(tube.series, tube.serial + step)
        live = queries.live_pairings(session, near)
        yield Near(near, live[0] if live else None)
