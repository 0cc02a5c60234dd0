"""The duty changes by card, never under what was begun, and outlasts a restart."""

from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from contract.boxes import BoxId
from contract.commands import Command, text_of
from contract.duties import Duty
from contract.duty_events import DutyChanged
from contract.lots import IssuedLots, LotWire
from contract.tubes import TubeId
from device.clock import SystemClock
from device.codes import Codes
from device.drafts import Drafts
from device.drivers import Scan
from device.drivers.simulated.panel import SimulatedPanel
from device.duties.facts import DutySet
from device.facts import Person, Refused
from device.inputs import PairTyped
from device.journal import Journal
from device.lines import Line
from device.reasons import Refusal
from device.stages import OpenBox
from device.station import Station

MAU = Person("a" * 16, "citizen-card", "sealed")
CARDS = {
    Duty.SAMPLING: Command.DUTY_SAMPLING,
    Duty.CHECK_IN: Command.DUTY_CHECK_IN,
    Duty.RECEPTION: Command.DUTY_RECEPTION,
}
SEALING = X25519PrivateKey.generate().public_key()
LOTS = IssuedLots((LotWire("L-1", 26, 0, 99),))
TUBE, BOX = TubeId.mint(26, 1), BoxId.mint(7)


@pytest.mark.parametrize("before", Duty)
@pytest.mark.parametrize("after", Duty)
def test_a_card_changes_the_duty_and_the_journal_says_so(
    sampling: Any, before: Duty, after: Duty
) -> None:
    sampling.order(CARDS[before], 1.0)
    sampling.events.clear()
    assert sampling.order(CARDS[after], 2.0) == [DutySet(after, before)]
    assert sampling.state.duty is after
    told = [(one.before, one.duty) for one in sampling.events if isinstance(one, DutyChanged)]
    assert told == ([(before.value, after.value)] if after is not before else [])


def test_the_duty_stays_while_a_person_a_pool_or_a_box_is_open(
    sampling: Any, point: Any, bench: Any
) -> None:
    sampling.person(MAU, 1.0)
    point.person(MAU, 1.0)
    bench.box(7, 1.0)
    for table in (sampling, point, bench):
        duty = table.state.duty
        for card in CARDS.values():
            assert table.order(card, 2.0) == [Refused(Refusal.DUTY_BUSY)]
        assert table.state.duty is duty
    sampling.order(Command.CANCEL, 3.0)
    sampling.tube(TubeId.mint(90, 1), 4.0)
    assert sampling.order(Command.DUTY_CHECK_IN, 5.0) == [Refused(Refusal.DUTY_BUSY)]


def test_a_hold_that_is_over_keeps_no_duty(point: Any) -> None:
    point.person(MAU, 1.0)
    assert point.order(Command.DUTY_SAMPLING, 40.0)[-1] == DutySet(Duty.SAMPLING, Duty.CHECK_IN)


@pytest.mark.parametrize("duty", [Duty.CHECK_IN, Duty.RECEPTION])
def test_what_is_typed_pairs_nobody_at_another_duty(sampling: Any, duty: Duty) -> None:
    sampling.order(CARDS[duty], 1.0)
    assert sampling.see(PairTyped(MAU, TUBE, 2.0)) == [Refused(Refusal.WRONG_DUTY, TUBE.text)]


class Day:
    """One run of a station on a journal."""

    def __init__(self, folder: Path, set_duty: Duty = Duty.SAMPLING) -> None:
        self.lines: list[Line] = []
        self.journal = Journal(folder, "ban-1")
        self.panel = SimulatedPanel()
        codes = Codes(b"secret", SEALING, LOTS)
        self.station = Station(
            self.journal, codes, self.panel, SystemClock(), self.lines.append,
            Drafts("ban-1"), set_duty=set_duty,
        )  # fmt: skip
        self.station.begin("test")

    def scan(self, text: str) -> str:
        self.station.arrive(Scan(text.encode(), "]C0", monotonic()))
        return self.lines[-1].outcome

    @property
    def duty(self) -> Duty:
        return self.station.state.duty


def test_the_duty_outlasts_a_restart_until_the_settings_say_something_new(tmp_path: Path) -> None:
    day = Day(tmp_path)
    with closing(day.journal):
        assert day.scan(text_of(Command.DUTY_CHECK_IN)) == "duty-set"
    for set_duty, duty in [
        (Duty.SAMPLING, Duty.CHECK_IN),
        (Duty.RECEPTION, Duty.RECEPTION),
        (Duty.RECEPTION, Duty.RECEPTION),
    ]:
        day = Day(tmp_path, set_duty)
        with closing(day.journal):
            assert day.duty is duty


def test_an_open_box_outlasts_a_restart_with_its_count(tmp_path: Path) -> None:
    day = Day(tmp_path, Duty.RECEPTION)
    with closing(day.journal):
        assert [day.scan(text) for text in (BOX.text, TUBE.text)] == ["box-opened", "tube-arrived"]
    day = Day(tmp_path, Duty.SAMPLING)  # what lies open is finished first
    with closing(day.journal):
        stage = day.station.state.stage
        assert isinstance(stage, OpenBox)
        assert (stage.box, stage.tubes) == (BOX, 1)
        assert day.scan(TUBE.text) == "same-arrival"
        assert day.scan(BOX.text) == "box-closed"


def test_what_cannot_be_written_did_not_happen(tmp_path: Path) -> None:
    day = Day(tmp_path, Duty.RECEPTION)
    day.scan(BOX.text)
    with closing(day.journal):
        day.journal.close()
        held = day.journal.folder.with_name("held")
        day.journal.folder.rename(held)
        day.journal.folder.write_text("a file where the folder should be")
        assert day.scan(TUBE.text) == "journal-trouble"
        assert day.station.state.stage == OpenBox(BOX, None, 0, day.station.state.stage.since)
        day.journal.folder.unlink()
        held.rename(day.journal.folder)
        assert day.scan(TUBE.text) == "tube-arrived"


def test_each_box_is_read_and_a_misread_one_refused(tmp_path: Path) -> None:
    day = Day(tmp_path, Duty.RECEPTION)
    with closing(day.journal):
        wrong = BOX.text[:-1] + ("0" if BOX.text[-1] != "0" else "1")
        assert day.scan(wrong) == "refused"
        assert day.lines[-1].reason == "box-misread"
        assert day.scan(BOX.text) == "box-opened"


def test_the_panel_plays_another_tune_where_the_duty_must_stay(tmp_path: Path) -> None:
    day = Day(tmp_path, Duty.RECEPTION)
    with closing(day.journal):
        day.scan(BOX.text)
        assert day.scan(text_of(Command.DUTY_SAMPLING)) == "refused"
        assert day.panel.names[-1] == "duty-refused"
