"""Every outcome has a sign and a sentence, and no two things sound the same by accident."""

import string
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contract.boxes import BoxId
from contract.duties import Duty
from contract.duty_events import Symptoms
from contract.tubes import TubeId
from device.duties.facts import (
    BoxBegun,
    BoxShut,
    CheckInAgain,
    CheckInAsked,
    CheckInMade,
    CheckInUndone,
    DutySet,
    SameArrival,
    TubeTaken,
)
from device.facts import (
    LetGo,
    OperatorAsked,
    OperatorNamed,
    Outcome,
    Paired,
    Person,
    PersonHeld,
    PoolOpened,
    PoolShut,
    Refused,
    SamePair,
    SecondLookAsked,
    ShiftClosed,
    ShiftOpened,
    SlipNoticed,
    TubeHeld,
    Voided,
)
from device.reasons import LetGoReason, Refusal
from device.refusal_words import REFUSALS
from device.sentences import shown
from device.shifts import Summary
from device.signals import SIGNALS, Light, Tone, score
from device.slips import Slip

BOX = BoxId.mint(12)
SAID: tuple[Symptoms, ...] = ("", "no", "yes")
TUBE = TubeId.mint(26, 1)
PERSON = Person("a" * 16, "card", "sealed", "N●●●●● Thị M●●", 1991)
SUMMARY = Summary(
    datetime(2026, 11, 22, tzinfo=UTC), 41, 43, 1, 100, 56, 2500, 31000, 3, 1, 0, {"tube-used": 5}
)
OUTCOMES: list[Outcome] = [
    *[SlipNoticed(slip, (TUBE.text, TubeId.mint(26, 3).text)) for slip in Slip],
    OperatorAsked(),
    OperatorNamed(PERSON),
    ShiftOpened(PERSON),
    ShiftClosed(SUMMARY),
    ShiftClosed(replace(SUMMARY, issued=None, returned=None)),
    ShiftClosed(replace(SUMMARY, issued=101)),
    *[ShiftClosed(replace(SUMMARY, duty=duty.value, people=0, used=0, void=0)) for duty in Duty],
    PersonHeld(PERSON),
    PersonHeld(PERSON, today=1),
    SecondLookAsked(PERSON, 1),
    TubeHeld(TUBE),
    Paired(TUBE, PERSON, "person-first", 1000),
    Paired(TubeId.mint(90, 1), PERSON, "pool", 1000, 3),
    SamePair(TUBE.text),
    Paired(TUBE, PERSON, "person-first", 1000, assigned=True),
    Paired(TUBE, PERSON, "person-first", 0, manual=True),
    Paired(TUBE, PERSON, "person-first", 1000, released=(TUBE.text,)),
    PoolOpened(TubeId.mint(90, 1)),
    PoolShut(TubeId.mint(90, 1).text, 5),
    PoolShut(TubeId.mint(90, 1).text, 3, "idle"),
    PoolShut(TubeId.mint(90, 1).text, 0, "void"),
    Voided(TUBE.text, PERSON.tag, "undo"),
    Voided(TubeId.mint(90, 1).text, PERSON.tag, "undo"),
    *[Refused(reason, TUBE.text, box=BOX.text) for reason in Refusal],
    *[DutySet(duty, Duty.SAMPLING) for duty in Duty],
    CheckInAsked(PERSON),
    *[CheckInMade(PERSON, said, 1000) for said in SAID],
    CheckInMade(replace(PERSON, kind="vehicle-pass", shown="Xe …567"), "", 0),
    CheckInAgain(PERSON),
    CheckInUndone(PERSON.tag),
    BoxBegun(BOX, 96, 0),
    TubeTaken(TUBE, BOX, 12, 96),
    SameArrival(BOX, 12, 96),
    SameArrival(BOX, 12, 96, TUBE.text),
    BoxShut(BOX, 96, 96, "card"),
    BoxShut(BOX, 95, 96, "label"),
    *[LetGo(reason) for reason in LetGoReason],
]


@pytest.mark.parametrize("outcome", OUTCOMES, ids=repr)
def test_every_outcome_has_a_sign_and_two_sentences(outcome: Outcome) -> None:
    told = shown(outcome, pool_cap=5)
    assert told.signal in SIGNALS
    for sentence in told.said:
        assert sentence
        assert "{" not in sentence
    assert len(told.outcome) <= 64


def test_no_sentence_of_a_refusal_asks_for_more_than_is_known() -> None:
    for said in REFUSALS.values():
        for sentence in said:
            fields = {name for _, name, _, _ in string.Formatter().parse(sentence) if name}
            assert fields <= {"tube", "when", "box"}


