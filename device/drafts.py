"""From what happened to the event that says so.  Pure; the journal fills in the chain.

A draft has no place in the chain yet: its id, epoch, seq and prev are blanks that
`Journal.append` replaces.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TypedDict
from uuid import UUID

import msgspec

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
class Drafts:
    """Drafts of one station at one place."""

    station: str
    place: str = ""

    def started(self, now: Moment, software: str, open_pool: str, operator: str = "") -> Event:
        blank = self._blank(now)
        return StationStarted(**blank, operator=operator, software=software, open_pool=open_pool)

    def of(self, outcome: Outcome, now: Moment, ledger: Ledger) -> Event | None:
        """Return what the journal must say about *outcome*; None for what changes nothing."""
        event = self._shift(outcome, now) or self._event(outcome, now, ledger)
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
