"""The station at a point: buttons answer as cards do, and a restart forgets no check-in."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event as Pause
from time import monotonic

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from contract.commands import Command, text_of
from contract.duties import Duty
from contract.duty_events import CheckedIn
from device.codes import Codes
from device.drafts import Drafts, Moment
from device.drivers import Button
from device.drivers.simulated.panel import SimulatedPanel
from device.duties.checkin import ASKING
from device.journal import Journal
from device.lines import Line
from device.sight.watch import CodeShown
from device.station import Station

SEALING = X25519PrivateKey.generate().public_key()
MAU = "024191000001||Nguyễn Thị Mẫu|01021991|Nữ|Xã Mẫu|01012021".encode()
EIGHT = datetime(2026, 11, 22, 1, tzinfo=UTC)


@dataclass
class Clock:
    """A boot's clocks; `trusted` and `boot` are what a test says."""

    boot: str = "boot-1"
    trusted: bool = True
    later: timedelta = timedelta()

    def moment(self) -> Moment:
        mono = round(monotonic() * 1e9)
        return Moment(EIGHT + self.later, self.trusted, self.boot, mono)


class Point:
    """One run of a station that checks in."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.lines: list[Line] = []
        self.journal, self.panel = Journal(folder, "ban-1"), SimulatedPanel()
        self.station = Station(
            self.journal, Codes(b"secret", SEALING), self.panel, clock, self.lines.append,
            Drafts("ban-1"), set_duty=Duty.CHECK_IN,
        )  # fmt: skip
        self.station.begin("test")

    def show(self, code: bytes) -> str:
        self.station.arrive(CodeShown(code, monotonic()))
        return self.lines[-1].outcome

    def order(self, command: Command) -> str:
        return self.show(text_of(command).encode())

    def check_in(self, code: bytes) -> None:
        self.show(code)
        Pause().wait(ASKING)
        assert self.order(Command.NO_SYMPTOMS) == "checked-in"

    def __enter__(self) -> "Point":
        return self

    def __exit__(self, *_: object) -> None:
        self.journal.close()


@pytest.mark.parametrize(("button", "said"), [(Button.NO, "no"), (Button.YES, "yes")])
def test_the_answer_may_be_a_button(tmp_path: Path, button: Button, said: str) -> None:
    with Point(tmp_path, Clock()) as point:
        point.panel.press(button)
        point.station.tick()
        assert point.lines[-1].reason == "nobody-held"
        point.show(MAU)
        point.panel.press(button)
        point.station.tick()
        assert point.lines[-1].reason == "stale-scan"
        Pause().wait(ASKING)
        point.panel.press(button)
        point.station.tick()
        assert point.lines[-1].outcome == "checked-in"
        made = point.journal.ledger.duties.last
        assert isinstance(made, CheckedIn)
        assert made.symptoms == said


def test_a_restart_knows_who_is_checked_in_and_can_undo_it(tmp_path: Path) -> None:
    with Point(tmp_path, Clock()) as point:
        point.check_in(MAU)
    with Point(tmp_path, Clock()) as point:
        assert point.show(MAU) == "checked-in-again"
        assert point.order(Command.UNDO) == "check-in-voided"
        assert point.order(Command.UNDO) == "refused"
        assert point.show(MAU) == "check-in-asked"


@pytest.mark.parametrize(
    ("now", "outcome"),
    [
        (Clock("boot-2", later=timedelta(minutes=50)), "checked-in-again"),
        (Clock("boot-2", later=timedelta(minutes=70)), "check-in-asked"),
        (Clock("boot-2", trusted=False, later=timedelta(minutes=5)), "check-in-asked"),
    ],
)
def test_a_power_cut_leaves_what_the_clock_can_prove(
    tmp_path: Path, now: Clock, outcome: str
) -> None:
    with Point(tmp_path, Clock()) as point:
        point.check_in(MAU)
    with Point(tmp_path, now) as point:
        assert point.order(Command.UNDO) == "refused"
        assert point.show(MAU) == outcome


def test_a_clock_that_was_wrong_then_proves_nothing_now(tmp_path: Path) -> None:
    with Point(tmp_path, replace(Clock(), trusted=False)) as point:
        point.check_in(MAU)
    with Point(tmp_path, Clock("boot-2")) as point:
        assert point.show(MAU) == "check-in-asked"
