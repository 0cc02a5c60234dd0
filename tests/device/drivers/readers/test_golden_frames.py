"""Every frame in the notes on readers, byte for byte: those that we send, those that we get."""

import pytest

from device.drivers.readers.codecs import gm65, honeywell, newland, ssi
from device.drivers.readers.codecs.heard import ACK, Code, Damaged, Heard, MenuReply
from device.drivers.readers.codecs.stream import Stream

WRITE, PARAM = gm65.write_register, ssi.set_param
SENT = {
    "gm65 hardware": (gm65.read_register(gm65.HARDWARE), "7E 00 07 01 00 E1 01 22 C2"),
    "gm65 software": (gm65.read_register(gm65.SOFTWARE), "7E 00 07 01 00 E2 01 77 91"),
    "gm65 read 0000": (gm65.read_register(0), "7E 00 07 01 00 00 01 01 41"),
    "gm65 read baud": (gm65.read_register(0x2A, 2), "7E 00 07 01 00 2A 02 D8 0F"),
    "gm65 manual": (WRITE(0, b"\xd0"), "7E 00 08 01 00 00 D0 BF E4"),
    "gm65 command mode": (WRITE(0, b"\xd1"), "7E 00 08 01 00 00 D1 AF C5"),
    "gm65 continuous": (WRITE(0, b"\xd2"), "7E 00 08 01 00 00 D2 9F A6"),
    "gm65 sense": (WRITE(0, b"\xd3"), "7E 00 08 01 00 00 D3 8F 87"),
    "gm65 trigger": (gm65.TRIGGER, "7E 00 08 01 00 02 01 02 DA"),
    "gm65 stop": (gm65.RELEASE, "7E 00 08 01 00 02 00 12 FB"),
    "gm65 all off": (WRITE(0x2C, b"\x00"), "7E 00 08 01 00 2C 00 37 12"),
    "gm65 all on": (WRITE(0x2C, b"\x02"), "7E 00 08 01 00 2C 02 17 50"),
    "gm65 defaults": (WRITE(0x2C, b"\x04"), "7E 00 08 01 00 2C 04 77 96"),
    "gm65 QR on": (WRITE(0x3F, b"\x01"), "7E 00 08 01 00 3F 01 71 13"),
    "gm65 QR off": (WRITE(0x3F, b"\x00"), "7E 00 08 01 00 3F 00 61 32"),
    "gm65 Code 128 on": (WRITE(0x33, b"\x01"), "7E 00 08 01 00 33 01 34 7E"),
    "gm65 AIM on": (WRITE(0xD0, b"\x80"), "7E 00 08 01 00 D0 80 F0 36"),
    "gm65 AIM off": (WRITE(0xD0, b"\x00"), "7E 00 08 01 00 D0 00 61 BE"),
    "gm65 same code 5 s": (WRITE(0x13, b"\x85"), "7E 00 08 01 00 13 85 E3 94"),
    "gm65 tail CR": (WRITE(0x60, b"\x00"), "7E 00 08 01 00 60 00 7F B3"),
    "gm65 115200": (WRITE(0x2A, b"\x1a\x00"), "7E 00 08 02 00 2A 1A 00 E4 7E"),
    "gm65 9600": (WRITE(0x2A, b"\x39\x01"), "7E 00 08 02 00 2A 39 01 A7 EA"),
    "gm65 factory": (WRITE(0xD9, b"\x55"), "7E 00 08 01 00 D9 55 D1 76"),
    "gm65 save": (gm65.SAVE, "7E 00 09 01 00 00 00 DE C8"),
    "gm65 heartbeat": (gm65.HEARTBEAT, "7E 00 0A 01 00 00 00 30 1A"),
    "ssi ACK": (ssi.ACK, "04 D0 04 00 FF 28"),
    "ssi NAK": (ssi.RESEND, "05 D1 04 00 01 FF 25"),
    "ssi revision": (ssi.ASK_REVISION, "04 A3 04 00 FF 55"),
    "ssi capabilities": (ssi.packet(0xD3), "04 D3 04 00 FF 25"),
    "ssi flush": (ssi.FLUSH, "04 D2 04 00 FF 26"),
    "ssi start": (ssi.START, "04 E4 04 00 FF 14"),
    "ssi stop": (ssi.STOP, "04 E5 04 00 FF 13"),
    "ssi enable": (ssi.packet(0xE9), "04 E9 04 00 FF 0F"),
    "ssi disable": (ssi.packet(0xEA), "04 EA 04 00 FF 0E"),
    "ssi enable for ever": (ssi.packet(0xE9, status=8), "04 E9 04 08 FF 07"),
    "ssi host trigger": (PARAM(b"\x8a", b"\x08"), "07 C6 04 00 FF 8A 08 FD 9E"),
    "ssi host, kept": (PARAM(b"\x8a", b"\x08", status=8), "07 C6 04 08 FF 8A 08 FD 96"),
    "ssi presentation": (PARAM(b"\x8a", b"\x07"), "07 C6 04 00 FF 8A 07 FD 9F"),
    "ssi all off": (ssi.packet(0xC9, b"\x00"), "05 C9 04 00 00 FF 2E"),
    "ssi Code 128 on": (PARAM(b"\x08", b"\x01"), "07 C6 04 00 FF 08 01 FE 27"),
    "ssi Code 128, kept": (PARAM(b"\x08", b"\x01", status=8), "07 C6 04 08 FF 08 01 FE 1F"),
    "ssi GS1-128 off": (PARAM(b"\x0e", b"\x00", status=8), "07 C6 04 08 FF 0E 00 FE 1A"),
    "ssi QR off": (PARAM(b"\xf0\x25", b"\x00", status=8), "08 C6 04 08 FF F0 25 00 FD 12"),
    "ssi AIM on": (PARAM(b"\x2d", b"\x01"), "07 C6 04 00 FF 2D 01 FE 02"),
    "ssi packets": (PARAM(b"\xee", b"\x01"), "07 C6 04 00 FF EE 01 FD 41"),
    "ssi handshake": (PARAM(b"\x9f", b"\x01"), "07 C6 04 00 FF 9F 01 FD 90"),
    "ssi beep off": (PARAM(b"\x38", b"\x00"), "07 C6 04 00 FF 38 00 FD F8"),
    "ssi beep": (ssi.packet(0xE6, b"\x00"), "05 E6 04 00 00 FF 11"),
    "ssi fail": (ssi.packet(0xE6, b"\x12"), "05 E6 04 00 12 FE FF"),
    "ssi LED on": (ssi.packet(0xE7, b"\x01"), "05 E7 04 00 01 FF 0F"),
    "ssi LED off": (ssi.packet(0xE8, b"\x01"), "05 E8 04 00 01 FF 0E"),
    "ssi defaults": (ssi.packet(0xC8), "04 C8 04 00 FF 30"),
    "ssi ask trigger": (ssi.packet(0xC7, b"\x8a"), "05 C7 04 00 8A FE A6"),
    "gm67 host": (PARAM(b"\x8a", b"\x08", 0, 8), "07 C6 04 08 00 8A 08 FE 95"),
    "gm67 continuous": (PARAM(b"\x8a", b"\x04", 0, 8), "07 C6 04 08 00 8A 04 FE 99"),
    "gm67 sense": (PARAM(b"\x8a", b"\x09", 0, 8), "07 C6 04 08 00 8A 09 FE 94"),
    "gm67 packets": (PARAM(b"\xee", b"\x01", 0, 8), "07 C6 04 08 00 EE 01 FE 38"),
    "gm67 suffix": (PARAM(b"\xeb", b"\x01", 0, 8), "07 C6 04 08 00 EB 01 FE 3B"),
    "gm67 time": (PARAM(b"\x88", b"\x32", 0, 8), "07 C6 04 08 00 88 32 FE 6D"),
    "gm67 all off": (PARAM(b"\xf2\x90", b"\x00", 0, 8), "08 C6 04 08 00 F2 90 00 FD A4"),
    "hon revision": (honeywell.menu("REVINF", for_ever=True), "16 4D 0D 52 45 56 49 4E 46 2E"),
    "hon trigger": (honeywell.TRIGGER, "16 54 0D"),
    "hon stop": (honeywell.RELEASE, "16 55 0D"),
    "hon beep": (honeywell.BEEP, "16 07 0D"),
    "hon only Code 128": (
        honeywell.menu("ALLENA0;128ENA1", for_ever=True),
        "16 4D 0D 41 4C 4C 45 4E 41 30 3B 31 32 38 45 4E 41 31 2E",
    ),
    "hon header": (honeywell.menu("DECHDR1"), "16 4D 0D 44 45 43 48 44 52 31 21"),
    "hon suffix": (
        honeywell.menu("SUFBK2990D", for_ever=True),
        "16 4D 0D 53 55 46 42 4B 32 39 39 30 44 2E",
    ),
    "hon query": (honeywell.query("128ENA"), "16 4D 0D 31 32 38 45 4E 41 3F 2E"),
    "hon good": (honeywell.GOOD, "1B 37"),
    "hon bad": (honeywell.BAD, "1B 38"),
    "nls info": (newland.command("QRYSYS"), "7E 01 30 30 30 30 23 51 52 59 53 59 53 3B 03"),
    "nls level": (
        newland.command("SCNMOD0", for_ever=True),
        "7E 01 30 30 30 30 40 53 43 4E 4D 4F 44 30 3B 03",
    ),
    "nls trigger": (newland.command("SCNTRG1"), "7E 01 30 30 30 30 23 53 43 4E 54 52 47 31 3B 03"),
    "nls all off": (
        newland.command("ALLENA0", for_ever=True),
        "7E 01 30 30 30 30 40 41 4C 4C 45 4E 41 30 3B 03",
    ),
    "nls health": (newland.query("DEVQRY"), "7E 01 30 30 30 30 23 44 45 56 51 52 59 2A 3B 03"),
}

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


@pytest.mark.parametrize("name", SENT)
def test_what_we_send_is_what_the_notes_say(name: str) -> None:
    built, noted = SENT[name]
    assert built == bytes.fromhex(noted)


@pytest.mark.parametrize("name", GOT)
def test_what_readers_send_is_understood(name: str) -> None:
    stream, frame, heard = GOT[name]
    assert stream.feed(bytes.fromhex(frame)) == heard
    assert stream.noise == 0


CHECKED = ["gm65 done", "gm65 wrong CRC", "ssi done", "ssi code"]


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
