"""Rosters: people known beforehand, each with a tube that stands ready.

A tube on a roster is an assignment, never a pairing: who a tube was given to, only a station says,
with the person and the tube before it.  So whoever came in another's place is seen.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from contract.tubes import Tube, TubeKind, kind_of
from labels.face import Label
from labels.roster import Assignment, Listed, label_of
from server.accounts.within import ANYWHERE, Within
from server.audit import services as audit
from server.errors import BadInput, NotFound
from server.sampling import lot_queries, lots
from server.sampling.lot_models import Roster, RosterEntry
from server.sampling.lot_tiles import Run
from server.sampling.roster_import import Guest


def make_roster(
    session: Session,
    people: Sequence[Guest],
    *,
    title: str,
    series: int,
    place: str,
    station: str | None,
    by: str,
    now: datetime,
    day: date | None = None,
) -> Roster:
    """Mint a lot with a tube for each of *people*, in their order.  Raises what minting does.

    *day* is the day of the sampling; stations learn of the labels at once.
    """
    check_series(series)
    lot = lots.register_lot(
        session, series=series, count=len(people), place=place, station=station, by=by, now=now
    )
    roster = Roster(
        id=uuid4(), title=title, lot_id=lot.id, size=len(people), place=place, created_at=now,
        created_by=by, day=day,
    )  # fmt: skip
    session.add(roster)
    session.flush()
    tubes = lot_queries.tubes_in(lot, [Run(1, lot.size)])
    session.execute(
        insert(RosterEntry),
        [
            {"tube": tube, "roster_id": roster.id, "position": at, "name": guest.name,
             "birth_year": guest.birth_year, "sex": guest.sex, "birth": guest.birth or None,
             "system": guest.system or None, "number": guest.number or None,
             "phone": guest.phone or None, "address": guest.address or None}
            for at, (guest, tube) in enumerate(zip(people, tubes, strict=True), 1)
        ],
    )  # fmt: skip
    audit.record(session, "roster.made", roster.id, by=by, now=now, detail=f"tubes of {lot.id}")
    return roster


def check_series(series: int) -> None:
    """Raise BadInput where tubes of *series* are not for one person each."""
    if kind_of(series) is not TubeKind.SAMPLING:
        raise BadInput(
            "Danh sách cần ống đơn: chọn dãy ống đơn.",
            "A roster needs tubes for one person each: choose such a series.",
            field="series",
        )


def roster_named(session: Session, roster_id: UUID) -> Roster:
    roster = session.get(Roster, roster_id)
    if roster is None:
        raise NotFound("Không có danh sách này.", "There is no such roster.")
    return roster


def roster_of(session: Session, lot_id: str) -> Roster | None:
    """Return the roster that a lot was minted for, if it was."""
    return session.scalar(select(Roster).where(Roster.lot_id == lot_id))


def rosters(session: Session, within: Within = ANYWHERE) -> list[Roster]:
    """Return every roster, newest first."""
    found = select(Roster).where(within.rows(Roster.place))
    return list(session.scalars(found.order_by(Roster.created_at.desc(), Roster.lot_id)))


def assignment_of(session: Session, tube: Tube) -> RosterEntry | None:
    """Return the person of a list for whom *tube* stands ready, if one does."""
    return session.get(RosterEntry, tube)


def labels_of(roster: Roster, runs: Sequence[Run]) -> list[Label]:
    """Return the labels of *runs*, in the order of the list."""
    listed = (roster.entries[at - 1] for run in runs for at in range(run.first, run.last + 1))
    return [
        label_of(
            Assignment(each.position, Listed(each.name, each.birth_year, each.sex), each.tube),
            roster.title,
        )
        for each in listed
    ]
