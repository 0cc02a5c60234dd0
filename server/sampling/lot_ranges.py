"""Which tubes of a lot a person means: by number in the lot, or by scanning the first and the last.

Both fields empty mean the whole lot; an empty last one means one tube.
"""

from sqlalchemy.orm import Session

from contract.tubes import TubeError, tube
from server.errors import BadInput
from server.sampling import lot_queries, queries
from server.sampling.lot_tiles import Run
from server.sampling.models import Lot


def run_of(session: Session, lot: Lot, first: str, last: str) -> Run:
    """Return the run from *first* to *last*.  Raises BadInput."""
    if not first.strip() and not last.strip():
        return Run(1, lot.size)
    start = _position(session, lot, first or last, "first" if first else "last")
    end = _position(session, lot, last or first, "last" if last else "first")
    if end < start:
        raise BadInput(
            f"Ống cuối ({end}) đứng trước ống đầu ({start}). Đổi lại hai ô.",
            f"The last tube ({end}) stands before the first ({start}). Swap the two fields.",
            field="last",
        )
    return Run(start, end)


def _position(session: Session, lot: Lot, text: str, field: str) -> int:
    given = text.strip().upper().replace(" ", "")[:40]
    scanned = _scanned(session, lot, given)
    if scanned is not None:
        return scanned
    if given.isascii() and given.isdigit() and len(given) <= 5 and 1 <= int(given) <= lot.size:
        return int(given)
    raise BadInput(
        f"“{text.strip()[:40]}” không phải ống của lô {lot.id}. Quét một ống của lô, hoặc nhập số"
        f" thứ tự từ 1 đến {lot.size}.",
        f"“{text.strip()[:40]}” is no tube of {lot.id}. Scan one of its tubes, or give its number"
        f" in the lot, 1 to {lot.size}.",
        field=field,
    )


def _scanned(session: Session, lot: Lot, given: str) -> int | None:
    try:
        seen = tube(given)
    except TubeError:
        return None
    if queries.lot_of(session, seen) is not lot:
        return None
    return lot_queries.positions_of(session, {seen: lot})[seen]
