"""What people agreed to: which words, when, by whom; and that they take it back.

The record of it is the declaration itself, whose row stays when its answers go.  Withdrawing takes
away what only rested on it: answers about health, and what phones remember.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.audit import services as audit
from server.declarations import form_versions, phones
from server.declarations.models import CheckIn, Declaration
from server.declarations.withdrawn import WITHDRAWN
from server.errors import NotFound
from server.people import merges
from server.record import requests, stored
from server.record.request_models import DataRequest
from server.record.requests import Kind


class Agreed(NamedTuple):
    """One consent: the version of the words, when it was first and last given, by others or not."""

    version: str
    first: datetime
    last: datetime
    times: int
    by_others: int
    words: tuple[tuple[str, ...], tuple[str, ...]]  # Vietnamese, English


def consents_of(session: Session, ids: Sequence[UUID]) -> list[Agreed]:
    """Return what a person agreed to, the newest first."""
    asked = select(
        Declaration.consent, Declaration.form_id, Declaration.at, Declaration.on_behalf
    ).where(Declaration.person_id.in_(ids), Declaration.consent != "")
    by_version: dict[str, list[tuple[str, datetime, bool]]] = {}
    for version, form, at, other in session.execute(asked.order_by(Declaration.at)):
        by_version.setdefault(version, []).append((form, at, other))
    made = [
        Agreed(
            version, given[0][1], given[-1][1], len(given), sum(other for _, _, other in given),
            _words(session, version, given[-1][0]),
        )
        for version, given in by_version.items()
    ]  # fmt: skip
    return sorted(made, key=lambda each: each.last, reverse=True)


def _words(session: Session, version: str, form_id: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    try:
        consent = form_versions.form_of(session, form_id).consent
    except NotFound:
        return (), ()
    return (consent.vi, consent.en) if consent and consent.id == version else ((), ())


def withdrawn_at(session: Session, ids: Sequence[UUID]) -> datetime | None:
    """Return when a person last took their consent back."""
    asked = select(DataRequest.answered_at).where(
        DataRequest.person_id.in_(ids), DataRequest.kind == Kind.WITHDRAW,
        DataRequest.answer == "done",
    )  # fmt: skip
    return session.scalar(asked.order_by(DataRequest.answered_at.desc()).limit(1))


def withdraw(
    session: Session, request_id: UUID, *, reason: str, by: str, now: datetime
) -> DataRequest:
    """Take away what rested on a person's consent, as they asked."""
    found = requests.open_request(session, request_id, Kind.WITHDRAW)
    ids = merges.together(session, found.person_id)
    phones.forget(session, ids)  # first: a declaration that is being sent is over by then
    theirs = Declaration.person_id.in_(ids)
    blank = update(Declaration).where(theirs)
    session.execute(blank.values(answers="{}", symptoms=None, exposed=None))
    said = update(CheckIn).where(CheckIn.person_id.in_(ids))
    session.execute(said.values(answers=stored.ERASED_JSON["check_in.answers"]))
    stored.blank_events(session, ids, CheckIn)  # which say of symptoms what the rows said
    audit.record(session, WITHDRAWN, found.person_id, by=by, now=now)
    return requests.note_answer(session, found, "done", reason, by, now)
