"""Bytes from a wire: split and glued anywhere, with garbage between frames."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.drivers.readers.codecs import gm65, honeywell, newland, ssi
from device.drivers.readers.codecs.heard import Code, Heard
from device.drivers.readers.codecs.stream import Stream

PRINTABLE = st.text(st.characters(min_codepoint=0x20, exclude_characters="\x7f", codec="utf-8"))
TEXT = PRINTABLE.filter(bool).map(str.encode)


def honeywell_code(text: bytes) -> bytes:
    body = b"MSGGET0000jC0\x1d" + text
    return b"\x16\xfe" + len(body).to_bytes(4, "little") + b"\r" + body + b"\r"


def ssi_code(text: bytes) -> bytes:
    return ssi.packet(ssi.Op.CODE, b"\x03" + text[:200], 0, ssi.READER)


def gm65_packet(text: bytes) -> bytes:
    return bytes((3, len(text[:200]))) + text[:200]


PROTOCOLS: dict[str, tuple[Callable[[], Stream], Callable[[bytes], bytes]]] = {
    "gm65 lines": (gm65.stream, lambda text: b"]C0" + text + b"\r"),
    "gm65 packets": (lambda: gm65.stream("packets"), gm65_packet),
    "ssi": (lambda: ssi.stream()[0], ssi_code),
    "honeywell": (honeywell.stream, honeywell_code),
    "newland": (newland.stream, lambda text: b"]C0" + text + b"\r\n"),
}
REPLIES = (
    bytes.fromhex("02 00 00 01 00 33 31"),
    bytes.fromhex("04 D0 00 00 FF 2C"),
    b"128ENA1\x06.",
    b"\x02\x010000@SCNMOD3\x06;\x03",
)
BYTES = st.one_of(st.binary(max_size=40), st.sampled_from(REPLIES))


def codes(heard: list[Heard]) -> list[bytes]:
    return [one.data for one in heard if isinstance(one, Code)]


def heard_at_once(stream: Stream, data: bytes) -> tuple[list[Heard], int]:
    return stream.feed(data) + stream.gap(), stream.noise


@pytest.mark.parametrize("name", PROTOCOLS)
@given(data=st.data())
def test_where_bytes_are_split_makes_no_difference(name: str, data: st.DataObject) -> None:
    make, frame = PROTOCOLS[name]
    parts = data.draw(st.lists(st.one_of(BYTES, TEXT.map(frame)), max_size=6))
    wire = b"".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=8)))
    stream, heard = make(), list[Heard]()
    for start, end in zip([0, *cuts], [*cuts, len(wire)], strict=True):
        heard += stream.feed(wire[start:end])
    heard += stream.gap()
    assert (heard, stream.noise) == heard_at_once(make(), wire)


@pytest.mark.parametrize("name", PROTOCOLS)
@given(texts=st.lists(TEXT, max_size=5))
def test_good_frames_alone_are_all_read_and_nothing_is_noise(name: str, texts: list[bytes]) -> None:
    make, frame = PROTOCOLS[name]
    stream = make()
    heard = stream.feed(b"".join(map(frame, texts)))
    assert codes(heard) == [
        text[:200] if name in ("ssi", "gm65 packets") else text for text in texts
    ]
    assert (stream.noise, stream.waiting) == (0, False)


@pytest.mark.parametrize("name", ["ssi", "honeywell"])
@given(garbage=st.binary(max_size=60), text=TEXT)
def test_garbage_just_before_a_framed_code_does_not_hide_it(
    name: str, garbage: bytes, text: bytes
) -> None:
    make, frame = PROTOCOLS[name]
    stream = make()
    heard = stream.feed(garbage + frame(text)) + stream.gap()
    assert codes(heard)[-1:] == codes(make().feed(frame(text)))


@pytest.mark.parametrize("name", PROTOCOLS)
@given(garbage=st.binary(max_size=60), text=TEXT)
def test_garbage_and_a_moment_of_silence_hide_nothing(
    name: str, garbage: bytes, text: bytes
) -> None:
    make, frame = PROTOCOLS[name]
    stream = make()
    stream.feed(garbage)
    stream.gap()
    assert codes(stream.feed(frame(text))) == codes(make().feed(frame(text)))


@pytest.mark.parametrize("name", PROTOCOLS)
@given(wire=st.lists(BYTES, max_size=10).map(b"".join))
def test_whatever_arrives_is_read_to_its_end(name: str, wire: bytes) -> None:
    stream = PROTOCOLS[name][0]()
    stream.feed(wire)
    stream.gap()
    assert not stream.waiting
    assert stream.noise <= len(wire)


@pytest.mark.parametrize("size", [1, 7, 5000, 9000])
@pytest.mark.parametrize("name", ["gm65 lines", "newland", "honeywell"])
def test_a_line_without_end_is_noise_and_the_next_one_is_read(name: str, size: int) -> None:
    make, frame = PROTOCOLS[name]
    wire = b"x" * 9000 + b"\r" + frame(b"next")
    stream, heard = make(), list[Heard]()
    for start in range(0, len(wire), size):
        heard += stream.feed(wire[start : start + size])
    heard += stream.gap()
    assert codes(heard) == [b"next"]
    assert stream.noise >= 9000


def test_a_line_that_lost_its_end_is_ended_by_the_reply_behind_it() -> None:
    stream = gm65.stream()
    heard = stream.feed(b"]C02600" + bytes.fromhex("02 00 00 01 00 33 31"))
    assert heard == [gm65.Answer(0, b"\x00")]
    assert stream.noise == 7
