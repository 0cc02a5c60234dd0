"""A shift's numbers follow from the journal, and its tubes add up with the box."""

from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from contract.boxes import BoxId
from contract.duties import Duty
from contract.events import Event, ShiftEnded, TubePaired
from contract.lots import IssuedLots, LotWire
from contract.tubes import TubeId
from device.drafts import Begun, Drafts, Moment
from device.duties.facts import BoxShut, CheckInMade, CheckInUndone, DutySet, TubeTaken
from device.facts import (
    OperatorNamed,
    Outcome,
    Paired,
    Person,
    Refused,
    ShiftClosed,
    ShiftOpened,
    Voided,
)
from device.journal import Journal
from device.ledger import Ledger
from device.reasons import Refusal
from device.shift_now import ShiftDesk

LOTS = IssuedLots((LotWire("L-1", 26, 0, 19), LotWire("L-2", codes=("ABC-1", "ABC-2"))))
LAN, MAI = (Person(letter * 16, "personal-card", "sealed") for letter in "lm")
SECOND = 10**9
MORNING = Moment(datetime(2026, 11, 22, 1, 14, tzinfo=UTC), True, "boot-1", SECOND)  # noqa: FBT003


def pair(number: int, who: int, took_ms: int = 2000) -> Paired:
    person = Person(f"{who:016x}", "citizen-card", "sealed")
    return Paired(TubeId.mint(26, number), person, "person-first", took_ms)


class Books:
    """A journal, written to as the station does, one second after another."""

    def __init__(self, folder: Path, drafts: Drafts, morning: Moment) -> None:
        self.journal, self.drafts, self.now = Journal(folder, "ban-1"), drafts, morning

    def write(self, *outcomes: Outcome) -> list[Event]:
        written = []
        for outcome in outcomes:
            at, mono = self.now.at + timedelta(seconds=10), self.now.mono + 10 * SECOND
            self.now = Moment(at, self.now.trusted, self.now.boot, mono)
            ledger = self.journal.ledger
            if isinstance(outcome, ShiftClosed):
                outcome = ShiftClosed(ledger.sum_up(LOTS))
            draft = self.drafts.of(outcome, self.now, ledger)
            if draft is not None:
                written += self.journal.append(draft)
        return written


def test_a_shift_is_summed_up_and_adds_up(tmp_path: Path, drafts: Drafts, morning: Moment) -> None:
    books = Books(tmp_path, drafts, morning)
    with closing(books.journal):
        books.write(pair(0, 9), ShiftOpened(LAN), pair(1, 1), pair(2, 2, 4000), pair(3, 1, 3000))
        [void] = books.write(Voided(TubeId.mint(26, 3).text, f"{1:016x}", "undo"))
        books.write(Refused(Refusal.TUBE_MISREAD), Refused(Refusal.TUBE_USED), OperatorNamed(MAI))
        [ended] = books.write(ShiftClosed())
    assert isinstance(ended, ShiftEnded)
    assert (ended.people, ended.used, ended.void) == (2, 2, 1)
    assert (ended.issued, ended.returned) == (21, 18)
    assert (ended.scan_ms, ended.pace_ms) == (3000, 10_000)
    assert (ended.rereads, ended.refusals) == (1, {"tube-misread": 1, "tube-used": 1})
    assert (void.operator, ended.operator) == (LAN.tag, MAI.tag)


def test_the_operator_is_in_every_event_and_known_after_a_restart(
    tmp_path: Path, drafts: Drafts, morning: Moment
) -> None:
    books = Books(tmp_path, drafts, morning)
    with closing(books.journal):
        [before] = books.write(pair(0, 9))
        books.write(ShiftOpened(LAN))
    again = Books(tmp_path, drafts, morning)
    with closing(again.journal):
        assert again.journal.ledger.shift_open
        [after] = again.write(pair(1, 9))
        assert drafts.started(morning, "x", Begun(operator=LAN.tag)).operator == LAN.tag
        assert again.journal.ledger.operator == LAN.tag
        again.write(ShiftClosed())
        [later] = again.write(pair(2, 9))
    assert [event.operator for event in (before, after, later)] == ["", LAN.tag, ""]


