"""How a station goes on where its journal ended: the duty, what is still open, what UNDO knows."""

from time import monotonic

from contract.boxes import BoxId
from contract.duties import Duty
from contract.tubes import tube
from device.drafts import Moment
from device.duties.books import Books
from device.ledger import Ledger
from device.stages import Last, OpenBox, OpenPool, Stage, State


def state_at_start(ledger: Ledger, now: Moment, set_duty: Duty) -> State:
    """Return the state in which a station starts whose settings say *set_duty*."""
    duty = duty_at_start(ledger.duties, set_duty, pool_open=ledger.open_pool is not None)
    stage: Stage = box_at_start(ledger.duties) or State().stage
    if ledger.open_pool is not None:
        text, members = ledger.open_pool
        stage = OpenPool(tube(text), members, _joined_at(ledger, now))
    return State(stage, _undoable(ledger, now, duty), duty=duty)


def _undoable(ledger: Ledger, now: Moment, duty: Duty) -> Last | None:
    """Return what UNDO may take back: of this duty, and of this boot, whose clock says how old."""
    if duty is Duty.CHECK_IN:
        made = ledger.duties.last
        known = Last("", made.tag, made.mono / 1e9) if made else None
        return known if made and made.boot == now.boot else None
    last = ledger.last if duty is Duty.SAMPLING else None
    return Last(last.tube, last.tag, last.mono / 1e9) if last and last.boot == now.boot else None


def duty_at_start(books: Books, set_duty: Duty, *, pool_open: bool) -> Duty:
    """Return what a station does that starts with these *books*.

    What lies open on the table is finished first.  A card's word outlasts a restart, until the
    settings say something new.
    """
    if pool_open:
        return Duty.SAMPLING
    if books.open_box is not None:
        return Duty.RECEPTION
    known = {duty.value for duty in Duty}
    if books.duty in known and books.set_duty == set_duty:
        return Duty(books.duty)
    return set_duty


def box_at_start(books: Books) -> OpenBox | None:
    """Return the box that was open when the station ended."""
    opened = books.open_box
    if opened is None:
        return None
    tubes = books.tubes_in(opened.box)
    return OpenBox(BoxId(opened.box), opened.expected, tubes, monotonic(), fresh=False)


def _joined_at(ledger: Ledger, now: Moment) -> float:
    """Return when the open pool was last joined, on this boot's clock, as far as can be known."""
    last = ledger.last
    if last is not None and last.boot == now.boot:
        return last.mono / 1e9
    used = ledger.use_of(ledger.open_pool[0]) if ledger.open_pool else None
    if used is None or used.at is None or not now.trusted:
        return monotonic()
    return monotonic() - max(0.0, (now.at - used.at).total_seconds())