def test_an_undo_names_its_tube_for_another_may_be_in_hand() -> None:
    single = shown(Voided(TUBE.text, PERSON.tag, "undo"), 5).said.vi
    assert single == "Đã gỡ ống …0182. Bỏ ống đó; người ấy lấy ống mới."
    pool = TubeId.mint(90, 1).text
    assert "Bỏ ống" not in shown(Voided(pool, PERSON.tag, "undo"), 5).said.vi, "others are in it"
    void = shown(PoolShut(pool, 0, "void"), 5)
    assert "bỏ ống đó" in void.said.vi
    assert SIGNALS[void.signal].light is not Light.GREEN, "nobody is paired any more"


def test_a_used_tube_is_named_with_the_time_at_the_table() -> None:
    used = Refused(Refusal.TUBE_USED, TUBE.text, datetime(2026, 11, 22, 1, 14, tzinfo=UTC))
    assert shown(used, 5).said.vi == "Ống 2600 0000 0182 đã dùng lúc 08:14. Lấy ống khác."


def test_the_end_of_a_shift_says_what_must_be_left_in_the_box() -> None:
    assert shown(ShiftClosed(SUMMARY), 5).said.vi == (
        "Hết ca: 41 người, 31 giây/người. Ống: nhận 100 = dùng 43 + hỏng 1 + trả 56. "
        "Đọc lại 3, từ chối 5, nhập tay 1. Đếm hộp: phải còn 56 ống."
    )
    wrong = shown(ShiftClosed(replace(SUMMARY, issued=101)), 5).said
    assert "nhận 101 ≠ dùng 43" in wrong.vi
    assert "Báo trưởng nhóm" in wrong.vi


def test_the_end_of_a_shift_says_what_was_done_in_it() -> None:
    point = replace(SUMMARY, duty="check-in", people=0, used=0, void=0, checked_in=38, ill=2)
    assert shown(ShiftClosed(replace(point, vehicles=4)), 5).said.vi == (
        "Hết ca: Khai báo 38 người, 31 giây/người, 2 có triệu chứng, 4 xe. Đọc lại 3, từ chối 5."
    )
    bench = replace(SUMMARY, duty="reception", people=0, used=0, void=0, boxes=3, arrived=288)
    assert shown(ShiftClosed(replace(bench, mismatches=1)), 5).said.vi == (
        "Hết ca: 3 hộp, 288 ống đã nhận, 1 hộp không khớp. Đọc lại 3, từ chối 5."
    )
    both = shown(ShiftClosed(replace(SUMMARY, duty="check-in", checked_in=5)), 5).said.vi
    assert "41 người, 31 giây/người" in both
    assert "Khai báo 5 người, 0 có triệu chứng" in both
    assert "Đếm hộp" in both


def test_the_documentation_names_every_outcome() -> None:
    text = (Path(__file__).parents[2] / "docs" / "station.md").read_text()
    told = {shown(outcome, pool_cap=5).outcome for outcome in OUTCOMES}
    assert [outcome for outcome in sorted(told) if f"`{outcome}`" not in text] == []


def test_only_what_is_on_the_disk_is_green_and_rising() -> None:
    assert {row.name for row in SIGNALS.values() if row.light is Light.GREEN} == {
        "ready",
        "paired",
        "paired-own",
        "same-pair",
        "pool-closed",
        "checked-in",
        "checked-in-again",
        "box-closed",
    }


def test_a_pair_and_a_refusal_never_sound_alike() -> None:
    audible = {name: SIGNALS[name].tones for name in ("paired", "refused", "second", "let-go")}
    assert len(set(audible.values())) == len(audible)


def test_every_sound_of_a_duty_means_one_thing() -> None:
    alike = {"ready": "same-pair", "tube-held": "person-held", "pool-member": "pool-opened"}
    alike |= {"let-go": "voided", "operator-changed": "shift-began"}
    tones: dict[tuple[Tone, ...], str] = {}
    for name, signal in SIGNALS.items():
        known = tones.setdefault(signal.tones, alike.get(name, name))
        assert known == alike.get(name, name)


def test_a_score_ends_in_silence() -> None:
    sounds = score(SIGNALS["paired"])
    assert [sound.hertz for sound in sounds] == [880, 0, 1760, 0]
    assert sounds[-1].at == pytest.approx(0.23)
    assert score(SIGNALS["off"])[-1].hertz == 0
    assert Tone(0, 30) in SIGNALS["paired"].tones
