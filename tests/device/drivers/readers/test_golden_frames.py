"""Every frame in the notes that readers send, byte for byte, each with damaged twins."""

import pytest

from device.drivers.readers.codecs import gm65, honeywell, newland, ssi
from device.drivers.readers.codecs.heard import ACK, Code, Damaged, Heard, MenuReply
from device.drivers.readers.codecs.stream import Stream

HEADER = "16 FE 1A 00 00 00 0D 4D 53 47 47 45 54 30 30 31 32 6A 43 30 1D"
GOT: dict[str, tuple[Stream, str, list[Heard]]] = {
    "gm65 done": (gm65.stream(), "02 00 00 01 00 33 31", [gm65.Answer(0, b"\x00")]),
    "gm65 alive": (gm65.stream(), "03 00 00 01 00 33 31", [gm65.Answer(0, b"\x00")]),
    "gm65 wrong CRC": (gm65.stream(), "02 00 01 01 00 04 01", [gm65.Answer(1, b"\x00")]),
    "gm65 invalid": (gm65.stream(), "02 00 03 01 00 6A 61", [gm65.Answer(3, b"\x00")]),
    "gm65 packet": (gm65.stream("packets"), "03 03 41 42 43", [Code(b"ABC")]),
    "ssi done": (ssi.stream()[0], "04 D0 00 00 FF 2C", [ssi.Packet(0xD0, 0, b"")]),
    "ssi code": (
        ssi.stream()[0],
        "07 F3 00 00 03 55 53 FE 5B",
        [ssi.Packet(0xF3, 0, b"\x03US"), Code(b"US", "]C0")],
    ),
    "hon query": (
        honeywell.stream(),
        "31 32 38 45 4E 41 31 06 2E",
        [MenuReply((("128ENA1", ACK),))],
    ),
    "hon code": (
        honeywell.stream(),
        HEADER + " 32 36 30 30 30 30 31 32 33 34 38 32 0D",
        [Code(b"260000123482", "]C0")],
    ),
    "nls done": (
        newland.stream(),
        "02 01 30 30 30 30 40 53 43 4E 4D 4F 44 33 06 3B 03",
        [MenuReply((("SCNMOD3", ACK),))],
    ),
}


@pytest.mark.parametrize("name", GOT)
def test_what_readers_send_is_understood(name: str) -> None:
    stream, frame, heard = GOT[name]
    assert stream.feed(bytes.fromhex(frame)) == heard
    assert stream.noise == 0


CHECKED = [name for name in GOT if name.startswith(("gm65", "ssi")) and name != "gm65 packet"]


@pytest.mark.parametrize("name", CHECKED)
def test_no_single_wrong_byte_in_a_checked_frame_is_taken_for_good(name: str) -> None:
    frame, heard = bytes.fromhex(GOT[name][1]), GOT[name][2]
    for place in range(len(frame)):
        for flip in (0x01, 0x80, 0xFF):
            twin = frame[:place] + bytes((frame[place] ^ flip,)) + frame[place + 1 :]
            stream = gm65.stream() if name.startswith("gm65") else ssi.stream()[0]
            got = [one for one in stream.feed(twin) + stream.gap() if not isinstance(one, Damaged)]
            # 02 and 03 at the start of a GM65 reply mean the same; nothing else may pass.
            assert got == [] or (got == heard and twin[0] ^ frame[0] == 0x01)
            assert stream.noise > 0 or got == heard


@pytest.mark.parametrize("name", ["hon query", "nls done", "gm65 packet"])
def test_no_single_wrong_byte_in_an_unchecked_frame_passes_for_the_same(name: str) -> None:
    frame, heard = bytes.fromhex(GOT[name][1]), GOT[name][2]
    for place in range(len(frame)):
        for flip in (0x01, 0x80, 0xFF):
            twin = frame[:place] + bytes((frame[place] ^ flip,)) + frame[place + 1 :]
            stream = {
                "hon": honeywell.stream,
                "nls": newland.stream,
                "gm6": lambda: gm65.stream("packets"),
            }[name[:3]]()
            assert stream.feed(twin) + stream.gap() != heard or (place, frame[0]) == (0, 0x03)


@pytest.mark.parametrize("place", range(21))
def test_a_honeywell_code_with_a_damaged_header_is_not_a_code(place: int) -> None:
    frame = bytearray.fromhex(GOT["hon code"][1])
    frame[place] ^= 0x80
    stream = honeywell.stream()
    heard = stream.feed(bytes(frame)) + stream.gap()
    assert not [one for one in heard if isinstance(one, Code)]


def test_the_published_gm65_reply_with_a_wrong_check_is_damaged_and_not_believed() -> None:
    frame = bytes.fromhex("02 00 00 01 D7 3A D2")
    stream = gm65.stream()
    assert stream.feed(frame) == [Damaged(frame)]


def test_a_long_code_of_the_gm67_is_read() -> None:
    text = b"x" * 300
    body = b"\xff\xf4" + (len(text) + 8).to_bytes(2, "big") + b"\xf4\x00\x00\xf1" + text
    frame = body + (-sum(body) & 0xFFFF).to_bytes(2, "big")
    assert ssi.stream()[0].feed(frame)[-1] == Code(text, "]Q1")


def test_a_code_in_several_packets_is_put_together() -> None:
    stream, _ = ssi.stream()
    first = ssi.packet(ssi.Op.CODE, b"\x1cfirst ", ssi.MORE, ssi.READER)
    second = ssi.packet(ssi.Op.CODE, b"\x1csecond", 0, ssi.READER)
    heard = stream.feed(first) + stream.feed(second)
    assert [one for one in heard if isinstance(one, Code)] == [Code(b"first second", "]Q1")]


def test_half_a_code_is_not_glued_to_the_next_one() -> None:
    stream, _ = ssi.stream()
    stream.feed(ssi.packet(ssi.Op.CODE, b"\x1cold ", ssi.MORE, ssi.READER))
    stream.gap()
    heard = stream.feed(ssi.packet(ssi.Op.CODE, b"\x1cnew", 0, ssi.READER))
    assert heard[-1] == Code(b"new", "]Q1")


def test_a_code_sent_again_because_our_answer_was_lost_counts_once() -> None:
    stream, grammar = ssi.stream()
    frame = ssi.packet(ssi.Op.CODE, b"\x03US", 0, ssi.READER)
    heard = stream.feed(frame + ssi.again(frame))
    assert [one for one in heard if isinstance(one, Code)] == [Code(b"US", "]C0")]
    assert grammar.repeats == 1
