"""Alerts about chains, written in the transaction that stores what raised them."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection, insert, select
from sqlalchemy.orm import Session

from server.audit import services as audit
from server.errors import NotFound
from server.intake.chain import Span
from server.intake.models import ChainAlert


def raise_alert(
    connection: Connection, station: str, kind: str, span: Span, *, detail: str, now: datetime
) -> None:
    """Open an alert, once for each place in a chain."""
    known = select(ChainAlert.id).where(
        ChainAlert.station == station,
        ChainAlert.epoch == span.epoch,
        ChainAlert.kind == kind,
        ChainAlert.seq == span.first,
    )
    if connection.execute(known).first() is None:
        row = {
            "id": uuid4(), "station": station, "epoch": span.epoch, "kind": kind,
            "seq": span.first, "last_seq": span.last, "at": now, "detail": detail,
        }  # fmt: skip
        connection.execute(insert(ChainAlert), [row])


def close_alert(session: Session, alert_id: UUID, *, by: str, now: datetime) -> ChainAlert:
    """Note that a person looked into an alert.  Closing it twice is harmless."""
    alert = session.get(ChainAlert, alert_id)
    if alert is None:
        raise NotFound("Không có cảnh báo này.", "There is no such alert.")
    if alert.closed_at is None:
        alert.closed_at = now
        subject = f"{alert.station}/{alert.epoch}/{alert.seq}"
        audit.record(session, "alert.closed", subject, by=by, now=now, detail=alert.kind)
    return alert
