"""A list in two steps: read and shown, then confirmed.  Nothing is made ready before the second.

What was read is kept, encrypted, until the list is made; then only the roster stays.
"""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import delete
from sqlalchemy.orm import Session

from server.audit import services as audit
from server.errors import BadInput, DomainError, NotFound
from server.sampling import roster_matches, rosters
from server.sampling.lot_models import Roster
from server.sampling.roster_import import Reading
from server.sampling.roster_models import RosterDraft

KEPT = timedelta(days=2)  # a draft that nobody confirmed


class DraftMade(DomainError):
    code = "draft-made"


def stage_list(
    session: Session,
    reading: Reading,
    *,
    title: str,
    series: int,
    place: str,
    station: str | None,
    day: date | None,
    by: str,
    now: datetime,
) -> RosterDraft:
    """Keep a list as it was read.  Raises BadInput for one that holds nobody at all."""
    if not reading.rows:
        raise BadInput(
            "Danh sách trống. Mỗi dòng một người, ít nhất có họ tên.",
            "The list is empty. One person a line, with a name at least.",
            field="people",
        )
    rosters.check_series(series)
    session.execute(delete(RosterDraft).where(RosterDraft.created_at < now - KEPT))
    draft = RosterDraft(
        id=uuid4(), title=title, series=series, place=place, station=station, day=day,
        content=msgspec.json.encode(reading).decode(), created_at=now, created_by=by,
    )  # fmt: skip
    session.add(draft)
    session.flush()
    detail = f"{len(reading.taken)} taken, {len(reading.refused)} refused"
    audit.record(session, "roster.read-in", draft.id, by=by, now=now, detail=detail)
    return draft


def draft_named(session: Session, draft_id: UUID) -> RosterDraft:
    draft = session.get(RosterDraft, draft_id)
    if draft is None:
        raise NotFound(
            "Danh sách này không còn. Gửi lại tệp.", "This list is gone. Send the file again."
        )
    return draft


def reading_of(draft: RosterDraft) -> Reading:
    """Raises DraftMade where the list is a roster already."""
    if draft.content is None:
        raise DraftMade("Danh sách này đã làm xong.", "This list was made ready already.")
    return msgspec.json.decode(draft.content, type=Reading)


def make_ready(session: Session, draft_id: UUID, *, by: str, now: datetime) -> Roster:
    """Make a tube ready for each row that was taken, and look for them on record.

    Raises NotFound, DraftMade, BadInput, and what minting does.
    """
    draft = session.get(
        RosterDraft, draft_id, with_for_update=True, populate_existing=True
    ) or draft_named(session, draft_id)
    guests = [row.guest for row in reading_of(draft).taken]
    if not guests:
        raise BadInput(
            "Không dòng nào dùng được. Sửa danh sách rồi gửi lại.",
            "No row can be used. Mend the list and send it again.",
            field="people",
        )
    roster = rosters.make_roster(
        session, guests, title=draft.title, series=draft.series, place=draft.place,
        station=draft.station, day=draft.day, by=by, now=now,
    )  # fmt: skip
    draft.content, draft.roster_id = None, roster.id
    roster_matches.suggest(session, roster)
    return roster
