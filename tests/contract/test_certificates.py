"""Health certificates, issued here with keys of our own."""

import zlib
from collections.abc import Callable
from datetime import UTC, date, datetime

import base45
import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from contract.certificates import (
    Certificate,
    CertificateError,
    Recovery,
    Test,
    UnknownIssuer,
    Vaccination,
    read_certificate,
    verify_certificate,
)

Entries = dict[str, list[dict[str, object]]]
EC_KEY = ec.derive_private_key(20210527, ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(65537, 2048)
KEY_ID = b"issuer-1"
KEYS = {KEY_ID: EC_KEY.public_key()}
COMMON = {"tg": "840539006", "co": "VN", "is": "Bộ Y tế", "ci": "URN:UVCI:01:VN:0001#A"}
DOSE = {**COMMON, "mp": "EU/1/21/1529", "dn": 2, "sd": 2, "dt": "2021-11-05"}
PCR = {**COMMON, "tt": "LP6464-4", "sc": "2021-11-05T08:00:00Z", "tr": "260415000", "tc": "CDC"}
PAST = {**COMMON, "fr": "2021-06-01"}


def es256(data: bytes) -> bytes:
    r, s = decode_dss_signature(EC_KEY.sign(data, ec.ECDSA(SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def ps256(data: bytes) -> bytes:
    pss = padding.PSS(mgf=padding.MGF1(SHA256()), salt_length=32)
    return RSA_KEY.sign(data, pss, SHA256())


def issue(
    entries: Entries,
    algorithm: int = -7,
    sign: Callable[[bytes], bytes] = es256,
    wrap: Callable[[cbor2.CBORTag], object] = lambda message: message,
    protected: dict[int, object] | None = None,
) -> str:
    name = {"fn": "Nguyễn", "fnt": "NGUYEN", "gn": "Thị Mẫu", "gnt": "THI<MAU"}
    health = {"ver": "1.3.0", "nam": name, "dob": "1991-03-21", **entries}
    claims = {1: "VN", 4: 1700000000, 6: 1636000000, -260: {1: health}}
    said = {1: algorithm, 4: KEY_ID} if protected is None else protected
    header = cbor2.dumps(said) if said else b""
    payload = cbor2.dumps(claims)
    signature = sign(cbor2.dumps(["Signature1", header, b"", payload]))
    outside = {} if said else {1: algorithm, 4: KEY_ID}
    return pack(cbor2.dumps(wrap(cbor2.CBORTag(18, [header, outside, payload, signature]))))


def pack(message: bytes) -> str:
    written: bytes = base45.b45encode(zlib.compress(message))
    return "HC1:" + written.decode()


def test_a_vaccination_is_read_and_verified() -> None:
    text = issue({"v": [DOSE]})
    assert verify_certificate(text, KEYS) == Certificate(
        family="Nguyễn",
        given="Thị Mẫu",
        birth="1991-03-21",
        issuer="VN",
        issued=datetime.fromtimestamp(1636000000, UTC),
        expires=datetime.fromtimestamp(1700000000, UTC),
        entries=(
            Vaccination(
                id="URN:UVCI:01:VN:0001#A",
                country="VN",
                issuer="Bộ Y tế",
                disease="840539006",
                product="EU/1/21/1529",
                dose=2,
                doses=2,
                on=date(2021, 11, 5),
            ),
        ),
        key_id=KEY_ID,
        verified=True,
    )
    assert not read_certificate(text).verified


def test_tests_and_recoveries_are_read_as_well() -> None:
    test, recovery = read_certificate(issue({"t": [PCR], "r": [PAST]})).entries
    assert isinstance(test, Test)
    assert isinstance(recovery, Recovery)
    assert (test.result, test.sampled) == ("260415000", datetime(2021, 11, 5, 8, tzinfo=UTC))
    assert recovery.first_positive == date(2021, 6, 1)


@pytest.mark.parametrize(
    "text",
    [
        issue({"v": [DOSE]}, wrap=lambda message: cbor2.CBORTag(61, message)),
        issue({"v": [DOSE]}, wrap=lambda message: message.value),
        issue({"v": [DOSE]}, protected={}),
    ],
    ids=["inside a CWT tag", "without any tag", "with nothing protected"],
)
def test_every_wrapping_in_use_is_unwrapped(text: str) -> None:
    assert verify_certificate(text, KEYS).verified


def test_rsa_issuers_are_verified_too() -> None:
    text = issue({"v": [DOSE]}, algorithm=-37, sign=ps256)
    assert verify_certificate(text, {KEY_ID: RSA_KEY.public_key()}).verified


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (issue({"v": [DOSE]}, sign=lambda _data: bytes(64)), "signature is wrong"),
        (issue({"v": [DOSE]}, sign=lambda data: es256(data)[:40]), "signature is wrong"),
        (issue({"v": [DOSE]}, sign=lambda _data: b""), "signature is wrong"),
        (issue({"v": [DOSE]}, algorithm=-37), "signature is wrong"),
        (issue({"v": [DOSE]}, algorithm=0), "signature is wrong"),
    ],
)
def test_a_wrong_signature_is_refused(text: str, words: str) -> None:
    assert read_certificate(text).family == "Nguyễn"
    with pytest.raises(CertificateError, match=words):
        verify_certificate(text, KEYS)


def test_an_issuer_that_is_not_known_is_told_from_a_forger() -> None:
    with pytest.raises(UnknownIssuer):
        verify_certificate(issue({"v": [DOSE]}), {})


BOMB = "HC1:" + base45.b45encode(zlib.compress(bytes(50_000_000), 9)).decode()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("HC2:6BF", "not a health certificate"),
        ("HC1:é", "text is damaged"),
        ("HC1:", "cut off"),
        ("HC1:" + base45.b45encode(b"not zlib").decode(), "compression is broken"),
        (issue({"v": [DOSE]})[:-30], "damaged|cut off|broken"),
        (BOMB, "far too large"),
        (pack(b"\xff"), "content is damaged"),
        (pack(b"\x81" * 5000), "content is damaged"),
        (pack(cbor2.dumps("hello")), "not signed in the form"),
        (pack(cbor2.dumps([b"", {}, cbor2.dumps({1: "VN"}), b""])), "holds no health"),
    ],
)
def test_every_kind_of_damage_has_its_own_words(text: str, words: str) -> None:
    with pytest.raises(CertificateError, match=words):
        read_certificate(text)


JUNK = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["nam", "fn", "dob", "v", "t", "ci", "dt", "sc"]), inner),
    ),
    max_leaves=12,
)


@given(JUNK, JUNK)
def test_no_content_however_strange_raises_anything_else(health: object, claim: object) -> None:
    payload = cbor2.dumps({1: claim, 4: claim, 6: claim, -260: {1: health}})
    text = pack(cbor2.dumps(cbor2.CBORTag(18, [b"", {4: claim}, payload, b""])))
    for read in (read_certificate, lambda said: verify_certificate(said, KEYS)):
        try:
            assert isinstance(read(text), Certificate)
        except CertificateError:
            continue


@given(st.binary(max_size=300))
def test_no_bytes_however_packed_raise_anything_else(data: bytes) -> None:
    with pytest.raises(CertificateError):
        read_certificate(pack(data))
