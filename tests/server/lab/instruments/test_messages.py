"""HL7, ASTM and RDML: whole, cut, in other delimiters, and hostile."""

import io
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.lab.instruments import astm_frames, hl7_fields, hl7_messages
from server.lab.instruments.profile import Profile
from server.lab.instruments.readings import Reading, Role
from server.lab.instruments.reasons import Why


def oru(tube: str, *, signs: str = "|^~\\&", ending: str = "\r", extra: str = "") -> str:
    lines = [
        f"MSH{signs}|MAY1|PXN|GM|TINH|20261123080000||ORU^R01^ORU_R01|77|P|2.5.1"
        "||||||UNICODE UTF-8",
        "PID|1||123||Mẫu^Thị",
        f"OBR|1|PL-9|{tube}|SARS^SARS-CoV-2",
        "OBX|1|ST|N^Gen N||Detected||||||F",
        "OBX|2|NM|N Ct^Gen N Ct||24.1|Ct|||||F",
        "OBX|3|NM|ORF^ORF1ab||0||||||P",
        f"{extra}SPM|1|{tube}&X||SWAB",
    ]
    return ending.join(lines) + ending


@pytest.mark.parametrize("ending", ["\r", "\n", "\r\n"])
def test_a_call_and_a_ct_of_one_target_are_one_reading(
    parse: Any, tubes: list[str], ending: str
) -> None:
    got = parse(oru(tubes[0], ending=ending).encode())
    (reading,) = got.readings
    assert (reading.sample, reading.target, reading.ct, reading.call) == (
        tubes[0], "N", "24.1", "Detected",
    )  # fmt: skip
    assert got.why == [Why.JOINED, Why.PRELIMINARY]
    assert (got.facts.instrument, got.facts.run_id) == ("MAY1", "77")


def test_delimiters_are_read_from_the_message(parse: Any, tubes: list[str]) -> None:
    other = oru(tubes[0]).translate(str.maketrans("|^&", "#$%"))
    assert [each.sample for each in parse(other.encode()).readings] == [tubes[0]]


def test_a_framed_message_without_its_end_is_cut(parse: Any, tubes: list[str]) -> None:
    whole = b"\x0b" + oru(tubes[0]).encode() + b"\x1c\r"
    assert parse(whole).notices == set()
    assert parse(whole[:-2]).notices == {Why.CUT_NO_END}


def test_a_batch_that_lost_a_message_is_noticed(parse: Any, tubes: list[str]) -> None:
    head, tail = "BHS|^~\\&|MAY1\r", "BTS|2\r"
    good = parse((head + oru(tubes[0]) + oru(tubes[1]) + tail).encode())
    assert ({each.sample for each in good.readings}, good.notices) == (set(tubes[:2]), set())
    assert parse((head + oru(tubes[0]) + tail).encode()).notices == {Why.COUNT_DIFFERS}


def test_specimen_oriented_messages_keep_specimens_apart(parse: Any, tubes: list[str]) -> None:
    lines = ["MSH|^~\\&|M|F||L|20261123||OUL^R22^OUL_R22|5|P|2.5.1"]
    for tube, role in ((tubes[0], "P"), (tubes[1], "Q")):
        lines += [f"SPM|1|{tube}||SWAB|||||||{role}", "OBR|1|||SARS", "OBX|1|NM|N||24.1||||||F"]
    got = parse("\r".join(lines).encode() + b"\r")
    assert [(each.sample, each.role) for each in got.readings] == [
        (tubes[0], Role.SAMPLE),
        (tubes[1], Role.CONTROL),
    ]


def test_a_profile_says_where_the_tube_stands(tubes: list[str]) -> None:
    file = io.BytesIO(oru("PHIEU-55").replace("PL-9", tubes[3]).encode())
    profile = Profile(sample_fields=("OBR-2",))
    readings = [each for each in hl7_messages.read(file, profile) if isinstance(each, Reading)]
    assert [each.sample for each in readings] == [tubes[3]]


