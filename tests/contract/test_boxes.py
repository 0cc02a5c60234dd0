import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import identities
from contract.boxes import (
    LARGEST_SERIAL,
    MOST_TUBES,
    BoxError,
    BoxId,
    BoxLabel,
    BoxMisread,
    is_label,
    read_label,
)
from contract.identities import IdentityError
from contract.tubes import TubeError, tube

BOXES = st.builds(BoxId.mint, st.integers(0, LARGEST_SERIAL))
LABELS = st.builds(BoxLabel, BOXES, st.none() | st.integers(0, MOST_TUBES))


def test_a_printed_label_never_changes() -> None:
    box = BoxId.mint(12)
    assert (box.text, box.grouped) == ("B:0000001262", "B 0000 0012 62")
    assert BoxLabel(box, 96).text == "B:0000001262.09611"


@given(LABELS)
def test_a_label_is_read_back_from_its_text(label: BoxLabel) -> None:
    assert read_label(label.text) == label
    assert label.box == BoxId.mint(label.box.serial)


@given(LABELS, st.data())
def test_one_wrong_digit_is_always_a_misread(label: BoxLabel, data: st.DataObject) -> None:
    text = label.text
    place = data.draw(st.sampled_from([at for at, one in enumerate(text) if one.isdigit()]))
    digit = data.draw(st.sampled_from("0123456789".replace(text[place], "")))
    with pytest.raises(BoxMisread):
        read_label(text[:place] + digit + text[place + 1 :])


@given(LABELS)
def test_a_box_is_no_tube_and_no_person_and_fits_a_qr_s_alphanumeric_mode(label: BoxLabel) -> None:
    assert is_label(label.text)
    assert re.fullmatch(r"[0-9A-Z $%*+./:-]{12,18}", label.text)
    with pytest.raises(TubeError):
        tube(label.text)
    with pytest.raises(IdentityError):
        identities.parse(label.text.encode())


@pytest.mark.parametrize("text", ["", "B:", "B:123", "b:0000001262", "B:0000001262.96", "Bình"])
def test_any_other_text_is_no_label(text: str) -> None:
    assert not is_label(text)
    with pytest.raises(BoxError):
        read_label(text)


@pytest.mark.parametrize("serial", [-1, LARGEST_SERIAL + 1])
def test_a_serial_that_does_not_fit_is_no_box(serial: int) -> None:
    with pytest.raises(BoxError):
        BoxId.mint(serial)


def test_a_box_holds_no_more_than_three_digits_can_say() -> None:
    with pytest.raises(BoxError):
        BoxLabel(BoxId.mint(1), MOST_TUBES + 1)
