"""No bytes make a parser raise anything but its own error, or think for more than 10 ms.

`fuzz_identities.py` beside this file is the same for hours, with coverage to guide it.
"""

import zlib
from datetime import date
from random import Random
from time import process_time

import base45
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contract import cards, identities, signing, specimens
from contract.identities import IdentityError, PersonCode, System
from contract.identities.base import LONGEST

LIMIT = 0.010  # seconds of this process; the station has 25 other things to do in a frame
PRESS = signing.private_key(b"the card press's key, for a test")
NUMBER = cards.CardNumber.mint(bytes(range(9)))
NUMBERS = set(System) - {System.VEHICLE, System.CERTIFICATE}
PEOPLE = specimens.people(40, Random(8))


def seeds() -> list[bytes]:
    found = [b"https://luongxanh.drvn.gov.vn/a", b"https://tokhaiyte.vn/", b"98C-123.45", b"C:UNDO"]
    for person in PEOPLE:
        found += [specimens.citizen_card(person), specimens.citizen_card(person, fields=11)]
        found += [specimens.insurance_card(person, "old"), specimens.insurance_card(person, "new")]
        found += [specimens.national_qr(person), specimens.national_qr(person, masked=True)]
    if NUMBER is not None:
        card = cards.SignedCard(NUMBER, "Nguyễn Thị Mẫu", 1941, "F", date(2026, 5, 27))
        found += [NUMBER.payload.encode(), cards.sign_card(card, PRESS).encode()]
    return found


SEEDS = seeds()
PIECES = st.one_of(
    st.binary(max_size=6),
    st.sampled_from([b"|", b"||", b"$", b"*", b"<", b"\r\n", b"\0", b"\xc3\xa1", b"\xef\xbf\xbd"]),
    st.sampled_from(SEEDS).map(lambda seed: seed[:40]),
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    raw = draw(st.sampled_from(SEEDS))
    for _time in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(raw)))
        end = draw(st.integers(start, min(len(raw), start + 12)))
        raw = raw[:start] + draw(PIECES) + raw[end:]
    return raw[:LONGEST]


def packed(data: bytes) -> bytes:
    written: bytes = base45.b45encode(zlib.compress(data))
    return (b"HC1:" + written)[:LONGEST]


def seconds(raw: bytes) -> float:
    began = process_time()
    parsed(raw)
    return process_time() - began


def parsed(raw: bytes) -> PersonCode | None:
    try:
        code = identities.parse(raw)
    except IdentityError:
        return None
    assert code.raw == raw
    assert code.keys
    assert not code.primary.claimed
    assert all("*" not in key.value for key in code.keys if key.system in NUMBERS)
    assert (code.name is None) or code.name.strip()
    return code


@settings(max_examples=400)
@given(st.one_of(st.binary(max_size=400), damaged(), st.binary(max_size=200).map(packed)))
@example(b"\xef\xbb\xbf")
@example(b"HC1:")
@example(b"|" * LONGEST)
def test_no_bytes_raise_anything_but_an_identity_error(raw: bytes) -> None:
    parsed(raw)


@settings(max_examples=100)
@given(damaged(), st.sampled_from(["latin-1", "cp1258", "big5", "shift_jis", "gb18030", "utf-16"]))
def test_no_mistaken_charset_raises_anything_else(raw: bytes, charset: str) -> None:
    parsed(raw.decode(charset, errors="replace").encode()[:LONGEST])


LETTERS = "áâ盻ệÃ¡|*<09aAÖ$"
ENDLESS = [
    *(letter.encode() * (LONGEST // len(letter.encode())) for letter in LETTERS),
    *((seed + b"|" + seed * 40)[:LONGEST] for seed in SEEDS[:8]),
    *((seed[:30] + "盻".encode() * 1300)[:LONGEST] for seed in SEEDS[4:12]),
    *((seed[:30] + "é1".encode() * 1400)[:LONGEST] for seed in SEEDS[4:12]),
    *((seed.replace(b"|", b"~") * 40)[:LONGEST] for seed in SEEDS[4:12]),
    *((seed[:30] + "盻é1".encode() * 300)[:1500] for seed in SEEDS[4:12]),
    *((seed + seed.replace(b"|", b"~") * 9)[:1500] for seed in SEEDS[4:12]),
    b"024191000002" + b"a" * 4000,
    b"024191000002" + "Nguyễn ".encode() * 400 + b"21031991",
    b"GD4242400000001" + b"4e" * 2000,
    b"GD4242400000001" + b"4e" * 1000 + b"05/03/19911" * 100,
    b"\0" * LONGEST,
    b"1 " * 2148,
    b"1-" * 2148,
    b"http://" + b"a." * 2000,
    b"P1:" + b"0" * 4000,
    packed(bytes(10**7)),
    packed(b"\x81" * 16_000),
    packed(b"\xa1" * 16_000),
    packed(b"\xd2\x84\x40\xa0\x59\x3e\x80" + bytes(16_000) + b"\x40"),
    packed(b"\xd8\x23\x79\x3a\x98" + b"(a*)*" * 3000),
    packed(b"\xc4\x82\x1b\x7f" + b"\xff" * 7 + b"\x01"),
    packed(b"\xc2\x59\x3a\x98" + b"\xff" * 15_000),
]


@pytest.mark.parametrize("raw", ENDLESS, ids=range(len(ENDLESS)))
def test_no_code_takes_more_than_ten_milliseconds(raw: bytes) -> None:
    parsed(b"warm up")
    assert min(seconds(raw) for _time in range(3)) < LIMIT


@settings(max_examples=150)
@given(damaged())
def test_no_damaged_code_takes_more_than_ten_milliseconds(raw: bytes) -> None:
    assert min(seconds(raw) for _time in range(3)) < LIMIT
