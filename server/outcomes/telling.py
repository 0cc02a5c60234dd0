"""Say to the trail and to the outbox that versions were written."""

from collections.abc import Sequence
from datetime import datetime
from itertools import repeat

from sqlalchemy.orm import Session

from server.audit import services as audit
from server.declarations.notice import TARGET
from server.delivery import services as delivery
from server.delivery.channels import Message
from server.delivery.firsts import Firsts, publish_first
from server.delivery.routes import Label

WRITTEN = "outcome.written"
SETTLER = "system:outcomes"


def tell_first(session: Session, tubes: Sequence[str], firsts: Firsts, *, now: datetime) -> None:
    """As `tell`, of first versions."""
    audit.record_each(session, WRITTEN, list(zip(repeat(SETTLER), tubes, repeat("v1"))), now=now)
    publish_first(session, TARGET, firsts, now=now)


def tell(session: Session, told: Sequence[tuple[Message, Label]], *, now: datetime) -> None:
    """Leave a trace of each version, and put its message into the outbox."""
    # Who reads the trail reads no findings.  A key ends in the version: "…/v1".
    entries = [
        (SETTLER, message.key.rsplit("/", 2)[0], f"v{message.version}") for message, _ in told
    ]
    audit.record_each(session, WRITTEN, entries, now=now)
    delivery.publish(session, told, now=now)
