"""What a shift came to at check-in and at reception.  Pure: a fold over the journal's events."""

from dataclasses import dataclass, field
from uuid import UUID

from contract.duty_events import BoxClosed, CheckedIn, CheckInVoided, TubeArrived
from contract.events import Event
from contract.identities import Kind


@dataclass(frozen=True, slots=True)
class Counts:
    """Persons and vehicles that stand checked in; boxes closed, those of a wrong count, tubes."""

    checked_in: int = 0
    ill: int = 0
    vehicles: int = 0
    boxes: int = 0
    arrived: int = 0
    mismatches: int = 0


@dataclass
class Tally:
    """A box that was opened and closed again counts once, as it was closed last."""

    _standing: dict[UUID, CheckedIn] = field(default_factory=dict)
    _fits: dict[str, bool] = field(default_factory=dict)
    _tubes: set[str] = field(default_factory=set)

    def take(self, event: Event) -> None:
        """Add one event of the shift."""
        match event:
            case CheckedIn():
                self._standing[event.id] = event
            case CheckInVoided():
                self._standing.pop(event.check_in, None)
            case TubeArrived():
                self._tubes.add(event.tube)
            case BoxClosed():
                self._fits[event.box] = event.expected in (None, event.tubes)

    @property
    def counts(self) -> Counts:
        came = self._standing.values()
        persons = [each for each in came if each.person_kind != Kind.VEHICLE]
        return Counts(
            checked_in=len({each.tag for each in persons}),
            ill=len({each.tag for each in persons if each.symptoms == "yes"}),
            vehicles=len({each.tag for each in came if each.person_kind == Kind.VEHICLE}),
            boxes=len(self._fits),
            arrived=len(self._tubes),
            mismatches=sum(not fits for fits in self._fits.values()),
        )