def test_the_screen_shows_the_open_shift_and_then_the_last_one(
    tmp_path: Path, drafts: Drafts, morning: Moment
) -> None:
    books, desk = Books(tmp_path, drafts, morning), ShiftDesk()
    with closing(books.journal):
        assert desk.now(books.journal, LOTS) is None
        books.write(ShiftOpened(LAN), pair(1, 1))
        now = desk.now(books.journal, LOTS)
        assert now is not None
        assert (now.open, now.people, now.returned) == (True, 1, 21)
        assert desk.now(books.journal, LOTS) is now
        books.write(ShiftClosed())
        last = desk.now(books.journal, LOTS)
        assert last == msgspec.structs.replace(now, open=False)


def test_a_shift_counts_what_every_duty_did(
    tmp_path: Path, drafts: Drafts, morning: Moment
) -> None:
    lorry = Person("c" * 16, "vehicle-pass", "sealed")
    boxes = [BoxId.mint(number) for number in (1, 2)]
    tubes = [TubeId.mint(26, number) for number in (1, 2)]
    books = Books(tmp_path, drafts, morning)
    with closing(books.journal):
        books.write(ShiftOpened(LAN), DutySet(Duty.CHECK_IN, Duty.SAMPLING))
        books.write(CheckInMade(LAN, "no", 2000), CheckInMade(MAI, "yes", 4000))
        books.write(CheckInMade(lorry, "", 0), CheckInUndone(LAN.tag), CheckInMade(LAN, "yes", 0))
        books.write(CheckInUndone(LAN.tag), DutySet(Duty.RECEPTION, Duty.CHECK_IN))
        books.write(*[TubeTaken(tube, boxes[0], at, 3) for at, tube in enumerate(tubes, 1)])
        books.write(BoxShut(boxes[0], 2, 3, "label"), BoxShut(boxes[1], 1, None, "card"))
        books.write(TubeTaken(tubes[0], boxes[1], 1, 2), BoxShut(boxes[1], 1, 2, "card"))
        books.write(BoxShut(boxes[0], 3, 3, "label"))
        [ended] = books.write(ShiftClosed())
    assert isinstance(ended, ShiftEnded)
    assert (ended.checked_in, ended.ill, ended.vehicles) == (1, 1, 1)
    assert (ended.boxes, ended.arrived, ended.mismatches, ended.duty) == (2, 2, 1, "reception")
    assert (ended.people, ended.used, ended.scan_ms) == (0, 0, 2000)


deeds = st.lists(
    st.tuples(st.sampled_from(["pair", "void", "refuse"]), st.integers(0, 19)), max_size=40
)


def play(ledger: Ledger, drafts: Drafts, now: Moment, deeds: Iterable[tuple[str, int]]) -> None:
    for number, (deed, tube) in enumerate(deeds, 1):
        outcome: Outcome = pair(tube, tube % 7)
        if deed == "void":
            outcome = Voided(TubeId.mint(26, tube).text, f"{tube % 7:016x}", "undo")
        if deed == "refuse":
            outcome = Refused(Refusal.TUBE_USED)
        if deed == "pair" and ledger.use_of(TubeId.mint(26, tube).text) is not None:
            continue  # the machine would have refused it
        draft = drafts.of(outcome, now, ledger)
        if isinstance(draft, TubePaired):
            draft = msgspec.structs.replace(draft, id=UUID(int=number))
        if draft is not None:
            ledger.take(draft)


@given(before=deeds, during=deeds)
def test_issued_is_used_and_void_and_returned_whatever_happened(
    before: list[tuple[str, int]], during: list[tuple[str, int]]
) -> None:
    ledger, drafts = Ledger(), Drafts("ban-1")
    now = MORNING
    play(ledger, drafts, now, before)
    opened = drafts.of(ShiftOpened(LAN), now, ledger)
    if opened is not None:
        ledger.take(opened)
    play(ledger, drafts, now, during)
    summary = ledger.sum_up(LOTS)
    assert summary is not None
    assert summary.adds_up
    assert summary.issued is not None
    assert summary.people <= summary.used <= summary.issued


@given(st.sampled_from([0, 1, 10, 19, 20, 21, 99]), st.sampled_from([25, 26, 27]))
def test_a_lot_holds_what_it_reads(serial: int, series: int) -> None:
    text = TubeId.mint(series, serial).text
    assert LOTS.holds(text) is (LOTS.lot_of(TubeId(text)) is not None)
    assert LOTS.holds("ABC-1")
    assert not LOTS.holds("ABC-3")
