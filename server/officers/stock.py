"""What happened to a tube before anybody's sample was in it: its part of the story.  Reads only."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.officers.tale import Fact, Tone, who
from server.sampling import lot_queries, queries, rosters
from server.sampling.models import Lot


def stock_facts(session: Session, tube: Tube) -> Iterator[Fact]:
    """Yield how *tube* was registered, set ready, printed, handed on, and made void."""
    lot = queries.lot_of(session, tube)
    if lot is None:
        return
    at = lot_queries.positions_of(session, {tube: lot})[tube]
    yield _aside(lot.created_at, f"Đăng ký trong lô {lot.id}", f"Registered in lot {lot.id}",
                 lot.created_by)  # fmt: skip
    yield from _set_ready(session, lot, tube)
    yield from _printed(session, lot, at)
    yield from _handed_on(session, lot, at)
    yield from _void(session, lot, at)


def _set_ready(session: Session, lot: Lot, tube: Tube) -> Iterator[Fact]:
    entry, roster = rosters.assignment_of(session, tube), rosters.roster_of(session, lot.id)
    if entry is not None and roster is not None:
        yield _aside(
            roster.created_at,
            f"Làm sẵn cho người số {entry.position} của danh sách {roster.title}",
            f"Made ready for number {entry.position} of the roster {roster.title}",
            roster.created_by,
        )


def _printed(session: Session, lot: Lot, at: int) -> Iterator[Fact]:
    runs = [run for run in lot_queries.prints_of(session, lot) if run.first <= at <= run.last]
    for times, run in enumerate(runs, 1):
        yield _aside(
            run.at, f"In nhãn lần {times} ({run.stock})", f"Label run {times} ({run.stock})", run.by
        )


def _handed_on(session: Session, lot: Lot, at: int) -> Iterator[Fact]:
    for move in lot_queries.moves_of(session, lot):
        if move.first <= at <= move.last:
            vi, en = f"Giao cho {move.taker}", f"Issued to {move.taker}"
            if move.taker.is_store:
                vi, en = f"{move.giver} trả lại kho", f"Returned by {move.giver}"
            yield _aside(move.at, vi, en, move.by)


def _void(session: Session, lot: Lot, at: int) -> Iterator[Fact]:
    for void in lot_queries.voids_of(session, lot):
        if not void.first <= at <= void.last:
            continue
        yield Fact(
            void.at, "voided", "Hủy ống: không được dùng", "The tube is void: not to be used",
            who(void.by), evidence=void.reason,
            tone=Tone.ASIDE if void.lifted_at else Tone.PROBLEM,
        )  # fmt: skip
        if void.lifted_at:
            yield _aside(void.lifted_at, "Bỏ hủy: dùng lại được", "The void was lifted",
                         void.lifted_by)  # fmt: skip


def _aside(at: datetime, vi: str, en: str, by: str | None) -> Fact:
    return Fact(at, "created", vi, en, who(by), tone=Tone.ASIDE)
