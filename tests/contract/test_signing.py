import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import signing
from contract.signing import BadSignature

KEY = signing.private_key(b"station-one-station-one-station-")
OTHER = signing.private_key(b"station-two-station-two-station-")


@given(st.binary(max_size=300))
def test_bytes_survive_base64url(data: bytes) -> None:
    assert signing.decode(signing.encode(data)) == data


@pytest.mark.parametrize("text", ["A", "AA==", "+/AA", "AA\n", "é", "A A"])
def test_what_is_not_unpadded_base64url_is_refused(text: str) -> None:
    with pytest.raises(BadSignature):
        signing.decode(text)


@given(st.binary(max_size=100))
def test_a_signature_fits_its_message_and_key(body: bytes) -> None:
    message = signing.request_message("ban-1", "POST", "/api/v1/intake/batches", body)
    signing.verify(KEY.public_key(), message, signing.sign(KEY, message))


@pytest.mark.parametrize(
    "message",
    [
        signing.request_message("ban-2", "POST", "/a", b"body"),
        signing.request_message("ban-1", "GET", "/a", b"body"),
        signing.request_message("ban-1", "POST", "/b", b"body"),
        signing.request_message("ban-1", "POST", "/a", b"Body"),
    ],
)
def test_a_signature_fits_no_other_request(message: bytes) -> None:
    signature = signing.sign(KEY, signing.request_message("ban-1", "POST", "/a", b"body"))
    with pytest.raises(BadSignature, match="does not fit"):
        signing.verify(KEY.public_key(), message, signature)


def test_a_signature_fits_no_other_key() -> None:
    with pytest.raises(BadSignature):
        signing.verify(OTHER.public_key(), b"message", signing.sign(KEY, b"message"))


@pytest.mark.parametrize("signature", ["", "AAAA", signing.encode(b"x" * 65)])
def test_a_signature_of_the_wrong_length_is_just_wrong(signature: str) -> None:
    with pytest.raises(BadSignature):
        signing.verify(KEY.public_key(), b"message", signature)


def test_a_public_key_is_read_back() -> None:
    assert signing.public_key(signing.public_text(KEY)) == KEY.public_key()


@pytest.mark.parametrize("text", ["", "AAAA", "no key"])
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(BadSignature):
        signing.public_key(text)
