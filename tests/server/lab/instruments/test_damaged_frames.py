"""A capture of an analyser's line in which frames are missing, damaged or sent again."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.lab.instruments.astm_frames import frame
from server.lab.instruments.reasons import Why

PROPERTY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def message(tubes: list[str], *, size: int = 0) -> list[bytes]:
    """Frames of a record each, or of *size* letters."""
    records = [rb"H|\^&|||M|||||||P|1394-97|20261126"]
    for number, tube in enumerate(tubes):
        results = (f"R|{at}|^^^G{tube}x{at}|Positive|||||F" for at in range(2))
        records += [f"P|{number}".encode(), f"O|{number}|{tube}||^^^SARS".encode()]
        records += [each.encode() for each in results]
    records.append(b"L|1|N")
    text = b"".join(each + b"\r" for each in records)
    parts = [text[at : at + size] for at in range(0, len(text), size)] if size else [
        each + b"\r" for each in records
    ]  # fmt: skip
    return [frame(at, part, last=at == len(parts)) for at, part in enumerate(parts, 1)]


def spoilt(raw: bytes) -> bytes:
    return raw[:-3] + (b"1" if raw[-3:-2] == b"0" else b"0") + raw[-2:]


@PROPERTY
@given(data=st.data())
def test_no_result_reaches_another_tube_whatever_becomes_of_the_frames(
    parse: Any, tubes: list[str], data: Any
) -> None:
    size = data.draw(st.sampled_from([0, 0, 40, 90]))
    sent = b""
    for number in range(data.draw(st.integers(1, 3))):
        sent += data.draw(st.sampled_from([b"\x05", b"\x04\x05", b"\x04"]))
        for each in message(tubes[3 * number : 3 * number + 3], size=size):
            fate = data.draw(st.sampled_from(["", "", "", "", "lost", "bad", "again", "twice"]))
            kept = {"lost": b"", "bad": spoilt(each), "again": spoilt(each) + each}
            sent += kept.get(fate, each + each if fate == "twice" else each)
    got = parse(sent + b"\x04")
    assert all(each.target.startswith(f"G{each.sample}x") for each in got.readings)


def test_a_frame_that_came_again_is_read_once_and_nothing_is_lost(
    parse: Any, tubes: list[str]
) -> None:
    for size in (0, 90):
        frames = message(tubes[:3], size=size)
        frames[3] = spoilt(frames[3]) + frames[3] + frames[3]
        got = parse(b"\x05" + b"".join(frames) + b"\x04")
        assert len(got.readings) == 6
        assert got.why == []
        assert got.notices == {Why.BAD_CHECKSUM}


@pytest.mark.parametrize("at", [1, 2, 5, 6, 13])
@pytest.mark.parametrize("bad", [True, False])
def test_of_a_message_that_lacks_a_frame_nothing_is_read_and_the_next_is(
    parse: Any, tubes: list[str], at: int, *, bad: bool
) -> None:
    frames = message(tubes[:3])
    frames[at] = spoilt(frames[at]) if bad else b""
    got = parse(b"\x05" + b"".join(frames) + b"\x04\x05" + b"".join(message(tubes[5:6])) + b"\x04")
    whole = {each.sample for each in got.readings}
    if at == 13 and not bad:  # its last record: the last specimen may be half
        assert whole == {tubes[0], tubes[1], tubes[5]}
    else:
        assert whole == {tubes[5]}
    assert set(got.why) in ({Why.BROKEN_OFF}, {Why.BROKEN_OFF, Why.NO_SAMPLE})
    assert got.notices == {Why.CUT_NO_END, *([Why.BAD_CHECKSUM] if bad else [])}


def test_an_order_that_names_two_tubes_gives_neither_a_result(parse: Any, tubes: list[str]) -> None:
    lines = [r"H|\^&|||M", "P|1", f"O|1|{tubes[0]}|{tubes[1]}", "R|1|^^^N|Negative|||||F",
             "R|2|^^^ORF|Negative|||||F", f"O|2|{tubes[2]}^4^7|", "R|1|^^^N|24.1\\25||||||F",
             "R|1|^^^RP|24.1||||||F", "L|1|N", ""]  # fmt: skip
    got = parse("\r".join(lines))
    assert [each.sample for each in got.readings] == [tubes[2]]
    assert got.why == [Why.SEVERAL_TUBES] * 2 + [Why.SEVERAL_VALUES]


def test_results_behind_the_end_of_a_message_are_nobodys(parse: Any, tubes: list[str]) -> None:
    said = "R|1|^^^N|Negative|||||F"
    got = parse("\r".join([r"H|\^&|||M", "P|1", f"O|1|{tubes[0]}", said, "L|1|N", said, ""]))
    assert [each.sample for each in got.readings] == [tubes[0]]
    assert got.why == [Why.NO_SAMPLE]
