"""A person takes a pairing back that a station made: it is void from then on, and never deleted."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from server.audit import services as audit
from server.errors import DomainError, NotFound
from server.sampling import changes, conflicts, matters, queries
from server.sampling.models import Pairing, PairingVoid
from server.sampling.turns import take_turn


class Why(StrEnum):
    """Stored with the void, and never changes."""

    DENIED = "denied"  # the person says that it was not they, or not this tube
    SLIP = "slip"
    TWICE = "person-twice"
    IDENTITY = "identity"
    MANUAL = "typed-wrong"


class NoLongerPaired(DomainError):
    code = "no-longer-paired"


def pairing_of(session: Session, pairing_id: UUID) -> Pairing:
    """Return the pairing, its tube held against other writers.  Raises NotFound."""
    pairing = session.get(Pairing, pairing_id)
    if pairing is None:
        raise NotFound("Không có lần ghép này.", "There is no such pairing.")
    take_turn(session, [pairing.tube])
    return pairing


def is_live(session: Session, pairing: Pairing) -> bool:
    return any(each.id == pairing.id for each in queries.live_pairings(session, pairing.tube))


def withdraw(session: Session, pairing: Pairing, why: Why, *, by: str, now: datetime) -> None:
    """Void *pairing* as its station would have; what followed from it is taken back.

    Raises NoLongerPaired where it does not hold any more.
    """
    if not is_live(session, pairing):
        raise NoLongerPaired(
            f"Lần ghép này của ống {pairing.tube.grouped} đã bị hủy. Mở lại trang để xem.",
            f"This pairing of tube {pairing.tube.grouped} is void already. Open the page again.",
        )
    void = PairingVoid(
        event_id=uuid4(), pairing_id=pairing.id, tube=pairing.tube, station=pairing.station,
        reason=why, by=by, voided_at=now, received_at=now,
    )  # fmt: skip
    session.add(void)
    audit.record(session, "tube.voided", pairing.tube, by=by, now=now, detail=why)
    session.flush()
    conflicts.review(session, pairing.tube, now=now)
    touched = matters.end_repeats(session, pairing, now)
    take_turn(session, touched)  # before people: whoever gives one of these tubes goes that way
    matters.ask_again(session, pairing, now=now)
    changes.all_changed(session, [pairing.tube, *touched], now=now)
