import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from contract import sealing, signing
from contract.identities.base import LONGEST
from contract.sealing import SealError

KEY = X25519PrivateKey.from_private_bytes(b"the server's sealing key, a test")
OTHER = X25519PrivateKey.from_private_bytes(b"another server's sealing key, ok")


@given(st.binary(max_size=500))
def test_the_server_reads_what_a_station_sealed(data: bytes) -> None:
    assert sealing.unseal(KEY, sealing.seal(KEY.public_key(), data)) == data


def test_the_same_code_never_looks_the_same_twice() -> None:
    assert sealing.seal(KEY.public_key(), b"x") != sealing.seal(KEY.public_key(), b"x")


def test_nobody_else_reads_it() -> None:
    with pytest.raises(SealError, match="another key"):
        sealing.unseal(OTHER, sealing.seal(KEY.public_key(), b"024191000002"))


@given(st.data())
def test_not_one_bit_can_be_changed(data: st.DataObject) -> None:
    blob = bytearray(signing.decode(sealing.seal(KEY.public_key(), b"024191000002")))
    place = data.draw(st.integers(0, len(blob) - 1))
    bit = data.draw(st.integers(0, 7))
    blob[place] ^= 1 << bit
    with pytest.raises(SealError):
        sealing.unseal(KEY, signing.encode(bytes(blob)))


@given(st.one_of(st.text(max_size=120), st.binary(max_size=120).map(signing.encode)))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(SealError):
        sealing.unseal(KEY, text)


def test_a_public_key_that_gives_no_secret_is_refused() -> None:
    head = b"\x01" + sealing.key_id(KEY.public_key())
    with pytest.raises(SealError):
        sealing.unseal(KEY, signing.encode(head + bytes(32) + bytes(40)))


def test_the_longest_code_fits_an_event() -> None:
    assert len(sealing.seal(KEY.public_key(), bytes(LONGEST))) <= 8192
