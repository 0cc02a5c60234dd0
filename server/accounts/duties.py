"""What a station does now, as it says itself: a card at the table changes it."""

from datetime import datetime

from sqlalchemy import event
from sqlalchemy.orm import Session

from contract.duties import Duty
from server.accounts import keyring
from server.accounts.models import Station
from server.audit import services as audit


def note_duty(session: Session, name: str, duty: str, *, now: datetime) -> None:
    """Note the duty of station *name*; a word that we do not know changes nothing."""
    station = session.get(Station, name)
    known = duty in {each.value for each in Duty}
    if station is None or not known or station.duty == duty:
        return
    detail = f"{station.duty} -> {duty}"
    station.duty = duty
    audit.record(session, "station.duty", name, by=f"station:{name}", now=now, detail=detail)
    event.listen(session, "after_commit", keyring.forget, once=True)
