"""Make of a stored event what can be applied: decode it, unseal the code, read who it names.

Needs no database, so it is done outside the transaction.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contract import events, identities
from contract.duty_events import CheckedIn
from contract.events import Event, EventError, TubePaired
from contract.identities import IdentityError, Kind, PersonCode
from contract.sealing import SealError, unseal
from server import vault
from server.intake import possible
from server.intake.upload import problem_of

IMPOSSIBLE_TIME = "impossible-time"  # a problem; stored, so it never changes


class CannotOpen(Exception):
    """An event can never be applied as it is; `problem` is the code that a person sees."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Opened:
    """An event with what it says of a person, or the problem that keeps it from being applied."""

    id: UUID
    event: Event | None
    person: PersonCode | None = None
    problem: str = ""
    claimed_at: datetime | None = None  # what the station's clock said, where `event` is corrected


def open_event(event_id: UUID, payload: bytes) -> Opened:
    """Never raises for what *payload* holds."""
    try:
        event = possible.settled(events.decode(payload))
        if event is None:
            return Opened(event_id, None, problem=IMPOSSIBLE_TIME)
        person = _person(event) if isinstance(event, TubePaired | CheckedIn) else None
    except EventError:
        return Opened(event_id, None, problem=problem_of(payload))
    except CannotOpen as error:
        return Opened(event_id, None, problem=error.problem)
    return Opened(event_id, event, person)


def _person(event: TubePaired | CheckedIn) -> PersonCode:
    try:
        code = identities.parse(unseal(vault.current().sealing, event.person))
    except SealError as error:
        raise CannotOpen("cannot-unseal") from error
    except IdentityError as error:
        raise CannotOpen("no-person-code") from error
    vehicle = isinstance(event, CheckedIn) and code.kind is Kind.VEHICLE
    if not (code.names_person or vehicle):
        raise CannotOpen("names-no-person")
    return code


def open_badge(sealed: str) -> PersonCode | None:
    """Return what an operator's card says, or None where it cannot be read."""
    try:
        return identities.parse(unseal(vault.current().sealing, sealed))
    except (SealError, IdentityError):
        return None
