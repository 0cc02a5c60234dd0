"""How much waits on each desk of the home page, and since when.  Reads only."""

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from server.accounts import health_queries
from server.accounts.actors import of_stations
from server.accounts.within import ANYWHERE, Within
from server.delivery.models import Delivery
from server.delivery.queries import is_open
from server.desks import Waiting
from server.intake.models import ChainAlert
from server.lab import queries as lab
from server.lab import wells
from server.lab.boxes import queries as lab_boxes
from server.lab.disputes import open_disputes
from server.lab.imports import queries as imports
from server.lab.models import Reception
from server.lab.standing import by_others
from server.outcomes import desks as unmatched
from server.outcomes import gate_desk
from server.outcomes.desk_loads import held, loads
from server.outcomes.models import Callback
from server.people.models import Disagreement, IdentityQuestion
from server.people.whole import both_records
from server.sampling import manual_pairs, sight
from server.sampling.decision_models import Matter, SlipGroup
from server.sampling.matters import matter_in
from server.sampling.shift_models import SlipSuspicion
from server.sampling.slips import merely_suspected
from server.web import now

MineToo = Callable[[Session, str, Within], Waiting]


def on_desks(*desks: unmatched.Desk) -> MineToo:
    """Count what stands on these desks of what does not match."""

    def waiting(session: Session, _by: str, within: Within = ANYWHERE) -> Waiting:
        found = loads(session, desks, within).values()
        return Waiting(sum(load.count for load in found), _oldest(load.oldest for load in found))

    return waiting


def late_on(*desks: unmatched.Desk) -> Callable[[Session, datetime, Within], int]:
    """Count what waits on these desks longer than it may."""

    def late(session: Session, now: datetime, within: Within = ANYWHERE) -> int:
        return sum(each.late for each in held(session, desks, within, now).values())

    return late


def to_test(session: Session, _by: str, within: Within = ANYWHERE) -> Waiting:
    """Count the received tubes to be tested, or tested again, paired or not."""
    found = select(func.count(), func.min(Reception.at)).where(*lab.to_test(within))
    count, oldest = session.execute(found).one()
    return Waiting(count, oldest)


def to_confirm(session: Session, _by: str, within: Within = ANYWHERE) -> Waiting:
    """Count the imports that wait for somebody to confirm them."""
    return Waiting(*imports.waiting(session, within))


def boxes(session: Session, by: str, _within: Within = ANYWHERE) -> Waiting:
    """Count the boxes whose counts differ and that nobody looks into, or that are mine."""
    found = lab_boxes.open_differences(session)
    mine = [open_ones for box, open_ones in found if box.custody.owner in {"", by}]
    return Waiting(len(mine), _oldest(each.at for open_ones in mine for each in open_ones))


def runs_to_confirm(session: Session, by: str, within: Within = ANYWHERE) -> Waiting:
    """Count the runs with tubes that have no result by them, and controls to be verified."""
    rows = [*wells.unconfirmed(session, within), *wells.unverified(session, by=by, within=within)]
    return Waiting(len(rows), _oldest(rows))


def disputes(session: Session, _by: str, within: Within = ANYWHERE) -> Waiting:
    opened = [dispute.opened_at for dispute, _ in open_disputes(session, within)]
    return Waiting(len(opened), _oldest(opened))


def to_verify(session: Session, by: str, within: Within = ANYWHERE) -> Waiting:
    """Count what colleagues entered: nobody verifies their own."""
    return Waiting(*lab.count_waiting(session, within, by_others(by), verified=False))


def to_release(session: Session, by: str, within: Within = ANYWHERE) -> Waiting:
    """Count what is verified and not held: nobody releases what they entered.

    Of very much only the oldest are looked at one by one; the others count as the desk has them.
    """
    free = [each.result.verified_at for each in gate_desk.waiting_for(session, by, within)]
    more = gate_desk.unseen(session, by, within, looked=gate_desk.LOOKED)
    return Waiting(len(free) + more, _oldest(at for at in free if at))


def callbacks(session: Session, _by: str, within: Within = ANYWHERE) -> Waiting:
    open_ones = select(func.count(), func.min(Callback.opened_at))
    open_ones = open_ones.where(Callback.done_at.is_(None), within.rows(Callback.place))
    count, oldest = session.execute(open_ones).one()
    return Waiting(count, oldest)


def slips(session: Session, _by: str, within: Within = ANYWHERE) -> Waiting:
    """Count the groups that are held, and what stations suspect."""
    of_group, of_suspicion = (
        of_stations(within, each) for each in (SlipGroup.station, SlipSuspicion.station)
    )
    held = select(func.count(), func.min(SlipGroup.opened_at))
    held = held.where(SlipGroup.decided_at.is_(None), ~merely_suspected(), of_group)
    groups = Waiting(*session.execute(held).one())
    suspected = _open(session, SlipSuspicion.at, SlipSuspicion.decided_at, of_suspicion)
    return Waiting(groups.count + suspected.count, _oldest((groups.oldest, suspected.oldest)))


def matters(session: Session, _by: str, within: Within = ANYWHERE) -> Waiting:
    return _open(session, Matter.opened_at, Matter.decided_at, matter_in(within))


def manual(session: Session, _by: str, within: Within = ANYWHERE) -> Waiting:
    return Waiting(*manual_pairs.load(session, within))


def identities(session: Session, _by: str, within: Within = ANYWHERE) -> Waiting:
    """Count numbers with two names, and records of perhaps one person."""
    here, answered_at = sight.doubts(within), Disagreement.answered_at
    numbers = _open(session, Disagreement.opened_at, answered_at, here)
    opened, answered = IdentityQuestion.opened_at, IdentityQuestion.answered_at
    records = _open(session, opened, answered, both_records(within))
    return Waiting(numbers.count + records.count, _oldest((numbers.oldest, records.oldest)))


def _open(
    session: Session,
    since: InstrumentedAttribute[datetime],
    ended: InstrumentedAttribute[datetime | None],
    seen: ColumnElement[bool],
) -> Waiting:
    count, oldest = session.execute(
        select(func.count(), func.min(since)).where(ended.is_(None), seen)
    ).one()
    return Waiting(count, oldest)


def alerts(session: Session, _by: str, within: Within = ANYWHERE) -> Waiting:
    open_ones = select(func.count(), func.min(ChainAlert.at))
    mine = ChainAlert.closed_at.is_(None), of_stations(within, ChainAlert.station)
    count, oldest = session.execute(open_ones.where(*mine)).one()
    return Waiting(count, oldest)


def unwell_stations(session: Session, _by: str, within: Within = ANYWHERE) -> Waiting:
    """Count the stations that are silent or sick."""
    return Waiting(*health_queries.unwell(session, now(), within))


def undelivered(session: Session, _by: str, within: Within = ANYWHERE) -> Waiting:
    """Count what is dead: what waits goes out by itself."""
    dead = is_open(), Delivery.state == "dead", within.rows(Delivery.place)
    found = select(func.count(), func.min(Delivery.created_at)).where(*dead)
    count, oldest = session.execute(found).one()
    return Waiting(count, oldest)


def _oldest(times: Iterable[datetime | None]) -> datetime | None:
    return min((at for at in times if at is not None), default=None)
