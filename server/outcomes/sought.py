"""What somebody means who types a word at a desk: a tube, a run, a station, a box.  Reads only."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.tubes import ForeignTube, Tube
from server.accounts.models import Station
from server.errors import BadInput
from server.lab.imports.models import ImportFile
from server.lab.models import Reception
from server.lab.scans import box_in, scanned_tube
from server.outcomes.desk_models import DeskItem
from server.outcomes.desks import names_a_run
from server.sampling.queries import lot_of, pairings_of

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


def other_in(session: Session, word: str) -> dict[str, str]:
    """Return the filter for a word that is no tube: a run, a file, a station, or else a box."""
    if names_a_run(session, word):
        return {"run": word}
    if (file := _file_named(session, word)) is not None:
        return {"run": str(file)}
    if session.get(Station, word[:32]) is not None:
        return {"station": word}
    return {"box": _box(session, word)}


def _file_named(session: Session, word: str) -> UUID | None:
    """Return the newest file of that name.  Names are encrypted, for they may name people."""
    newest = select(ImportFile.id, ImportFile.name).order_by(ImportFile.received_at.desc())
    wanted = word.casefold()
    found = session.execute(newest.limit(FILES))
    return next((row.id for row in found if row.name.casefold() == wanted), None)


def _box(session: Session, word: str) -> str:
    """Return the box that is meant, as it is written on its tubes; a printed label names it too."""
    try:
        name = box_in(word) or word
    except BadInput:  # a misread label names nothing
        return word
    ways = (name, name.upper(), name.lower())
    came = select(Reception.box).join(DeskItem, DeskItem.tube == Reception.tube)
    known = set(session.scalars(came.where(Reception.box.in_(ways)).distinct()))
    return next((way for way in ways if way in known), name)
