import zlib

import base45
import cbor2
import pytest

from contract import identities
from contract.identities import BirthDate, Key, Kind, System

ID = "URN:UVCI:01:VN:0001#A"


def certificate(health: dict[str, object]) -> bytes:
    payload = cbor2.dumps({1: "VN", -260: {1: health}})
    message = cbor2.dumps(cbor2.CBORTag(18, [b"", {}, payload, bytes(64)]))
    packed: bytes = base45.b45encode(zlib.compress(message))
    return b"HC1:" + packed


def test_a_certificate_names_a_person_by_its_own_number() -> None:
    code = identities.parse(
        certificate(
            {
                "nam": {"fn": "Nguyễn", "gn": "Thị Mẫu"},
                "dob": "1991-03-21",
                "v": [{"ci": ID, "dn": 1}],
            }
        )
    )
    assert (code.kind, code.keys) == (Kind.HEALTH_CERTIFICATE, (Key(System.CERTIFICATE, ID),))
    assert (code.name, code.birth) == ("Nguyễn Thị Mẫu", BirthDate(1991, 3, 21))
    assert code.warnings == ("not-verified",)


@pytest.mark.parametrize(
    ("dob", "birth"),
    [
        ("1991", BirthDate(1991)),
        ("1991-03", BirthDate(1991)),
        ("1991-03-21T00:00:00", BirthDate(1991, 3, 21)),
        ("", None),
    ],
)
def test_a_birth_date_is_as_exact_as_it_is_written(dob: str, birth: BirthDate | None) -> None:
    code = identities.parse(certificate({"nam": {"fnt": "GOESSINGER"}, "dob": dob}))
    assert (code.birth, code.name) == (birth, "GOESSINGER")


def test_without_a_number_it_is_known_by_its_bytes() -> None:
    code = identities.parse(certificate({"nam": {}, "v": [{"dn": 1}]}))
    assert code.primary.system is System.FINGERPRINT
    assert "name-unreadable" in code.warnings


@pytest.mark.parametrize("damage", [b"HC1:", b"HC1:NCF%%", certificate({"v": []})[:-20]])
def test_one_that_cannot_be_read_still_belongs_to_somebody(damage: bytes) -> None:
    code = identities.parse(damage)
    assert (code.kind, code.names_person, code.name) == (Kind.HEALTH_CERTIFICATE, True, None)
    assert code.primary.system is System.FINGERPRINT
    assert "certificate-unreadable" in code.warnings
