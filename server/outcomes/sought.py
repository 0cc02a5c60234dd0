"""What somebody means who types a word at a desk: a tube, a run, a station, a box.  Reads only."""

from uuid import UUID

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from contract.tubes import ForeignTube, Tube
from server.accounts.models import Station
from server.accounts.within import ANYWHERE, Within
from server.errors import BadInput
from server.lab.imports.models import ImportFile
from server.lab.models import Reception
from server.lab.scans import box_in, scanned_tube
from server.outcomes.desk_models import DeskItem
from server.outcomes.desk_sources import tube_in_sight
from server.outcomes.desks import names_a_run
from server.people.queries import person_with
from server.sampling.queries import lot_of, pairings_of
from server.sampling.sight import sees_person

FILES = 500  # among so many of the newest a name is looked for


def tube_in(session: Session, word: str) -> Tube | None:
    """Return the tube that *word* is, if it is one.

    Nearly every word could be a maker's own code; only a lot, or a pairing, tells that it is one.
    """
    try:
        tube = scanned_tube({"tube": word})
    except BadInput:
        return None
    if isinstance(tube, ForeignTube) and not _is_ours(session, tube):
        return None
    return tube


def _is_ours(session: Session, tube: Tube) -> bool:
    return lot_of(session, tube) is not None or bool(pairings_of(session, tube))


def person_in(session: Session, word: str, within: Within) -> UUID | None:
    """Return who is known by the number *word*, if the record of any such person is seen."""
    known = (person.id for person in person_with(session, word.replace(" ", "")))
    return next((each for each in known if sees_person(session, within, each)), None)


def other_in(session: Session, word: str, within: Within = ANYWHERE) -> dict[str, str]:
    """Return the filter for a word that is no tube: a run, a file, a station, or else a box.

    Only what is of that scope is meant: others may have used the same name.
    """
    if names_a_run(session, word, within):
        return {"run": word}
    if (file := _file_named(session, word, within)) is not None:
        return {"run": str(file)}
    if session.get(Station, word[:32]) is not None:
        return {"station": word}
    return {"box": _box(session, word, within)}


def _file_named(session: Session, word: str, within: Within) -> UUID | None:
    """Return the newest file of that name: of one's own, or else one that has tubes of that scope.

    Names are encrypted, for they may name people.
    """
    own = _so_named(session, word, within.rows(ImportFile.place))
    if own or within.everywhere:
        return next(iter(own), None)
    every = _so_named(session, word, true())
    return next((file for file in every if names_a_run(session, str(file), within)), None)


def _so_named(session: Session, word: str, where: ColumnElement[bool]) -> list[UUID]:
    newest = select(ImportFile.id, ImportFile.name).where(where)
    found = session.execute(newest.order_by(ImportFile.received_at.desc()).limit(FILES))
    wanted = word.casefold()
    return [row.id for row in found if row.name.casefold() == wanted]


def _box(session: Session, word: str, within: Within) -> str:
    """Return the box that is meant, as it is written on its tubes; a printed label names it too."""
    try:
        name = box_in(word) or word
    except BadInput:  # a misread label names nothing
        return word
    ways = (name, name.upper(), name.lower())
    came = select(Reception.box).join(DeskItem, DeskItem.tube == Reception.tube)
    known = set(
        session.scalars(
            came.where(Reception.box.in_(ways), tube_in_sight(within, Reception.tube)).distinct()
        )
    )
    return next((way for way in ways if way in known), name)
