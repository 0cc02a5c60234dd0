"""By which assay a plate is read: the one it was begun for, else the one its controls fit."""

from sqlalchemy.orm import Session

from server.errors import BadInput
from server.lab import assay_versions
from server.lab.assay import Assay
from server.lab.measured import Role
from server.lab.plates.models import Plate
from server.lab.plates.templates import ROLES


def assay_of(session: Session, plate: Plate) -> Assay:
    """Return the assay of *plate* as it is in use now."""
    there = {ROLES[each.control] for each in plate.wells if each.control in ROLES}
    known = {each.code: each for each in assay_versions.assays_in_use(session)}
    return known.get(plate.assay or "") or max(known.values(), key=lambda each: _fit(each, there))


def check(session: Session, code: str) -> None:
    """Raise BadInput unless *code* is '' (what fits) or an assay in use."""
    if code and code not in assay_versions.texts_in_use(session):
        raise BadInput("Không có xét nghiệm này.", "There is no such assay.", field="assay")


def lacking(assay: Assay, plate: Plate) -> list[Role]:
    """Return the controls that *assay* asks for and *plate* does not hold, if it holds any."""
    there = {ROLES[each.control] for each in plate.wells if each.control in ROLES}
    return [each.role for each in assay.controls if there and each.role not in there]


def _fit(assay: Assay, there: set[Role]) -> tuple[bool, int]:
    """Say how well controls serve *assay*: all that it asks for, and few that it does not."""
    asked = {control.role for control in assay.controls}
    return asked <= there, len(asked & there)