@given(st.text(alphabet="ab|^~\\&\r\n😀", max_size=30))
def test_escaping_is_undone(text: str) -> None:
    signs = hl7_fields.Signs()
    assert hl7_fields.unescape(hl7_fields.escape(text, signs), signs) == text


def xpert(tube: str, *, end: str = "L|1|N\r") -> bytes:
    return (
        "H|@^\\|ID-1||May^GeneXpert^4.8|||||LIS||P|1394-97|20261123\rP|1\r"
        f"O|1|{tube}||^^^SARS|R\r"
        "R|1|^SARS^^X^Xpert^1^N2^|POSITIVE^|||||F\rR|2|^SARS^^X^^^N2^Ct|^31.2|||||F\r"
        "R|3|^SARS^^X^^^N2^EndPt|^159.0|||||F\r" + end
    ).encode()


@pytest.mark.parametrize("framed", [True, False])
def test_an_analyser_message_is_read_framed_or_not(
    parse: Any, tubes: list[str], *, framed: bool
) -> None:
    records = xpert(tubes[0])
    content = b"".join(astm_frames.frames_of(records)) if framed else records
    got = parse(content)
    (reading,) = got.readings
    assert (got.format, reading.sample, reading.ct, reading.call) == (
        "astm", tubes[0], "31.2", "POSITIVE",
    )  # fmt: skip
    assert (got.why, got.notices) == ([Why.JOINED, Why.OTHER_RECORD], set())


def test_a_whole_message_in_one_frame_without_its_last_line_end(
    parse: Any, tubes: list[str]
) -> None:
    frame = astm_frames.frame(1, xpert(tubes[0]), last=True)
    assert len(parse(frame.rstrip()).readings) == 1


def test_a_cut_or_damaged_analyser_message_is_noticed(parse: Any, tubes: list[str]) -> None:
    frames = b"".join(astm_frames.frames_of(xpert(tubes[0])))
    assert Why.CUT_NO_END in parse(frames[:-10]).notices
    assert Why.CUT_NO_END in parse(xpert(tubes[0], end="")).notices
    assert Why.BAD_CHECKSUM in parse(frames.replace(b"31.2", b"41.2")).notices


@settings(max_examples=40)
@given(st.binary(max_size=900).map(lambda raw: bytes(set(raw) and (b % 90 + 32 for b in raw))))
def test_frames_carry_any_text(text: bytes) -> None:
    found = list(astm_frames.frames_in(b"".join(astm_frames.frames_of(text))))
    assert b"".join(each.text for each in found if each) == text
    assert all(each and each.sound for each in found)
    assert [each.last for each in found if each][-1]


RDML = """<?xml version="1.0"?><rdml xmlns="http://www.rdml.org" version="1.2">
<sample id="{tube}"><type>unkn</type></sample><sample id="NTC1"><type>ntc</type></sample>
<experiment id="e"><run id="me 9"><pcrFormat><rows>8</rows><columns>12</columns></pcrFormat>
<react id="13"><sample id="{tube}"/><data><tar id="N"/><cq>24.1055</cq></data></react>
<react id="96"><sample id="NTC1"/><data><tar id="N"/><cq>NaN</cq></data></react>
</run></experiment></rdml>"""


def packed(xml: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as members:
        members.writestr("rdml_data.xml", xml)
        members.writestr("app_data.xml", "<x/>")
    return file.getvalue()


def test_rdml_is_read_packed_or_not(parse: Any, tubes: list[str]) -> None:
    xml = RDML.format(tube=tubes[0])
    for content in (packed(xml), xml.encode()):
        got = parse(content)
        first, control = got.readings
        assert (got.format, first.well, first.ct) == ("rdml", "B1", "24.105")
        assert (control.well, control.role, got.facts.run_id) == ("H12", Role.NEGATIVE, "me 9")
    assert Why.DAMAGED in parse(packed(xml[:-60])).notices
    assert Why.DAMAGED in parse(packed(xml)[:-40]).notices


def test_an_xml_bomb_is_refused(parse: Any) -> None:
    bomb = '<!DOCTYPE r [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;">]><rdml>&b;</rdml>'
    assert parse(packed(bomb)).notices == {Why.TOO_LARGE_INSIDE}
