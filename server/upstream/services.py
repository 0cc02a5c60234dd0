"""Taking what a server below hands over: the same again changes nothing, an older version neither.

Counts move with the outcome that they count, in the same transaction; `recount` says what they
must be.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from contract.upstream import FiguresWire, OutcomeWire, PlaceFigures
from server.accounts.partners import EVERYWHERE, KnownPartner
from server.accounts.within import Within
from server.errors import BadInput, DomainError
from server.rows import insert_missing
from server.upstream.models import UpstreamCount, UpstreamFigures, UpstreamOutcome

Cell = tuple[str, date, str, str]  # source, day, place, status


class ChangedReplay(DomainError):
    """A version that we have came with other words: the first stays, somebody must look."""

    code = "changed-replay"
    status = 409


def take_outcome(session: Session, source: KnownPartner, said: OutcomeWire, now: datetime) -> bool:
    """Keep *said* if it is newer than what we have of its line; return whether it was."""
    _check_place(source, [said.place])
    digest = _digest(said)
    new = {
        "source": source.id, "line": said.line, "version": said.version, "status": said.status,
        "place": said.place, "day": said.day, "digest": digest, "received_at": now,
    }  # fmt: skip
    if insert_missing(session, UpstreamOutcome, new):
        _count(session, (source.id, said.day, said.place, said.status), 1)
        return True
    row = session.get_one(
        UpstreamOutcome, (source.id, said.line), with_for_update=True, populate_existing=True
    )
    if said.version == row.version and not _is_the_same(said, row):
        raise ChangedReplay(
            f"Phiên bản {said.version} của kết luận này đã có với nội dung khác.",
            f"Version {said.version} of this outcome is here with other words.",
        )
    if said.version <= row.version:
        return False
    _count(session, (source.id, row.day, row.place, row.status), -1)
    for name, value in new.items():
        setattr(row, name, value)
    session.flush()
    _count(session, (source.id, said.day, said.place, said.status), 1)
    return True


def _is_the_same(said: OutcomeWire, row: UpstreamOutcome) -> bool:
    """Return whether a version that we have came again, but for its day.

    Servers of before told an older version with the day of by now, once a clock was set right; the
    version that says so comes next.
    """
    return _digest(msgspec.structs.replace(said, day=row.day)) == row.digest


def _digest(said: OutcomeWire) -> str:
    return sha256(msgspec.json.encode(said)).hexdigest()


def take_figures(session: Session, source: KnownPartner, said: FiguresWire, now: datetime) -> bool:
    """Put *said* in the place of the day's older figures; return whether it is newer.

    A clock below that runs ahead is not believed beyond *now*, or nothing came after it for years;
    of what is said with it the last that comes holds.  An empty day is a row of noughts of the
    source's own place, so that what was said before it still loses.
    """
    _check_place(source, [each.place for each in said.places])
    ours = (UpstreamFigures.source == source.id, UpstreamFigures.day == said.day)
    held = select(UpstreamFigures.at).where(*ours).order_by(UpstreamFigures.place)
    before = list(session.scalars(held.with_for_update()))
    if before and said.at <= max(before) <= now:
        return False
    session.execute(delete(UpstreamFigures).where(*ours))
    at = min(said.at, now)
    for each in said.places or (_nothing_of(source.place),):
        row: dict[str, Any] = msgspec.structs.asdict(each)
        insert_missing(
            session, UpstreamFigures, {"source": source.id, "day": said.day, "at": at, **row}
        )
    return True


def _nothing_of(place: str) -> PlaceFigures:
    return PlaceFigures(place=place, people=0, tubes=0, received=0, resulted=0, released=0)


def recount(session: Session) -> dict[Cell, int]:
    """Return what the counts must be, from the outcomes themselves."""
    found: Counter[Cell] = Counter()
    for row in session.scalars(select(UpstreamOutcome)):
        found[row.source, row.day, row.place, row.status] += 1
    return dict(found)


def _count(session: Session, cell: Cell, by: int) -> None:
    source, day, place, status = cell
    new = {"source": source, "day": day, "place": place, "status": status, "outcomes": 0}
    if by > 0:
        insert_missing(session, UpstreamCount, new)
    session.execute(
        update(UpstreamCount)
        .where(UpstreamCount.source == source, UpstreamCount.day == day)
        .where(UpstreamCount.place == place, UpstreamCount.status == status)
        .values(outcomes=UpstreamCount.outcomes + by)
        .execution_options(synchronize_session=False)
    )


def _check_place(source: KnownPartner, places: Iterable[str]) -> None:
    """A server below speaks for its own place and what is in it."""
    if source.place == EVERYWHERE:
        return
    own = Within.of([source.place])
    if not all(own.covers(place) for place in places):
        raise BadInput(
            f"Đối tác {source.id} chỉ được gửi số liệu của {source.place}.",
            f"Partner {source.id} speaks for {source.place} only.",
        )
