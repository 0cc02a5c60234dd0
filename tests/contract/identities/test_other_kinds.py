"""Vehicles, posters, unknown codes."""

import pytest

from contract import identities
from contract.identities import Key, Kind, System


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("https://luongxanh.drvn.gov.vn/QR/98C12345?x=1", "luongxanh.drvn.gov.vn/QR/98C12345?x=1"),
        ("HTTP://DRVN.GOV.VN", "DRVN.GOV.VN"),
        ("98C-123.45", "98C12345"),
        ("Biển số: 99LD 012.34", None),
        ("BKS 98A1-234.56", "98A123456"),
    ],
)
def test_a_vehicles_pass_names_no_person(text: str, key: str | None) -> None:
    code = identities.parse(text.encode())
    assert (code.kind, code.names_person) == (Kind.VEHICLE, False)
    assert key is None or code.primary == Key(System.VEHICLE, key)


@pytest.mark.parametrize("text", ["https://qr.tokhaiyte.vn/dkdd?id=1", "http://tokhaiyte.vn"])
def test_a_poster_names_a_place_and_no_person(text: str) -> None:
    code = identities.parse(text.encode())
    assert (code.names_person, code.warnings) == (False, ("names-place",))


@pytest.mark.parametrize(
    "text",
    [
        "https://tokhaiyte.vn.example.com/",
        "https://nottokhaiyte.vn/",
        "https://example.com/?drvn.gov.vn",
        "https://evildrvn.gov.vn/",
    ],
)
def test_other_addresses_are_only_unknown(text: str) -> None:
    code = identities.parse(text.encode())
    assert (code.kind, code.names_person) == (Kind.UNKNOWN, True)


def test_an_unknown_code_is_known_again_whatever_the_reader_appends() -> None:
    keys = {identities.parse(raw).primary for raw in (b"hello", b"hello\r", b"hello\r\n")}
    assert len(keys) == 1
    assert keys != {identities.parse(b"Hello").primary}


def test_bytes_that_are_no_text_are_kept() -> None:
    code = identities.parse(b"\xff\xfe\x00\x01")
    assert (code.kind, code.raw, code.name) == (Kind.UNKNOWN, b"\xff\xfe\x00\x01", None)


@pytest.mark.parametrize("text", ["BD-36798", "GD4242400000001", "2400000003"])
def test_what_could_be_a_makers_tube_says_so(text: str) -> None:
    assert "could-be-tube" in identities.parse(text.encode()).warnings
