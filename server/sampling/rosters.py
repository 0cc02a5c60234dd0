"""Rosters: people known beforehand, each with a tube that stands ready.

A tube on a roster is an assignment, never a pairing: who a tube was given to, only a station says,
with the person and the tube before it.  So whoever came in another's place is seen.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import insert, select
from sqlalchemy.orm import Session, joinedload

from contract import names
from contract.tubes import Tube, TubeKind, kind_of
from labels.face import Label
from labels.roster import Assignment, Listed, label_of
from server.audit import services as audit
from server.errors import BadInput, NotFound
from server.people.roster import Row
from server.sampling import lot_queries, lots
from server.sampling.lot_models import Roster, RosterEntry
from server.sampling.lot_tiles import Run
from server.sampling.models import Pairing


class Presence(StrEnum):
    """Whether the tube that stood ready for a person was given, and to whom."""

    CAME = "came"
    ABSENT = "absent"
    OTHER = "other"  # the tube was given to somebody who is not the one on the list


class Seat(NamedTuple):
    """One person of a list, and what became of their tube."""

    entry: RosterEntry
    presence: Presence
    pairing: Pairing | None = None


def make_roster(
    session: Session,
    people: Sequence[Row],
    *,
    title: str,
    series: int,
    place: str,
    station: str | None,
    by: str,
    now: datetime,
) -> Roster:
    """Mint a lot with a tube for each of *people*, in their order.  Raises what minting does."""
    if kind_of(series) is not TubeKind.SAMPLING:
        raise BadInput(
            "Danh sách cần ống đơn: chọn dãy ống đơn.",
            "A roster needs tubes for one person each: choose such a series.",
        )
    lot = lots.register_lot(
        session, series=series, count=len(people), place=place, station=station, by=by, now=now
    )
    roster = Roster(
        id=uuid4(), title=title, lot_id=lot.id, size=len(people), place=place, created_at=now,
        created_by=by,
    )  # fmt: skip
    session.add(roster)
    session.flush()
    tubes = lot_queries.tubes_in(lot, [Run(1, lot.size)])
    session.execute(
        insert(RosterEntry),
        [
            {"tube": tube, "roster_id": roster.id, "position": at, "name": row.name,
             "birth_year": row.birth_year, "sex": row.sex}
            for at, (row, tube) in enumerate(zip(people, tubes, strict=True), 1)
        ],
    )  # fmt: skip
    audit.record(session, "roster.made", roster.id, by=by, now=now, detail=f"tubes of {lot.id}")
    return roster


def roster_named(session: Session, roster_id: UUID) -> Roster:
    roster = session.get(Roster, roster_id)
    if roster is None:
        raise NotFound("Không có danh sách này.", "There is no such roster.")
    return roster


def roster_of(session: Session, lot_id: str) -> Roster | None:
    """Return the roster that a lot was minted for, if it was."""
    return session.scalar(select(Roster).where(Roster.lot_id == lot_id))


def rosters(session: Session) -> list[Roster]:
    """Return every roster, newest first."""
    return list(session.scalars(select(Roster).order_by(Roster.created_at.desc(), Roster.lot_id)))


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


def seats(session: Session, roster: Roster) -> list[Seat]:
    """Return who came and who did not, in the order of the list."""
    lot = lot_queries.lot_named(session, roster.lot_id)
    given: dict[Tube, list[Pairing]] = {}
    for pairing in session.scalars(
        select(Pairing)
        .where(
            lot_queries.within(lot, Run(1, lot.size)),
            ~lot_queries.undone(),
            ~lot_queries.put_aside(),
        )
        .options(joinedload(Pairing.person))
        .order_by(Pairing.paired_at, Pairing.id)
    ):
        given.setdefault(pairing.tube, []).append(pairing)
    return [_seat(entry, given.get(entry.tube, [])) for entry in roster.entries]


def _seat(entry: RosterEntry, given: Sequence[Pairing]) -> Seat:
    if not given:
        return Seat(entry, Presence.ABSENT)
    strangers = [pairing for pairing in given if _is_another(entry, pairing)]
    if strangers:
        return Seat(entry, Presence.OTHER, strangers[0])
    return Seat(entry, Presence.CAME, given[0])


def _is_another(entry: RosterEntry, pairing: Pairing) -> bool:
    """Return whether name or birth year contradict the list; what is not known does not."""
    person = pairing.person
    if person.name and names.match_key(person.name) != names.match_key(entry.name):
        return True
    years = {person.birth_year, entry.birth_year} - {None}
    return len(years) == 2
