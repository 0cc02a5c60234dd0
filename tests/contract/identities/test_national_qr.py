import pytest

from contract import identities
from contract.identities import BirthDate, Key, Kind, PersonCode, Sex, System

OFFICIAL = "001093029317|NGUYEN VAN A|1987-01-18|0|162979388586171100|<1<00<0123232422"
MASKED = "******509|NGUYEN THI MAU|1991-**-**|0|162979388586171101|1<GD4877*******<0943******"
QID = Key(System.NATIONAL, "162979388586171100")


def read(text: str) -> PersonCode:
    code = identities.parse(text.encode())
    assert code.kind is Kind.NATIONAL_QR
    return code


def test_the_official_example_is_read_though_it_disagrees_with_itself() -> None:
    assert read(OFFICIAL) == PersonCode(
        kind=Kind.NATIONAL_QR,
        raw=OFFICIAL.encode(),
        keys=(
            QID,
            Key(System.CITIZEN, "001093029317", claimed=True),
            Key(System.PHONE, "0123232422", claimed=True),
        ),
        name="NGUYEN VAN A",
        birth=BirthDate(1987, 1, 18),
        sex=Sex.MALE,
        warnings=("birth-year-mismatch",),
    )


def test_a_masked_number_is_no_number() -> None:
    code = read(MASKED)
    assert code.keys == (Key(System.NATIONAL, "162979388586171101"),)
    assert (code.birth, code.sex) == (BirthDate(1991), Sex.MALE)


@pytest.mark.parametrize(
    ("document", "key"),
    [
        ("121000001", Key(System.OLD_CITIZEN, "121000001", claimed=True)),
        ("C1234567", Key(System.PASSPORT, "C1234567", claimed=True)),
        ("c1234567", Key(System.PASSPORT, "C1234567", claimed=True)),
    ],
)
def test_other_documents_are_claims_as_well(document: str, key: Key) -> None:
    assert read(OFFICIAL.replace("001093029317", document)).keys[1] == key


@pytest.mark.parametrize(
    ("ext", "said"),
    [
        ("<2<GD4242400000001<0912345678", {"2400000001", "0912345678"}),
        ("2<GD4242400000001<0912345678", {"2400000001", "0912345678"}),
        ("162979388586171199<2<2400000001<+84912345678", {"2400000001", "0912345678"}),
        ("<2<GD4242400000001<0912345678<signature<more", {"2400000001", "0912345678"}),
        ("<2<<", set()),
        ("", set()),
        ("<<<<<<", set()),
    ],
)
def test_the_extension_is_read_with_and_without_its_first_part(ext: str, said: set[str]) -> None:
    code = read(OFFICIAL.replace("001093029317", "").replace("<1<00<0123232422", ext))
    assert {key.value for key in code.keys[1:]} == said
    assert all(key.claimed for key in code.keys[1:])
    assert code.sex is (Sex.FEMALE if "2<" in ext else None)


def test_without_a_qid_the_bytes_are_the_only_sure_thing() -> None:
    code = read(OFFICIAL.replace("162979388586171100", ""))
    assert code.primary.system is System.FINGERPRINT
    assert not code.primary.claimed
    assert all(key.claimed for key in code.keys[1:])


def test_a_code_made_for_another_says_so() -> None:
    assert "declared-by-proxy" in read(OFFICIAL.replace("|0|", "|1|")).warnings


@pytest.mark.parametrize("born", ["****-**-**", "1987-02-31"])
def test_a_birth_date_that_is_none_is_left_out(born: str) -> None:
    assert read(OFFICIAL.replace("1987-01-18", born)).birth is None


@pytest.mark.parametrize(
    "text",
    [
        "001093029317|NGUYEN VAN A|18/01/1987|0|162979388586171100|",
        "001093029317|NGUYEN VAN A|1987-01-18|7|162979388586171100|",
        "a|b|c|d|e|f",
        "||||||",
    ],
)
def test_other_texts_of_six_fields_are_not_national_codes(text: str) -> None:
    assert identities.parse(text.encode()).kind is Kind.UNKNOWN
