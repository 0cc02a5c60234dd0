"""What somebody typed, scanned or held before the camera: a tube, a person's number, or a name.

Reads only.  A tube is found by its whole code, its first eight digits, or its last four and more:
our serials are counted through, for a text has no index from behind.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import String, select, type_coerce
from sqlalchemy.orm import Session

from contract import identities
from contract.checks import mod_97_10
from contract.identities import IdentityError, Kind
from contract.tubes import Tube, TubeError, TubeId, tube
from server.accounts.within import Within
from server.errors import BadInput
from server.people import queries as people
from server.people.links import strong_keys
from server.people.name_parts import Sought, parts_of, sought
from server.sampling import numbering
from server.sampling.models import Pairing
from server.sampling.sight import sees_person

FEWEST_DIGITS, FIRST_DIGITS = 4, 8
MOST_TUBES, MOST_TRIED = 200, 100_000
_AIM = re.compile(r"^\][A-Za-z][0-9A-Za-z]")  # the symbology that some readers send in front


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom or what a text means; all empty: nobody and nothing."""

    tubes: tuple[Tube, ...] = ()
    persons: tuple[UUID, ...] = ()
    name: Sought | None = None


def asked(session: Session, text: str) -> Asked:
    """Return what *text* asks for.  Raises BadInput for digits that are too few."""
    packed = _AIM.sub("", text.strip()).replace(" ", "").upper()
    carriers = tuple(person.id for person in people.person_with(session, packed))
    if carriers:
        return Asked(persons=carriers)
    if packed.isascii() and packed.isdigit():
        return Asked(tubes=tuple(_by_digits(session, packed)))
    if (made := _makers(session, packed)) is not None:
        return Asked(tubes=(made,))
    named = tuple(person.id for person in people.persons_named(session, text))
    if named and len(parts_of(text)) > 2:
        return Asked(persons=named)
    name = sought(text)
    return Asked(name=name if name.parts else None)


def scanned(session: Session, text: str, within: Within) -> tuple[UUID, ...] | None:
    """Return who carries the code that was read, None if it is no code that people carry.

    Who is not seen is nobody: a code tells no more of whom it is than a code on no record.
    """
    try:
        code = identities.parse(_AIM.sub("", text.strip()).encode())
    except IdentityError:
        return None
    links = people.links_of(session, strong_keys(code))
    known = dict.fromkeys(link.person_id for link in links.values())
    bearers = tuple(each for each in known if sees_person(session, within, each))
    return bearers if bearers or code.kind is not Kind.UNKNOWN else None


def _by_digits(session: Session, digits: str) -> Iterator[Tube]:
    if len(digits) < FEWEST_DIGITS:
        raise BadInput(
            f"Gõ ít nhất {FEWEST_DIGITS} số cuối của mã ống.",
            f"Type at least the last {FEWEST_DIGITS} digits of a tube.",
        )
    if len(digits) == 12:
        try:
            yield TubeId(digits)
        except TubeError:
            return
        return
    found = list(_ending(session, digits))
    yield from found or _beginning(session, digits)


def _ending(session: Session, digits: str) -> Iterator[TubeId]:
    """Yield our tubes whose code ends so, of the series and serials that are registered."""
    low, check = digits[:-2][-8:], digits[-2:]
    step, serial = 10 ** len(low), int(low)
    tried = given = 0
    for series, first, last in numbering.registered(session):
        nearest = serial + max(0, -((serial - first) // step)) * step
        for candidate in range(nearest, last + 1, step):
            tried += 1
            if given == MOST_TUBES or tried > MOST_TRIED:
                return
            body = f"{series:02d}{candidate:08d}"
            if candidate and mod_97_10(body) == check and (body + check).endswith(digits):
                given += 1
                yield TubeId(body + check)


def _beginning(session: Session, digits: str) -> list[Tube]:
    if len(digits) < FIRST_DIGITS:
        return []
    text = type_coerce(Pairing.tube, String)
    found = select(Pairing.tube).where(text >= digits, text < digits + ":").distinct()
    return list(session.scalars(found.order_by(Pairing.tube).limit(MOST_TUBES)))


def _makers(session: Session, packed: str) -> Tube | None:
    """Return the tube that a maker's code names, if one was paired."""
    try:
        made = tube(packed)
    except TubeError:
        return None
    paired = select(Pairing.id).where(Pairing.tube == made).limit(1)
    return made if session.scalar(paired) is not None else None
