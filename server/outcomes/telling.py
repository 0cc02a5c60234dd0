"""Say to the trail and to the outbox that versions were written."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from server.audit import services as audit
from server.delivery import services as delivery
from server.delivery.channels import Message
from server.delivery.routes import Label

SETTLER = "system:outcomes"


def tell(session: Session, told: Sequence[tuple[Message, Label]], *, now: datetime) -> None:
    """Leave a trace of each version, and put its message into the outbox."""
    # Who reads the trail reads no findings.  A key ends in the version: "…/v1".
    entries = [
        (SETTLER, message.key.partition("/")[0], f"v{message.version}") for message, _ in told
    ]
    audit.record_each(session, "outcome.written", entries, now=now)
    delivery.publish(session, told, now=now)
