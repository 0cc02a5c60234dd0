"""Each day's figures on their way up: put into the outbox when they differ from what was told.

Every process may do it; one of them has the lease.  Days of the last week are looked at each
time, so that a late result moves the day on which its sample was taken; of older ones those that
changed while a message of them waited, and one more by turns, for what a station uploads late.
A day that was told and has no sample any more (a clock was put right) is told as empty.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256

import msgspec
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from contract.upstream import FiguresWire, PlaceFigures
from server.db import Database
from server.delivery import services
from server.delivery.channels import Message
from server.delivery.models import Delivery
from server.delivery.queries import is_open
from server.delivery.routes import Route
from server.exchange.upstream import FIGURES
from server.figures.days import day_of
from server.figures.models import cells
from server.leases import LeaseLost, holding
from server.rounds import Rounds
from server.upstream.models import UpstreamSent

log = logging.getLogger(__name__)
EVERY_SECONDS = 60.0
DAYS = 8
OLDER = 400  # days, of which one is looked at each minute
BY, LATER = "system:forwarder", "newer figures of this day go out"
_CHANGED = ""  # the digest of a day that was told, and is not so any more
RELEASED = ("released", "delivered")  # a tube that is further has been at the steps before
REACHED = {
    "received": ("received", "rejected", "resulted", *RELEASED),
    "resulted": ("resulted", *RELEASED),
    "released": RELEASED,
}


def forward(session: Session, above: Sequence[Route], now: datetime) -> int:
    """Put the figures of days into the outbox of those *above* where they changed: to each what
    its places are."""
    put = 0
    for day in _days(session, [each.target for each in above], now):
        places = figures_of(session, day)
        for each in above:
            its = [figures for figures in places if each.covers(figures.place)]
            put += _tell(session, each.target, FiguresWire(day=day, at=now, places=tuple(its)))
    return put


def _days(session: Session, targets: Sequence[str], now: datetime) -> list[date]:
    days = {day_of(now) - timedelta(days=back) for back in range(DAYS)} | {older_day(now)}
    changed = UpstreamSent.digest == _CHANGED, UpstreamSent.target.in_(targets)
    days.update(session.scalars(select(UpstreamSent.day).where(*changed)))
    return sorted(days, reverse=True)


def older_day(now: datetime) -> date:
    """Return the older day whose turn it is: each of them has one in as many minutes."""
    turn = int(now.timestamp() // EVERY_SECONDS) % OLDER
    return day_of(now) - timedelta(days=DAYS + turn)


def figures_of(session: Session, day: date) -> tuple[PlaceFigures, ...]:
    """Return the roll-up of *day* by place."""
    reached = {
        step: sum(cells.c[f"at_{state}"] for state in states) for step, states in REACHED.items()
    }
    asked = select(
        cells.c.place,
        func.sum(cells.c.people).label("people"),
        func.sum(cells.c.tubes).label("tubes"),
        *(func.sum(total).label(step) for step, total in reached.items()),
    )
    found = session.execute(asked.where(cells.c.day == day).group_by(cells.c.place))
    rows = sorted(found.all(), key=lambda row: str(row.place))
    return tuple(
        PlaceFigures(
            place=row.place, people=int(row.people), tubes=int(row.tubes),
            received=int(row.received), resulted=int(row.resulted), released=int(row.released),
        )
        for row in rows if row.place
    )  # fmt: skip


def _tell(session: Session, target: str, said: FiguresWire) -> bool:
    """One message of a day waits at a time: what changes meanwhile is told by the next.

    That it changed is kept: by the time the message is out the day may be an old one.
    """
    day, now, subject = said.day, said.at, f"{FIGURES}{said.day.isoformat()}"
    digest = sha256(msgspec.json.encode(said.places)).hexdigest()
    sent = session.get(UpstreamSent, (target, day), with_for_update=True, populate_existing=True)
    waits = exists().where(
        Delivery.target == target,
        Delivery.subject == subject,
        Delivery.state == "waiting",
        Delivery.delivered_at.is_(None),
    )
    as_known = sent.digest == digest if sent is not None else not said.places
    if as_known:
        return False
    if session.scalar(select(waits)):
        if sent is not None:
            sent.digest = _CHANGED
        return False
    if sent is None:
        sent = UpstreamSent(target=target, day=day, version=0)
        session.add(sent)
    sent.version, sent.digest, sent.at = sent.version + 1, digest, now
    _step_aside(session, target, subject, now)
    key, body = f"{subject}/v{sent.version}", msgspec.json.encode(said).decode()
    message = Message(target, key, subject, sent.version, body)
    services.enqueue_all(session, [message], now=now)
    return True


def _step_aside(session: Session, target: str, subject: str, now: datetime) -> None:
    """Give up what said that this day is empty and was refused: else nothing more of it goes out.

    Servers of ours take an empty day, older ones too; another's may not.  Whoever looks after
    deliveries sees such a message until the day has something to say again.
    """
    dead = select(Delivery).where(Delivery.target == target, Delivery.subject == subject)
    for each in session.scalars(dead.where(is_open(), Delivery.state == "dead")).all():
        if not msgspec.json.decode(each.payload, type=FiguresWire).places:
            services.set_aside(session, each.id, reason=LATER, by=BY, now=now)


class Forwarder(Rounds):
    """The forwarding beside the pages; one process at a time does it."""

    name = "forwarder"
    first_rest = 1.0

    def __init__(
        self, database: Database, above: Iterable[Route], clock: Callable[[], datetime]
    ) -> None:
        super().__init__()
        self._database, self._above, self._clock = database, tuple(above), clock

    def start(self) -> None:
        if self._above:
            super().start()

    def once(self) -> int:
        """Look once; return how many messages were put into the outbox."""
        with holding(self._database, "forward figures", self._clock) as ours:
            if ours is None:
                return 0
            with ours.write() as session:
                return forward(session, self._above, self._clock())

    def round(self) -> float:
        try:
            self.once()
        except LeaseLost:
            log.info("another process forwards the figures")
        return EVERY_SECONDS
