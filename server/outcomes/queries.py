"""What people's records must say, and whom to call.  Reads only."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.accounts.within import ANYWHERE, Within
from server.db import among, listed
from server.outcomes.facts import text_of
from server.outcomes.models import Callback, Outcome
from server.outcomes.versions import Version

# In the order of a Version's fields.
_STORED = select(
    text_of(Outcome.tube), Outcome.id, Outcome.person_id, Outcome.version, Outcome.status,
    Outcome.reason, Outcome.pairing_id, Outcome.result_id, Outcome.place, Outcome.sampled_at,
    Outcome.grounds, Outcome.supersedes,
).where(among(Outcome.tube, "tubes"))  # fmt: skip


def versions_of(session: Session, tube: Tube) -> list[Outcome]:
    """Return every version of every outcome of *tube*, oldest first."""
    found = select(Outcome).where(Outcome.tube == tube)
    return list(session.scalars(found.order_by(Outcome.at, Outcome.person_id, Outcome.version)))


def stored_versions(session: Session, tubes: Iterable[Tube]) -> dict[str, dict[UUID, Version]]:
    """Return the current version for each person of *tubes*, withdrawn ones too, by tube's text."""
    by_text = {tube.text: tube for tube in tubes}
    found: dict[str, dict[UUID, Version]] = {}
    for text, each, *said in session.execute(_STORED, {"tubes": listed(by_text)}):
        version = Version(each, by_text[text], *said)
        known = found.setdefault(text, {}).get(version.person)
        if known is None or known.version < version.version:
            found[text][version.person] = version
    return found


def current_of(session: Session, tube: Tube) -> dict[UUID, Outcome]:
    """Return the current outcome of each person of *tube*, withdrawn ones too."""
    newest: dict[UUID, Outcome] = {}
    for outcome in versions_of(session, tube):
        known = newest.get(outcome.person_id)
        if known is None or known.version < outcome.version:
            newest[outcome.person_id] = outcome
    return newest


def outcomes_of_person(session: Session, person_id: UUID) -> list[Outcome]:
    """Return every version about a person: newest sample first, current version first."""
    found = select(Outcome).where(Outcome.person_id == person_id)
    tubes: dict[str, list[Outcome]] = {}
    for outcome in session.scalars(found.order_by(Outcome.version.desc())):
        tubes.setdefault(outcome.tube.text, []).append(outcome)
    ordered = sorted(tubes.items())
    ordered.sort(key=lambda pair: pair[1][0].sampled_at, reverse=True)
    return [outcome for _, versions in ordered for outcome in versions]


def current_counts(session: Session, within: Within = ANYWHERE) -> dict[str, int]:
    """Return how many current outcomes have each status."""
    top = (
        select(Outcome.tube, Outcome.person_id, func.max(Outcome.version).label("version"))
        .group_by(Outcome.tube, Outcome.person_id)
        .subquery()
    )
    found = (
        select(Outcome.status, func.count())
        .join(
            top,
            and_(
                top.c.tube == Outcome.tube,
                top.c.person_id == Outcome.person_id,
                top.c.version == Outcome.version,
            ),
        )
        .where(within.rows(Outcome.place))
        .group_by(Outcome.status)
    )
    return {row[0]: row[1] for row in session.execute(found)}


def open_callback(session: Session, tube: Tube, person_id: UUID) -> Callback | None:
    return session.scalar(
        select(Callback).where(
            Callback.tube == tube, Callback.person_id == person_id, Callback.done_at.is_(None)
        )
    )


def callbacks(session: Session, *, done: bool) -> list[Callback]:
    """Return who is to be called (oldest first) or was (newest first): a hundred at most."""
    if done:
        found = select(Callback).where(Callback.done_at.is_not(None))
        return list(session.scalars(found.order_by(Callback.done_at.desc()).limit(100)))
    found = select(Callback).where(Callback.done_at.is_(None)).order_by(Callback.opened_at)
    return list(session.scalars(found.limit(100)))
