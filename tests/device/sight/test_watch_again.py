"""Who may be shown again, and how soon: after a hold that ended, and after two persons in view."""

from collections.abc import Sequence
from datetime import date

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from contract.cards import CardNumber, SignedCard, sign_card
from contract.checks import mod_37_2
from contract.commands import Command, text_of
from device.sight.decoders import Code
from device.sight.symbology import Symbology
from device.sight.watch import LEAVE, SOON, CodeShown, SeveralInView, Watch

AN = Code("024091000001||Nguyễn Văn An|05031991|Nam|Bắc Giang|15042021".encode(), Symbology.QR)
MAU = Code("024191000002||Nguyễn Thị Mẫu|21031991|Nữ|Bắc Giang|14082021".encode(), Symbology.QR)
UNDO = Code(text_of(Command.UNDO).encode(), Symbology.QR)
NUMBER = CardNumber("K7M3Q9XT4" + mod_37_2("K7M3Q9XT4"))
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
SIGNED = sign_card(SignedCard(NUMBER, "Trần Thị Mẫu", 1950, "F", date(2026, 1, 2)), KEY)
CARD = Code(SIGNED.encode(), Symbology.QR)
Film = Sequence[tuple[float, Sequence[Code]]]
FRAME = 0.1


def play(watch: Watch, film: Film) -> list[object]:
    return [event for now, codes in film if (event := watch.see(codes, now)) is not None]


def held(code: Code, start: float, end: float) -> Film:
    """A code before the camera from *start* to *end*, ten frames a second."""
    return [(start + n * FRAME, [code]) for n in range(round((end - start) / FRAME))]


def test_a_person_who_was_let_go_is_read_again_after_a_short_look_away() -> None:
    watch = Watch()
    assert len(play(watch, held(AN, 0, 1))) == 1
    watch.let_go()
    again = play(watch, [(1.2, []), *held(AN, 1.5, 2)])
    assert again == [CodeShown(AN.data, 1.6)]


def test_a_person_who_was_not_let_go_stays_locked_after_a_short_look_away() -> None:
    watch = Watch()
    assert len(play(watch, held(AN, 0, 1))) == 1
    assert play(watch, [(1.2, []), *held(AN, 1.5, 2)]) == []


def test_a_let_go_code_that_never_leaves_the_view_is_not_read_again() -> None:
    watch = Watch()
    play(watch, held(AN, 0, 1))
    watch.let_go()
    assert play(watch, held(AN, 1, 30)) == []


def test_while_another_person_may_be_in_view_the_whole_second_is_needed() -> None:
    watch = Watch()
    play(watch, held(AN, 0, 1))
    play(watch, held(MAU, 1.2, 1.4))
    watch.let_go()
    assert play(watch, [(1.5, [])]) == []
    assert play(watch, [(1.6, [AN])]) == [SeveralInView(1.6)]


def test_a_command_card_stays_locked_when_a_person_is_let_go() -> None:
    watch = Watch()
    assert len(play(watch, held(UNDO, 0, 1))) == 1
    watch.let_go()
    assert play(watch, [(1.2, []), *held(UNDO, 1.5, 2)]) == []


def test_who_counted_before_a_crowd_is_read_anew_when_the_other_has_left() -> None:
    watch = Watch()
    film = [*held(AN, 0, 0.5), (0.5, [AN, MAU]), *held(AN, 0.6, 3)]
    events = play(watch, film)
    assert [type(event) for event in events] == [CodeShown, SeveralInView, CodeShown]
    last = events[-1]
    assert isinstance(last, CodeShown)
    assert last.at > 0.5 + LEAVE


def test_after_a_crowd_even_a_signed_card_needs_two_frames() -> None:
    watch = Watch()
    assert play(watch, [(0.0, [AN, CARD]), (0.6, [CARD]), (1.2, [CARD])]) == [SeveralInView(0.0)]
    assert play(watch, [(1.3, [CARD])]) == [CodeShown(CARD.data, 1.3)]


FRAMES = st.lists(
    st.tuples(
        st.sampled_from([0.1, 0.1, 0.3, 0.5, 1.1]),
        st.sets(st.sampled_from([AN, MAU])),
        st.booleans(),
    ),
    max_size=50,
)


@given(FRAMES)
def test_nobody_counts_on_fewer_than_two_frames_after_another_was_in_view(
    frames: list[tuple[float, set[Code], bool]],
) -> None:
    watch, now = Watch(), 0.0
    alone = {AN.data: 0, MAU.data: 0}  # frames since another person was seen
    for pause, codes, let_go in frames:
        now += pause
        if let_go:
            watch.let_go()
        for code, other in ((AN, MAU), (MAU, AN)):
            alone[code.data] = 0 if other in codes else alone[code.data] + (code in codes)
        event = watch.see(sorted(codes, key=lambda code: code.data), now)
        assert not isinstance(event, CodeShown) or alone[event.data] >= 2


@given(FRAMES)
def test_a_person_counts_again_only_after_having_been_out_of_view_or_in_a_crowd(
    frames: list[tuple[float, set[Code], bool]],
) -> None:
    watch, now = Watch(), 0.0
    seen: dict[bytes, float] = {}
    free: dict[bytes, bool] = {}
    for pause, codes, let_go in frames:
        now += pause
        if let_go:
            watch.let_go()
        for code in codes:
            away = now - seen.get(code.data, now)
            free[code.data] = free.get(code.data, True) or away > SOON
            seen[code.data] = now
        event = watch.see(sorted(codes, key=lambda code: code.data), now)
        if isinstance(event, SeveralInView):
            free = {}
        if isinstance(event, CodeShown):
            assert free.get(event.data, True)
            free[event.data] = False
