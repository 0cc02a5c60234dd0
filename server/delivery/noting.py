"""Noting how messages went, and whether their target is there.

What found the target away, or our own database, loses no try.  Once the target is left alone, or
where it answered others just now, it rests while they go: where only this message is not let
through (a filter before the receiver, a fault that ends its program), the target would be asked
with it alone for ever, or with it between any few.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, bindparam, update
from sqlalchemy.orm import Session

from server.db import among_numbers, listed
from server.delivery import arrivals, backoff, circuits
from server.delivery.channels import Refused, Unreachable
from server.delivery.models import Delivery
from server.delivery.taking import Taken
from server.retry import trouble_of
from server.rows import change_stored
from server.stored_times import stored_time

ATTEMPTS = 12  # failures that are somebody's fault, before a person must look


@dataclass(frozen=True)
class Sent:
    """How handing over one message went: a receipt, or an error."""

    taken: Taken
    receipt: str = ""
    error: Exception | None = None

    @property
    def is_away(self) -> bool:
        return isinstance(self.error, Unreachable)

    @property
    def counts(self) -> bool:
        """Return whether this tells of the message: neither its target nor our database is away."""
        return self.error is None or not (self.is_away or trouble_of(self.error))


def note_all(session: Session, target: str, sent: Sequence[Sent], now: datetime) -> int:
    """Note how messages went, and whether their target is there; return how many arrived."""
    good = [(each.taken, each.receipt) for each in sent if each.error is None]
    arrived = note_delivered(session, good, now=now)
    away = [each.error for each in sent if each.is_away]
    answered = any(each.counts for each in sent)
    if answered:  # what fails after it is the first in a row
        circuits.answered(session, target, now=now)
    until = circuits.was_away(session, target, str(away[-1]), now=now) if away else None
    others_go_from = until or (now if answered else None)
    for each in sent:
        if each.error is not None:
            note_failed(
                session, each.taken, error=f"{type(each.error).__name__}: {each.error}",
                final=isinstance(each.error, Refused),
                again_at=_again_at(each, others_go_from, now), now=now,
            )  # fmt: skip
    return arrived


def _again_at(sent: Sent, others_go_from: datetime | None, now: datetime) -> datetime | None:
    """Return when it is tried again, None where that hangs on how often it failed."""
    if sent.counts:
        return None
    if sent.is_away:
        return others_go_from + circuits.TURN if others_go_from else now
    return now + backoff.FIRST


def note_delivered(
    session: Session, receipts: Sequence[tuple[Taken, str]], *, now: datetime
) -> int:
    """Note what arrived; return how many were still ours to note.

    A message whose lease was lost meanwhile is left to the worker that has it.
    """
    if not receipts:
        return 0
    table = Delivery.__table__
    noted = session.connection().execute(
        update(Delivery)
        .where(table.c.id == bindparam("i"), table.c.lease == bindparam("l"))
        .where(table.c.state == "waiting")
        .values(
            lease=None, leased_until=None, state="delivered", receipt=bindparam("r"),
            delivered_at=now, attempts=bindparam("a"), last_error=None,
        ),
        [
            {"i": taken.id, "l": taken.lease, "r": _kept(receipt), "a": taken.attempts + 1}
            for taken, receipt in receipts
        ],
    )  # fmt: skip
    _tell(session, [taken for taken, _ in receipts], now)
    return noted.rowcount


def _kept(receipt: str) -> str:
    """Return what a receiver answered as PostgreSQL takes it: one NUL, and none would be noted."""
    return receipt.replace("\0", "")[:200]


def note_in_place(session: Session, taken: Sequence[Taken], *, receipts: str, now: datetime) -> int:
    """Note what `heads` gave of one target and this transaction delivered: one statement."""
    if not taken:
        return 0
    at = stored_time(session, now)
    which = {"ids": listed([each.id for each in taken]), "head": receipts, "at": at}
    noted = change_stored(session, _IN_PLACE, which)
    keys = [each.message.key for each in taken]
    arrivals.tell(session, taken[0].message.target, keys, now=now)
    return noted


def _tell(session: Session, taken: Sequence[Taken], now: datetime) -> None:
    for target in sorted({each.message.target for each in taken}):
        keys = [each.message.key for each in taken if each.message.target == target]
        arrivals.tell(session, target, keys, now=now)


_IN_PLACE = (
    update(Delivery)
    .where(among_numbers(Delivery.id, "ids"), Delivery.state == "waiting")
    .values(
        lease=None, leased_until=None, state="delivered",
        receipt=bindparam("head", type_=String) + Delivery.key, delivered_at=bindparam("at"),
        attempts=Delivery.attempts + 1, last_error=None,
    )
)  # fmt: skip


def note_failed(
    session: Session, taken: Taken, *, error: str, final: bool, again_at: datetime | None,
    now: datetime,
) -> bool:  # fmt: skip
    """Note a failure: dead if *final* or the last of the attempts that count, else tried again.

    With *again_at* it does not count: it is the target's trouble, or ours, and not the message's.
    """
    counts = again_at is None
    attempts = taken.attempts + (1 if counts or final else 0)
    dead = final or (counts and attempts >= ATTEMPTS)
    return _finish(
        session, taken, state="dead" if dead else "waiting", attempts=attempts,
        last_error=error[:2000], next_try_at=again_at or now + backoff.wait(attempts),
    )  # fmt: skip


def let_go(session: Session, taken: Sequence[Taken]) -> None:
    """Give back what was not tried, all of one claim: the target went away before its turn."""
    if taken:
        ids = [each.id for each in taken]
        held = Delivery.id.in_(ids), Delivery.lease == taken[0].lease, Delivery.state == "waiting"
        session.execute(update(Delivery).where(*held).values(lease=None, leased_until=None))


def _finish(session: Session, taken: Taken, **values: object) -> bool:
    done = session.execute(
        update(Delivery)
        .where(Delivery.id == taken.id, Delivery.lease == taken.lease)
        .where(Delivery.state == "waiting")
        .values(lease=None, leased_until=None, **values)
        .returning(Delivery.id)
    )
    return done.first() is not None
