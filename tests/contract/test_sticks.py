"""Files on a memory stick: whole, cut off, damaged, forged."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.receipts import HeadWire
from contract.signing import BadSignature
from contract.sticks import NoStick, Stored, pack, read_receipt, unpack, write_receipt

KEY, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2))
BODIES = [b'{"station":"ban-1","events":[%d]}' % number for number in range(4)]
FILE = pack("ban-1", KEY, BODIES)
STORED = Stored("ban-1", [HeadWire("0" * 16, 7, "a" * 64)])


def test_a_whole_file_gives_its_uploads_each_under_its_signature() -> None:
    stick = unpack(FILE)
    assert (stick.station, stick.whole, stick.broken) == ("ban-1", True, 0)
    assert [each.body for each in stick.uploads] == BODIES
    for each in stick.uploads:
        each.check("ban-1", KEY.public_key())
        with pytest.raises(BadSignature):
            each.check("ban-2", KEY.public_key())
        with pytest.raises(BadSignature):
            each.check("ban-1", OTHER.public_key())


@given(st.integers(FILE.index(b"\n") + 1, len(FILE) - 2))
def test_a_file_that_was_cut_off_is_never_whole_and_its_good_part_is_good(length: int) -> None:
    stick = unpack(FILE[:length])
    assert not stick.whole
    good = [each.body for each in stick.uploads if sound(each)]
    assert good == BODIES[: len(good)]
    assert len(good) >= FILE[:length].count(b"\n") - 1 - FILE[:length].count(b"END")


@settings(max_examples=200)
@given(st.integers(0, len(FILE) - 1), st.integers(1, 255))
def test_a_byte_that_changed_is_noticed_and_spoils_one_upload_alone(place: int, flip: int) -> None:
    data = bytearray(FILE)
    data[place] ^= flip
    try:
        stick = unpack(bytes(data))
    except NoStick:
        return
    good = [each.body for each in stick.uploads if sound(each)]
    assert not (stick.whole and stick.station == "ban-1")
    assert len([body for body in BODIES if body not in good]) <= 2  # a line end lost joins two
    assert all(body in BODIES for body in good)


def sound(each: object) -> bool:
    try:
        each.check("ban-1", KEY.public_key())  # type: ignore[attr-defined]
    except BadSignature:
        return False
    return True


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"GHEPMAU-RECEIPT 1\n", b"\xff" * 1000])
def test_a_file_of_somebody_else_is_refused(data: bytes) -> None:
    with pytest.raises(NoStick):
        unpack(data)


def test_a_receipt_is_believed_only_from_our_server() -> None:
    data = write_receipt(KEY, STORED)
    assert read_receipt(data, [OTHER.public_key(), KEY.public_key()]) == STORED
    for wrong in (data.replace(b'"seq":7', b'"seq":9'), data[:-9], b"", FILE):
        with pytest.raises(NoStick):
            read_receipt(wrong, [KEY.public_key()])
    with pytest.raises(NoStick):
        read_receipt(data, [OTHER.public_key()])
