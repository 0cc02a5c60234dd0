"""Every line of "at the table", by the station's own program and a reader on a wire."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from contract.commands import Command
from contract.events import ShiftEnded, TubePaired
from device.drivers.simulated.reader import PtyReader
from tests.journeys.table import BREAK, CROWD, Table, settle, tube


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    with closing(PtyReader(tmp_path / "reader")) as reader:
        table = Table(settle(tmp_path, reader.path), reader)
        yield table
        table.end()


def test_a_shift_at_the_table_line_by_line(table: Table) -> None:
    begin_a_shift(table)
    both_orders_and_their_refusals(table)
    a_pool(table)
    roster_tubes(table)
    a_second_look(table)
    a_typed_pair(table)
    the_slip_alarm(table)
    end_the_shift(table)


def begin_a_shift(table: Table) -> None:
    assert table.card(Command.END_SHIFT) == "refused no-shift"
    assert table.card(Command.BEGIN_SHIFT) == "operator-asked"
    assert table.person(1) == "refused not-an-operator"
    assert table.nurse() == "shift-began"
    BREAK.wait(0.6)  # the nurse's card has left the reader's view


def both_orders_and_their_refusals(table: Table) -> None:
    assert table.pair(1, tube(1)) == "paired"
    assert table.tube(tube(1)) == "same-pair"
    assert table.tube(tube(20)) == "tube-held"
    assert table.person(2) == "paired"
    assert table.pair(3, tube(1)).startswith("refused tube-used")
    assert table.tube(tube(5, 27)) == "refused tube-of-other-lot"
    assert table.tube(tube(40)[:-1] + str((int(tube(40)[-1]) + 1) % 10)) == "refused tube-misread"
    assert table.person(4) == "let-go second"
    assert table.next() == "refused second-person"
    assert table.pair(3, tube(40)) == "paired"
    assert table.card(Command.UNDO) == "voided undo"
    assert table.card(Command.UNDO) == "refused nothing-to-undo"
    assert table.pair(3, tube(40)) == "refused tube-used"  # void, and used up
    assert table.tube(tube(60)) == "paired"


def a_pool(table: Table) -> None:
    assert table.tube(tube(1, 90)) == "pool-opened"
    assert table.person(5) == "pool-member"
    BREAK.wait(0.6)
    assert table.person(5).startswith(("refused", "same-pair"))  # nobody is in a pool twice
    assert table.tube(tube(61)) == "refused pool-open"
    assert table.person(6) == "pool-member"
    assert table.person(7) == "pool-member"
    assert table.next() == "pool-closed"  # the cap
    assert table.tube(tube(2, 90)) == "pool-opened"
    assert table.person(8) == "pool-member"
    assert table.tube(tube(2, 90)) == "pool-closed"


def roster_tubes(table: Table) -> None:
    assert table.person(9) == "person-held"
    assert table.tube(tube(90)) == "refused assigned-to-other"
    assert table.tube(tube(15)) == "paired"  # who was held is held still
    assert table.pair(0, tube(70)) == "paired assignment-released"
    assert table.pair(10, tube(90)) == "refused assigned-to-other"  # it bears a name for ever
    assert table.card(Command.CANCEL) == "let-go cancel"


def a_second_look(table: Table) -> None:
    assert table.person(1) == "second-look again-today"
    assert table.tube(tube(71)) == "refused second-look-first"
    BREAK.wait(1.1)
    assert table.person(1).startswith("person-held")
    assert table.card(Command.CANCEL) == "let-go cancel"


def a_typed_pair(table: Table) -> None:
    number = CROWD[11].decode().split("|")[0]
    code, said = table.typed(tube(75), tube(76), tube(75), tube(75), number, number)
    assert (code, table.next()) == (0, "paired typed"), said
    assert "nhập lại" in said
    code, said = table.typed(*[tube(77), tube(78)] * 3)
    assert code == 1
    assert "CHƯA ghép" in said


def the_slip_alarm(table: Table) -> None:
    for person, serial in ((12, 30), (13, 31), (14, 32), (15, 33)):
        assert table.pair(person, tube(serial)) == "paired"
    assert table.pair(16, tube(35)) == "paired"
    assert table.next() == "slip-suspected tube-skipped"


def end_the_shift(table: Table) -> None:
    assert table.card(Command.END_SHIFT) == "shift-ended"
    events = table.events
    ended = events[-1]
    assert isinstance(ended, ShiftEnded)
    pairs = [event for event in events if isinstance(event, TubePaired)]
    assert (ended.people, ended.void, ended.manual, ended.slips) == (len(pairs) - 1, 1, 1, 1)
    assert ended.issued == 110
    assert ended.issued == ended.used + ended.void + (ended.returned or 0)
    assert ended.rereads >= 1
    assert ended.refusals["assigned-to-other"] == 2
    assert {event.operator for event in pairs} == {ended.operator} != {""}


def test_the_other_two_duties_by_card(table: Table) -> None:
    assert table.card(Command.DUTY_CHECK_IN) == "duty-set check-in"
    assert table.card(Command.BEGIN_SHIFT) == "operator-asked"
    assert table.nurse() == "shift-began"
    BREAK.wait(0.6)
    for person, answer, told in ((1, Command.NO_SYMPTOMS, "no-"), (2, Command.SYMPTOMS, "")):
        assert table.person(person) == "check-in-asked"
        assert table.card(Command.DUTY_RECEPTION) == "refused duty-busy"
        BREAK.wait(0.6)
        assert table.card(answer) == f"checked-in {told}symptoms"
    assert table.person(1) == "checked-in-again"
    assert table.card(Command.DUTY_RECEPTION) == "duty-set reception"
    assert table.box(1) == "box-opened"
    assert table.tube(tube(1)) == "tube-arrived"
    assert table.tube(tube(1)) == "same-arrival tube"
    assert table.tube(tube(2)) == "tube-arrived"
    assert table.box(1, 3) == "box-closed mismatch"
    assert table.box(2) == "box-opened"
    assert table.tube(tube(2)) == "refused tube-in-other-box"
    assert table.card(Command.CLOSE_BOX) == "box-closed"
    assert table.card(Command.END_SHIFT) == "shift-ended"
    ended = table.events[-1]
    assert isinstance(ended, ShiftEnded)
    assert (ended.checked_in, ended.ill, ended.boxes, ended.arrived) == (2, 1, 2, 2)
    assert (ended.mismatches, ended.duty) == (1, "reception")
