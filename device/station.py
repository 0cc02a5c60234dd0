"""The station at work: codes in; journal, lights and lines out.  *Journal first, beep second.*

Everything that pairs is done one at a time (`device.arrivals`).  What the machine decides is
written to the journal as one act; only then do light, tone and line tell of it.  If the journal
cannot be written, nothing was paired, and the red light says so.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from time import monotonic

from contract.commands import Command
from contract.duties import Duty
from contract.events import Event
from device.arrivals import Arrival, DeviceNews
from device.clock import Clock
from device.codes import Codes
from device.drafts import Begun, Drafts, Moment
from device.drivers import Button, Panel, Scan
from device.duties.facts import CheckInUndone
from device.duties.machine import step
from device.duties.start import state_at_start
from device.duties.words import NOT_WRITTEN, READY
from device.facts import RECORDED, Outcome, Refused, ShiftClosed, Voided
from device.inputs import CommandGiven, HoldBroken, Input, SeveralPersons, Tick
from device.journal import Journal, JournalTrouble
from device.lines import Line, Tell
from device.manual import TypedPair
from device.reasons import LetGoReason, Refusal
from device.refusal_words import ROSTER_LOST, Said
from device.roster import Roster
from device.scanned import Scanned
from device.sentences import shown
from device.sight.watch import CodeShown, SeveralInView
from device.signals import SIGNALS
from device.stages import OpenBox, OpenPool, Rules, State
from device.telling import line_of

log = logging.getLogger(__name__)
_BUTTONS = {
    Button.CANCEL: Command.CANCEL,
    Button.UNDO: Command.UNDO,
    Button.YES: Command.SYMPTOMS,
    Button.NO: Command.NO_SYMPTOMS,
}


@dataclass
class Station:
    """One table.  `devices` are the ones that are configured, and whether each is there."""

    journal: Journal
    codes: Codes
    panel: Panel
    clock: Clock
    tell: Tell
    drafts: Drafts
    rules: Rules = field(default_factory=Rules)
    devices: dict[str, bool | None] = field(default_factory=dict)
    state: State = field(default_factory=State)
    trouble: str = ""
    set_duty: Duty = Duty.SAMPLING
    _told: list[Line] = field(default_factory=list)
    _was_ready: bool = False

    def begin(self, software: str) -> None:
        """Go on where the journal ended: an open pool stays open, UNDO still knows its pair."""
        ledger, now = self.journal.ledger, self.clock.moment()
        self.state = state_at_start(ledger, now, self.set_duty)
        pool = ledger.open_pool[0] if ledger.open_pool else ""
        duty = self.state.duty
        begun = Begun(pool, ledger.operator, duty.value, self.set_duty.value)
        self.journal.append(self.drafts.started(now, software, begun))
        self._ready_if_all_there()

    def arrive(self, arrival: Arrival | TypedPair) -> None:
        """Take what a device brought.  A fault of ours lets go of everybody and goes on."""
        try:
            self._arrive(arrival)
        except Exception:
            log.exception("a code could not be dealt with; who was held is held no longer")
            is_open = isinstance(self.state.stage, OpenPool | OpenBox)
            kept = State(last=self.state.last, duty=self.state.duty)
            self.state = self.state if is_open else kept
            said = Said(
                "Máy gặp lỗi với mã này. Quét lại; nếu lặp lại, xin giấy tờ khác.",
                "This code troubled the station. Scan again, or ask for another paper.",
            )
            self._tell_of("station-trouble", "refused", said)

    def _take_typed(self, pair: TypedPair) -> None:
        """Take a pair that somebody typed, and answer with what was said to it."""
        self._told, request = [], pair.request
        try:
            now = monotonic()
            self.take(self.codes.typed(request.tube, request.person, now, sure=request.sure))
        finally:
            pair.answer(self._told)

    def _take_scanned(self, scanned: Scanned) -> None:
        """Take a reader's code; the reader is told what became of it after it is written down."""
        self._told, scan = [], scanned.scan
        try:
            self.take(self.codes.from_reader(scan.data, scan.aim, scan.at, scanned.use))
        finally:
            scanned.answer(self._told)

    def _arrive(self, arrival: Arrival | TypedPair) -> None:
        match arrival:
            case Scan():
                self.take(self.codes.from_reader(arrival.data, arrival.aim, arrival.at))
            case Scanned():
                self._take_scanned(arrival)
            case CodeShown():
                self.take(self.codes.from_camera(arrival.data, arrival.kind.value, arrival.at))
            case SeveralInView():
                self.take(SeveralPersons(arrival.at))
            case TypedPair():
                self._take_typed(arrival)
            case DeviceNews():
                self._device(arrival)

    def take_roster(self, fresh: Roster) -> None:
        """Go by *fresh* from now on; one that cannot be read is told, and closes its tubes."""
        before, self.codes.roster = self.codes.roster, self.codes.roster.followed_by(fresh)
        if self.codes.roster.unreadable and not before.unreadable:
            log.error("%s", ROSTER_LOST.en)
            self._tell_of("roster-unreadable", "trouble", ROSTER_LOST)

    @property
    def alarms(self) -> list[str]:
        """Return what the administrator must know: sentences for the screen."""
        lost = [ROSTER_LOST.en] if self.codes.roster.unreadable else []
        return [*self.journal.alarms, *lost]

    def tick(self) -> None:
        """Look at the buttons, and let go of who has waited too long."""
        for button in self.panel.pressed():
            self.take(CommandGiven(_BUTTONS[button], monotonic()))
        self.take(Tick(monotonic()))

    def end(self) -> None:
        self.take(HoldBroken(LetGoReason.SHUTDOWN, monotonic()))
        self._tell_of("stopped", "off", Said("Máy đã dừng.", "The station has stopped."))

    def take(self, event: Input) -> None:
        """Let the machine decide on one input, write it down, then beep and tell."""
        after, outcomes = step(self.state, event, self.journal.ledger, self.rules)
        outcomes = [self._possible(outcome) for outcome in outcomes]
        now = self.clock.moment()
        drafts = [self.drafts.of(outcome, now, self.journal.ledger) for outcome in outcomes]
        try:
            written = iter(self._write([draft for draft in drafts if draft is not None]))
        except JournalTrouble as trouble:
            self._not_written(trouble, after, outcomes)
            return
        self.state = after
        if outcomes:  # hands wait for the tone; whoever reads lines has time
            self.panel.show(SIGNALS[shown(outcomes[-1], self.rules.pool_cap).signal])
        for outcome, draft in zip(outcomes, drafts, strict=True):
            self._tell(outcome, now, next(written) if draft is not None else None)

    def _write(self, drafts: list[Event]) -> list[Event]:
        if not drafts:
            return []
        events = self.journal.append(*drafts)
        self.trouble = ""
        return events

    def _possible(self, outcome: Outcome) -> Outcome:
        """What the journal does not know cannot be undone; only it sums up a shift.

        A tube of a roster that cannot be read may be this person's or not.
        """
        if isinstance(outcome, Refused) and outcome.reason is Refusal.ASSIGNED_TO_OTHER:
            lost = self.codes.roster.unreadable
            return replace(outcome, reason=Refusal.ROSTER_UNREADABLE) if lost else outcome
        if isinstance(outcome, ShiftClosed):
            return ShiftClosed(self.journal.ledger.sum_up(self.codes.lots))
        if isinstance(outcome, Voided):
            known = self.journal.ledger.pairing_of(outcome.tube, outcome.tag)
            return outcome if known else Refused(Refusal.NOTHING_TO_UNDO)
        if isinstance(outcome, CheckInUndone):
            known = self.journal.ledger.duties.check_in_of(outcome.tag)
            return outcome if known else Refused(Refusal.NOTHING_TO_UNDO)
        return outcome

    def _not_written(
        self, trouble: JournalTrouble, after: State, outcomes: Sequence[Outcome]
    ) -> None:
        """Nothing happened; who is held stays held, unless they were being let go of."""
        log.error("journal: %s", trouble)
        self.trouble = str(trouble)
        if not any(isinstance(outcome, RECORDED) for outcome in outcomes):
            self.state = after
        self._tell_of("journal-trouble", "trouble", NOT_WRITTEN[self.state.duty])

    # --- devices --------------------------------------------------------------------------

    def _device(self, news: DeviceNews) -> None:
        was = self.devices.get(news.device)
        self.devices[news.device] = news.up
        if news.up:
            if was is False:
                back = Said("Thiết bị đã trở lại.", "The device is back.")
                self._tell_of(f"{news.device}-back", "ready", back, news.why)
            self._ready_if_all_there()
            return
        log.warning("%s lost: %s", news.device, news.why)
        self.take(HoldBroken(LetGoReason.DEVICE_LOST, monotonic()))
        lost = Said("Mất thiết bị: kiểm tra dây cắm.", "A device is lost: check its cable.")
        self._tell_of(f"{news.device}-lost", "trouble", lost)

    def _ready_if_all_there(self) -> None:
        if self._was_ready or not all(self.devices.values()):
            return
        self._was_ready = True
        self._tell_of("ready", "ready", READY[self.state.duty])

    # --- telling --------------------------------------------------------------------------

    def _tell_of(self, outcome: str, signal: str, said: Said, reason: str = "") -> None:
        self.panel.show(SIGNALS[signal])
        at = self.clock.moment().at.isoformat()
        self._say(Line(at=at, outcome=outcome, reason=reason, vi=said.vi, en=said.en))

    def _tell(self, outcome: Outcome, now: Moment, event: Event | None) -> None:
        told = shown(outcome, self.rules.pool_cap)
        self._say(line_of(outcome, told, now, event))

    def _say(self, line: Line) -> None:
        self._told = [*self._told[-9:], line]
        self.tell(line)
