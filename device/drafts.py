"""From what happened to the event that says so.  Pure; the journal fills in the chain.

A draft has no place in the chain yet: its id, epoch, seq and prev are blanks that
`Journal.append` replaces.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TypedDict
from uuid import UUID

import msgspec

from contract.duty_events import (
    BoxClosed,
    BoxOpened,
    CheckedIn,
    CheckInVoided,
    DutyChanged,
    TubeArrived,
)
from contract.events import (
    NO_EVENT,
    Event,
    OperatorChanged,
    PairingVoided,
    PersonLeft,
    PoolClosed,
    ScanRefused,
    ShiftBegan,
    ShiftEnded,
    SlipSuspected,
    StationStarted,
    TubePaired,
)
from device.duties.facts import (
    BoxBegun,
    BoxShut,
    CheckInMade,
    CheckInUndone,
    DutySet,
    TubeTaken,
)
from device.facts import (
    LetGo,
    OperatorNamed,
    Outcome,
    Paired,
    PoolShut,
    Refused,
    ShiftClosed,
    ShiftOpened,
    SlipNoticed,
    Voided,
)
from device.ledger import Ledger
from device.shifts import Summary

NO_ID = UUID(int=0)


class _Blank(TypedDict):
    id: UUID
    station: str
    epoch: str
    seq: int
    prev: str
    at: datetime
    trusted: bool
    boot: str
    mono: int


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment as the station knows it: wall clock, whether to trust it, boot and nanoseconds."""

    at: datetime
    trusted: bool
    boot: str
    mono: int


@dataclass(frozen=True, slots=True)
class Begun:
    """How a station begins: what is still open, who works there, and its duty."""

    open_pool: str = ""
    operator: str = ""
    duty: str = ""
    set_duty: str = ""


_NOTHING = Begun()


@dataclass(frozen=True, slots=True)
class Drafts:
    """Drafts of one station at one place."""

    station: str
    place: str = ""

    def started(self, now: Moment, software: str, begun: Begun = _NOTHING) -> Event:
        return StationStarted(**self._blank(now), software=software, **asdict(begun))

    def of(self, outcome: Outcome, now: Moment, ledger: Ledger) -> Event | None:
        """Return what the journal must say about *outcome*; None for what changes nothing."""
        event = (
            self._shift(outcome, now)
            or self._duty(outcome, now, ledger)
            or self._event(outcome, now, ledger)
        )
        if event is None or event.operator:
            return event
        return msgspec.structs.replace(event, operator=ledger.operator)

    def _shift(self, outcome: Outcome, now: Moment) -> Event | None:
        match outcome:
            case ShiftOpened(operator=who):
                return ShiftBegan(**self._blank(now), operator=who.tag, badge=who.sealed)
            case OperatorNamed(operator=who):
                return OperatorChanged(**self._blank(now), operator=who.tag, badge=who.sealed)
            case ShiftClosed(summary=Summary() as summary):
                return ShiftEnded(**self._blank(now), **asdict(summary))
        return None

    def _duty(self, outcome: Outcome, now: Moment, ledger: Ledger) -> Event | None:
        match outcome:
            case DutySet(duty=duty, before=before) if duty is not before:
                return DutyChanged(**self._blank(now), duty=duty.value, before=before.value)
            case CheckInMade():
                return self._checked_in(outcome, now)
            case CheckInUndone(tag=tag):
                known = ledger.duties.check_in_of(tag)
                blank = self._blank(now)
                return CheckInVoided(**blank, check_in=known, reason="undo") if known else None
            case BoxBegun() | TubeTaken() | BoxShut():
                return self._box(outcome, now)
        return None

    def _box(self, outcome: BoxBegun | TubeTaken | BoxShut, now: Moment) -> Event:
        blank, box = self._blank(now), outcome.box.text
        match outcome:
            case BoxBegun(expected=expected, tubes=tubes):
                return BoxOpened(**blank, box=box, expected=expected, tubes=tubes)
            case TubeTaken(tube=tube, count=count):
                return TubeArrived(**blank, tube=tube.text, box=box, count=count)
        return BoxClosed(
            **blank, box=box, tubes=outcome.tubes, expected=outcome.expected, by=outcome.by
        )

    def _checked_in(self, made: CheckInMade, now: Moment) -> Event:
        return CheckedIn(
            **self._blank(now),
            person=made.person.sealed,
            person_kind=made.person.kind,
            tag=made.person.tag,
            symptoms=made.symptoms,
            took_ms=made.took_ms,
            place=self.place,
        )

    def _event(self, outcome: Outcome, now: Moment, ledger: Ledger) -> Event | None:
        match outcome:
            case Paired():
                return self._paired(outcome, now)
            case PoolShut():
                blank = self._blank(now)
                return PoolClosed(
                    **blank, tube=outcome.tube, members=outcome.members, by=outcome.by
                )
            case Voided():
                return self._voided(outcome, now, ledger)
            case Refused():
                reason = outcome.reason.value
                return ScanRefused(**self._blank(now), reason=reason, tube=outcome.tube)
            case SlipNoticed(slip=slip, tubes=tubes):
                return SlipSuspected(**self._blank(now), reason=slip.value, tubes=tubes)
            case LetGo():
                return PersonLeft(**self._blank(now), reason=outcome.reason.value)
        return None

    def _paired(self, pair: Paired, now: Moment) -> Event:
        return TubePaired(
            **self._blank(now),
            tube=pair.tube.text,
            person=pair.person.sealed,
            person_kind=pair.person.kind,
            tag=pair.person.tag,
            order=pair.order,
            took_ms=pair.took_ms,
            manual=pair.manual,
            assigned=pair.assigned,
            released=pair.released,
            place=self.place,
        )

    def _voided(self, void: Voided, now: Moment, ledger: Ledger) -> Event | None:
        pairing = ledger.pairing_of(void.tube, void.tag)
        if pairing is None:
            return None
        blank = self._blank(now)
        return PairingVoided(**blank, pairing=pairing, tube=void.tube, reason=void.reason)

    def _blank(self, now: Moment) -> _Blank:
        return {
            "id": NO_ID,
            "station": self.station,
            "epoch": "",
            "seq": 0,
            "prev": NO_EVENT,
            "at": now.at,
            "trusted": now.trusted,
            "boot": now.boot,
            "mono": now.mono,
        }
