"""HL7 and ASTM as lines and files really bring them: marks, noise, breaks in the middle."""

from typing import Any

import pytest

from server.lab.instruments.astm_frames import (
    CR,
    ENQ,
    EOT,
    ETX,
    LF,
    STX,
    checksum,
    frame,
    frames_of,
)
from server.lab.instruments.reasons import Why
from server.lab.links.astm_receiver import Keep, Receiver, Send

VT, FS = "\x0b", "\x1c"


def hl7(tubes: list[str], eol: str = "\r") -> str:
    lines = [r"MSH|^~\&|QS|LAB|GM||20260101080000||ORU^R01^ORU_R01|1|P|2.5.1||||||UNICODE UTF-8"]
    for tube, kind, value in zip(tubes, ("NM", "ST", "NM"), ("24.10", "Undetermined", "31.5"),
                                 strict=False):  # fmt: skip
        lines += [f"OBR|1||{tube}|N", f"OBX|1|{kind}|N^N gene Ct||{value}||||||F"]
    return eol.join([*lines, ""])


def astm(tubes: list[str]) -> str:
    lines = [r"H|\^&|||QS|||||||P|1394-97|20260101", "P|1"]
    for tube, value in zip(tubes, ("24.10", "Undetermined", "31.5"), strict=False):
        lines += [f"O|1|{tube}||^^^N", f"R|1|^^^N|{value}|||||F"]
    return "\r".join([*lines, "L|1|N", ""])


def expect(got: Any, tubes: list[str]) -> None:
    said = [(each.sample, each.ct, each.undetermined, each.call) for each in got.readings]
    assert said == [
        (tubes[0], "24.10", False, ""), (tubes[1], "", True, ""), (tubes[2], "31.5", False, ""),
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("eol", ["\r", "\n", "\r\n"])
def test_an_hl7_file_is_read_under_every_mark_and_line_end(
    parse: Any, tubes: list[str], encoding: str, eol: str
) -> None:
    expect(parse(hl7(tubes, eol).encode(encoding)), tubes)


@pytest.mark.parametrize("before", ["", "\r\n\r\n", "\0\0x?", f"{FS}\r"])
def test_what_stands_before_the_first_frame_is_noise(
    parse: Any, tubes: list[str], before: str
) -> None:
    expect(parse(f"{before}{VT}{hl7(tubes)}{FS}\r"), tubes)


def test_a_message_that_broke_off_gives_no_shorter_value_and_spoils_no_other(
    parse: Any, tubes: list[str]
) -> None:
    first, second = hl7(tubes[:1]), hl7(tubes[1:2] + tubes[2:3])
    whole = {(each.sample, each.ct) for each in parse(first).readings + parse(second).readings}
    for end in range(first.index("OBX"), len(first)):
        got = parse(f"{VT}{first[:end]}{VT}{second}{FS}\r")
        assert {(each.sample, each.ct) for each in got.readings} <= whole, end
        assert len(got.readings) >= 2
        assert Why.CUT_NO_END in got.notices
        alone = parse(first[:end])
        assert {(each.sample, each.ct) for each in alone.readings} <= whole, end


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_an_analysers_file_is_read_under_every_mark(
    parse: Any, tubes: list[str], encoding: str
) -> None:
    expect(parse(astm(tubes).encode(encoding)), tubes)


def test_a_capture_that_begins_with_noise_is_read(parse: Any, tubes: list[str]) -> None:
    message = astm(tubes).encode()
    for frames in (frame(1, message, last=True), b"".join(frames_of(message))):
        expect(parse(b"\x00\xff" + ENQ + frames + EOT), tubes)


def test_a_record_that_broke_off_gives_no_shorter_value(parse: Any, tubes: list[str]) -> None:
    message = astm(tubes)
    whole = {(each.sample, each.ct) for each in parse(message).readings}
    for end in range(message.index("R|"), len(message) - 6):
        got = parse(message[:end])
        assert {(each.sample, each.ct) for each in got.readings} <= whole, end
        assert Why.CUT_NO_END in got.notices


def unnumbered(message: bytes) -> bytes:
    return STX + message + ETX + checksum(message + ETX) + CR + LF


def test_frames_without_a_number_or_counted_from_0_are_kept(tubes: list[str]) -> None:
    """To acknowledge what is not kept is to lose it."""
    message = astm(tubes).encode()
    from_0 = b"".join(frame(at, part, last=at == 1) for at, part in
                      enumerate((message[:90], message[90:])))  # fmt: skip
    for frames in (unnumbered(message), from_0, frame(0, message, last=True)):
        line, kept, sent = Receiver(), [], b""
        for action in [*line.receive(ENQ, 0.0), *line.receive(frames, 1.0)]:
            if isinstance(action, Keep):
                kept.append(action)
                assert [*line.kept(ok=True, now=2.0)] == [Send(b"\x06")]
            else:
                sent += action.data
        assert [(each.message, each.whole) for each in kept] == [(message, True)]
        assert b"\x15" not in sent
