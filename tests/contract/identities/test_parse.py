"""The table as a whole: tubes, commands and persons are told apart."""

import importlib.metadata
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import commands, identities, specimens
from contract.identities import IdentityError, Kind, System, plugins
from contract.tubes import LARGEST_SERIAL, TubeError, TubeId, tube

PEOPLE = specimens.people(60, Random(4))
CARRIED = [
    raw
    for person in PEOPLE
    for raw in (
        specimens.citizen_card(person),
        specimens.citizen_card(person, fields=11),
        specimens.insurance_card(person, "old"),
        specimens.insurance_card(person, "new"),
        specimens.insurance_card(person, "child"),
        specimens.insurance_card(person, "short"),
        specimens.national_qr(person),
        specimens.national_qr(person, masked=True),
    )
]
TUBES = st.builds(TubeId.mint, st.integers(0, 99), st.integers(0, LARGEST_SERIAL))


@given(TUBES, st.sampled_from(("{}", " {}\r\n", "]C1{}", "]Q3{}\r", "{}\0")))
def test_no_tube_is_ever_a_person(one: TubeId, way: str) -> None:
    for text in (one.text, one.grouped):
        with pytest.raises(IdentityError, match="tube"):
            identities.parse(way.format(text).encode())


@given(st.text("0123456789", min_size=12, max_size=12))
def test_a_misread_tube_is_no_person_either(digits: str) -> None:
    with pytest.raises(IdentityError, match="tube"):
        identities.parse(digits.encode())


@pytest.mark.parametrize("raw", CARRIED)
def test_no_code_that_a_person_carries_is_ever_a_tube(raw: bytes) -> None:
    with pytest.raises(TubeError):
        tube(raw.decode())


@pytest.mark.parametrize("command", commands.Command)
def test_no_command_is_ever_a_person(command: commands.Command) -> None:
    for text in (commands.text_of(command), commands.text_of(command).lower() + "\r"):
        with pytest.raises(IdentityError, match="command"):
            identities.parse(text.encode())


@pytest.mark.parametrize("raw", [b"", b"\r\n", b"  ", b"x" * 4297])
def test_nothing_and_too_much_stand_for_nobody(raw: bytes) -> None:
    with pytest.raises(IdentityError, match="empty or endless"):
        identities.parse(raw)


def test_one_name_is_masked_but_can_be_asked_for() -> None:
    assert identities.masked_name("Nguyễn Thị Mẫu") == "N●●●●● Thị M●●"
    assert identities.masked_name(None) == "?"


PLUGIN = """
from contract.identities.base import Key, Kind, NotThisKind, PersonCode, System


def parse(raw: bytes) -> PersonCode:
    if not raw.startswith(b"BV-"):
        raise NotThisKind("not a hospital's wristband")
    key = Key(System.OTHER, "hospital-x:" + raw[3:].decode())
    return PersonCode(Kind.OTHER, raw, (key,))
"""


def test_another_package_adds_a_kind(tmp_path: Path) -> None:
    (tmp_path / "wristbands.py").write_text(PLUGIN)
    described = tmp_path / "wristbands-1.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: wristbands\nVersion: 1\n")
    (described / "entry_points.txt").write_text(f"[{plugins.GROUP}]\nwrist = wristbands:parse\n")
    sys.path.insert(0, str(tmp_path))
    plugins.installed.cache_clear()
    try:
        importlib.metadata.version("wristbands")
        code = identities.parse(b"BV-12345")
        assert (code.kind, code.primary.value) == (Kind.OTHER, "hospital-x:12345")
        assert code.primary.system is System.OTHER
        assert identities.parse(CARRIED[0]).kind is Kind.CITIZEN_CARD
    finally:
        sys.path.remove(str(tmp_path))
        plugins.installed.cache_clear()
