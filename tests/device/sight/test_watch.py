"""Which codes count: two frames, a lock until the code has left, and never two persons at once."""

import zlib
from datetime import date

import base45
import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from contract.cards import CardNumber, SignedCard, sign_card
from contract.checks import mod_37_2
from contract.commands import Command, text_of
from device.sight.decoders import Code
from device.sight.symbology import Symbology
from device.sight.watch import CodeShown, SeveralInView, Watch, carries_own_check

AN = Code("024091000001||Nguyễn Văn An|05031991|Nam|Bắc Giang|15042021".encode(), Symbology.QR)
MAU = Code("024191000002||Nguyễn Thị Mẫu|21031991|Nữ|Bắc Giang|14082021".encode(), Symbology.QR)
TUBE = Code(b"260000000182", Symbology.CODE_128)
UNDO = Code(text_of(Command.UNDO).encode(), Symbology.QR)
NUMBER = CardNumber("K7M3Q9XT4" + mod_37_2("K7M3Q9XT4"))


def certificate() -> bytes:
    """A health certificate; nobody checks its signature here."""
    claims = {1: "VN", -260: {1: {"nam": {"fn": "Mẫu", "gn": "Thị"}, "dob": "1950", "v": []}}}
    signed = cbor2.CBORTag(18, [b"", {}, cbor2.dumps(claims), bytes(64)])
    packed = zlib.compress(cbor2.dumps(signed))
    return b"HC1:" + bytes(base45.b45encode(packed))


CARD = Code(
    sign_card(
        SignedCard(NUMBER, "Trần Thị Mẫu", 1950, "F", date(2026, 1, 2)),
        Ed25519PrivateKey.from_private_bytes(bytes(32)),
    ).encode(),
    Symbology.QR,
)


def play(watch: Watch, *frames: tuple[float, list[Code]]) -> list[object]:
    return [event for now, codes in frames if (event := watch.see(codes, now)) is not None]


def test_a_person_counts_when_two_frames_agree() -> None:
    watch = Watch()
    assert watch.see([AN], 0.0) is None
    assert watch.see([AN], 0.1) == CodeShown(AN.data, 0.1)


def test_a_code_held_still_counts_once() -> None:
    frames = [(n / 10, [AN]) for n in range(100)]
    assert play(Watch(), *frames) == [CodeShown(AN.data, 0.1)]


def test_a_code_that_flickers_is_still_the_same_showing() -> None:
    frames = [(n / 10, [AN] if n % 7 else []) for n in range(1, 100)]
    assert len(play(Watch(), *frames)) == 1


def test_a_code_that_left_for_a_second_counts_again() -> None:
    events = play(Watch(), (0.0, [AN]), (0.1, [AN]), (1.0, []), (1.3, [AN]), (1.4, [AN]))
    assert events == [CodeShown(AN.data, 0.1), CodeShown(AN.data, 1.4)]


@pytest.mark.parametrize("code", [UNDO, CARD, Code(NUMBER.payload.encode(), Symbology.QR)])
def test_one_frame_is_enough_for_a_code_with_its_own_check(code: Code) -> None:
    assert carries_own_check(code)
    assert Watch().see([code], 5.0) == CodeShown(code.data, 5.0)


def test_a_card_number_with_a_wrong_check_character_gets_no_such_trust() -> None:
    wrong = Code(NUMBER.payload.encode()[:-1] + b"?", Symbology.QR)
    assert not carries_own_check(wrong)
    assert Watch().see([wrong], 5.0) is None


def test_a_health_certificate_counts_at_once_only_if_it_unpacks() -> None:
    whole = Code(certificate(), Symbology.QR)
    assert carries_own_check(whole)
    cut = whole.data[: len(whole.data) // 2]
    other = whole.data[:60] + (b"A" if whole.data[60:61] != b"A" else b"B") + whole.data[61:]
    for damaged in (b"HC1:", b"HC1:6BF+70790T9WJWG", cut, other, b"HC1:" + b"A" * 100_000):
        assert not carries_own_check(Code(damaged, Symbology.QR))


def test_a_tube_by_camera_needs_two_frames_that_are_apart() -> None:
    watch = Watch()
    assert watch.see([TUBE], 0.0) is None
    assert watch.see([TUBE], 0.1) is None
    assert watch.see([TUBE], 0.2) == CodeShown(TUBE.data, 0.2, Symbology.CODE_128)


def test_two_persons_in_view_are_refused_and_neither_counts() -> None:
    events = play(Watch(), *((n / 10, [AN, MAU]) for n in range(30)))
    assert events == [SeveralInView(0.0)]


def test_two_persons_in_turns_of_frames_are_in_view_together() -> None:
    events = play(Watch(), (0.0, [AN]), (0.1, [MAU]), (0.2, [AN]), (0.3, [MAU]))
    assert events == [SeveralInView(0.2)]


def test_who_stays_when_the_other_has_left_counts_after_two_more_frames() -> None:
    both = [(n / 10, [AN, MAU]) for n in range(3)]
    alone = [(0.3 + n / 10, [MAU]) for n in range(20)]
    events = play(Watch(), *both, *alone)
    assert events[0] == SeveralInView(0.0)
    assert len(events) == 2
    shown = events[1]
    assert isinstance(shown, CodeShown)
    assert shown.data == MAU.data
    assert shown.at > 1.2


def test_a_next_person_right_after_the_last_one_is_no_crowd() -> None:
    events = play(Watch(), (0.0, [AN]), (0.1, [AN]), (0.3, [MAU]), (0.4, [MAU]))
    assert events == [CodeShown(AN.data, 0.1), CodeShown(MAU.data, 0.4)]


def test_a_person_and_a_tube_may_be_in_view_together() -> None:
    events = play(Watch(), *((n / 10, [AN, TUBE]) for n in range(10)))
    assert [event.data for event in events if isinstance(event, CodeShown)] == [AN.data, TUBE.data]


def test_a_command_card_beside_a_person_is_no_second_person() -> None:
    events = play(Watch(), (0.0, [AN, UNDO]), (0.1, [AN, UNDO]), (0.2, [AN, UNDO]))
    assert SeveralInView not in [type(event) for event in events]
    assert len(events) == 2


def test_codes_read_only_once_are_counted_and_never_shown() -> None:
    watch = Watch()
    assert play(watch, (0.0, [AN]), (2.0, []), (2.1, [])) == []
    assert watch.unconfirmed == 1


@given(st.lists(st.sets(st.sampled_from([AN, MAU, TUBE, UNDO])), max_size=40))
def test_no_person_ever_counts_in_a_frame_that_shows_another(frames: list[set[Code]]) -> None:
    watch = Watch()
    for place, codes in enumerate(frames):
        event = watch.see(sorted(codes, key=lambda code: code.data), place / 10)
        if {AN, MAU} <= codes:
            assert not isinstance(event, CodeShown) or event.data in (TUBE.data, UNDO.data)


@given(st.lists(st.sets(st.sampled_from([AN, MAU, TUBE])), max_size=60))
def test_nothing_counts_that_was_not_read_twice(frames: list[set[Code]]) -> None:
    watch = Watch()
    reads: dict[bytes, int] = {}
    for place, codes in enumerate(frames):
        for code in codes:
            reads[code.data] = reads.get(code.data, 0) + 1
        event = watch.see(codes, place / 10)
        if isinstance(event, CodeShown):
            assert reads[event.data] >= 2
