"""The eye spends little where there is nothing, more where something is held up."""

from collections import Counter
from collections.abc import Iterator
from itertools import count

import numpy as np
import pytest
from numpy.typing import NDArray

from device.drivers.simulated.scene import Held, Scene, render
from device.sight.eye import Eye, Settings, Symbology, read_still

AN = "024091000001||Nguyễn Văn An|05031991|Nam|Bắc Giang|15042021".encode()
MAU = "024191000002||Nguyễn Thị Mẫu|21031991|Nữ|Bắc Giang|14082021".encode()
TUBE = Held(b"260000000182", Symbology.CODE_128, module=3)
LATER = 60.0


def frame(*codes: Held, scene: Scene | None = None, seed: int = 1) -> NDArray[np.uint8]:
    return render(codes, scene or Scene(noise=3), np.random.default_rng(seed))


def settled(settings: Settings | None = None) -> Eye:
    """An eye that has learnt the empty table."""
    eye = Eye(settings or Settings(budget_ms=5000.0))
    for place in range(10):
        eye.look(frame(seed=place), place * 1.0)
    return eye


def test_an_empty_table_costs_one_step() -> None:
    seen = settled().look(frame(seed=50), LATER)
    assert seen.codes == ()
    assert seen.steps == ("zxing",)
    assert not seen.held_up


def test_an_easy_code_costs_one_step() -> None:
    seen = settled().look(frame(Held(AN)), LATER)
    assert [code.data for code in seen.codes] == [AN]
    assert seen.steps == ("zxing",)
    assert seen.held_up


def test_a_code_that_does_not_read_gets_one_more_step_a_frame_each_in_its_turn() -> None:
    eye = settled()
    hard = frame(Held(AN), scene=Scene(noise=3, blur=6))
    steps = [eye.look(hard, LATER + n / 10).steps for n in range(12)]
    assert {len(ran) for ran in steps} == {2}
    assert len({ran[1] for ran in steps}) == 6


def test_small_modules_are_read_by_a_later_step() -> None:
    eye = settled()
    small = frame(Held(AN, module=1.6), scene=Scene(noise=2))
    seen = [eye.look(small, LATER + n / 10).codes for n in range(12)]
    assert {code.data for codes in seen for code in codes} == {AN}


def test_two_codes_in_view_are_both_seen() -> None:
    both = frame(Held(AN, at=(0.3, 0.5)), Held(MAU, at=(0.7, 0.5)))
    assert {code.data for code in Eye().look(both, 0).codes} == {AN, MAU}


def test_a_phone_in_dark_mode_is_read() -> None:
    dark = frame(Held(AN, inverted=True))
    assert [code.data for code in Eye().look(dark, 0).codes] == [AN]


def test_tubes_are_not_read_unless_set() -> None:
    eye = settled()
    assert not any(eye.look(frame(TUBE), LATER + n / 10).codes for n in range(6))


def test_tubes_are_read_where_set_together_with_persons() -> None:
    eye = settled(Settings((Symbology.QR, Symbology.CODE_128), 5000.0))
    both = frame(Held(AN, at=(0.3, 0.5)), Held(TUBE.data, TUBE.kind, 2.5, at=(0.75, 0.5)))
    seen = {code.data for n in range(4) for code in eye.look(both, LATER + n / 10).codes}
    assert seen == {AN, TUBE.data}


def test_other_kinds_cost_an_empty_table_only_now_and_then() -> None:
    eye = settled(Settings((Symbology.QR, Symbology.CODE_128), 5000.0))
    empty = frame(seed=70)
    extra = sum(len(eye.look(empty, LATER + n / 10).steps) - 1 for n in range(80))
    assert extra == 10


def test_no_step_begins_once_the_budget_is_spent() -> None:
    ticks: Iterator[float] = (n * 0.03 for n in count())
    eye = Eye(Settings(budget_ms=20.0), clock=lambda: next(ticks))
    hard = frame(Held(AN), scene=Scene(blur=6))
    assert eye.look(hard, 0).steps == ("zxing",)


def test_a_thing_that_stays_becomes_part_of_the_table() -> None:
    eye = settled()
    bag = frame(Held(AN), scene=Scene(noise=3, blur=9))
    held = [eye.look(bag, LATER + n).held_up for n in range(60)]
    assert held[0]
    assert not held[-1]


def test_a_station_that_reads_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="QR"):
        Settings(kinds=(Symbology.CODE_128,))


def test_frames_of_any_size_are_taken() -> None:
    eye = Eye()
    for size in ((480, 640), (720, 1280), (1, 1), (17, 3)):
        assert eye.look(np.zeros(size, np.uint8), 0).codes == ()


def test_a_still_picture_gets_every_step_until_one_reads() -> None:
    small = frame(Held(AN, module=1.6), scene=Scene(noise=2))
    assert [code.data for code in read_still(small)] == [AN]
    assert read_still(frame()) == ()


def test_a_picture_that_cannot_be_prepared_is_a_fault_and_no_error() -> None:
    faults: Counter[str] = Counter()
    assert read_still(np.zeros((1, 3000), np.uint8), faults=faults) == ()
    assert faults


def test_a_still_picture_of_a_tube_is_read_raw() -> None:
    codes = read_still(frame(TUBE), (Symbology.CODE_128,))
    assert [code.data for code in codes] == [TUBE.data]
