import pytest

from contract import identities
from contract.identities import BirthDate, Key, Kind, PersonCode, Sex, System

OLD = (
    "GD4242400000001|4e677579e1bb856e2056c4836e20416e|05/03/1991|1|5468c3b46e204de1baab752c2058c3a3"
    "204de1baab752c20487579e1bb876e205669e1bb87742059c3aa6e2c2054e1bb896e682042e1baaf63204769616e67"
    "|24 - 001|01/01/2021|-|20/12/2020|24012400000001|-|4|01/01/2026|0123456789abcdef-7102|$"
)
CHILD = (
    "TE1242400000002|5472e1baa76e2042e1baa36f204de1baab75|15/11/2017|2|54e1bb9520312c205068c6b0e1bb"
    "9d6e67204de1baab75|24 - 005|15/11/2017|-|22/01/2018|24012400000002|tr?n th? m?u|4|15/11/2022"
    "|fedcba9876543210-7102|$"
)
NEW = (
    "2400000003|4cc3aa205468e1bb8b204de1baab75|29/03/1988|2|-|24 - 001|01/07/2023|-|31/07/2023"
    "|24052400000003|-|4| 01/10/2027|0011223344556677-1202|4|487579e1bb876e205669e1bb87742059c3aa6e"
    "2c2054e1bb896e682042e1baaf63204769616e67|$"
)
SHORT = (
    "HS4242400000004|56c5a9205875c3a26e204de1baab75|07/09/2008|1|5068c6b0e1bb9d6e67204de1baab75"
    "|24 - 028|24/01/2019|-|24/01/2019|$"
)


def read(text: str) -> PersonCode:
    code = identities.parse(text.encode())
    assert code.kind is Kind.INSURANCE_CARD
    return code


@pytest.mark.parametrize(
    ("text", "number", "name", "birth", "sex", "address"),
    [
        (
            OLD,
            "2400000001",
            "Nguyễn Văn An",
            BirthDate(1991, 3, 5),
            Sex.MALE,
            "Thôn Mẫu, Xã Mẫu, Huyện Việt Yên, Tỉnh Bắc Giang",
        ),
        (
            CHILD,
            "2400000002",
            "Trần Bảo Mẫu",
            BirthDate(2017, 11, 15),
            Sex.FEMALE,
            "Tổ 1, Phường Mẫu",
        ),
        (NEW, "2400000003", "Lê Thị Mẫu", BirthDate(1988, 3, 29), Sex.FEMALE, None),
        (SHORT, "2400000004", "Vũ Xuân Mẫu", BirthDate(2008, 9, 7), Sex.MALE, "Phường Mẫu"),
    ],
    ids=["old", "child", "new", "short"],
)
def test_each_shape_is_read(
    text: str, number: str, name: str, birth: BirthDate, sex: Sex, address: str | None
) -> None:
    keys = (Key(System.INSURANCE, number),)
    assert read(text) == PersonCode(
        Kind.INSURANCE_CARD, text.encode(), keys, name, birth, sex, address
    )


def test_the_old_and_the_new_card_of_one_person_have_one_key() -> None:
    new = NEW.replace("2400000003", "2400000001")
    assert read(OLD).primary == read(new).primary == read(OLD.replace("GD4", "HT3")).primary


@pytest.mark.parametrize("text", [OLD, CHILD, NEW, SHORT])
def test_a_stripped_end_sign_changes_nothing(text: str) -> None:
    for stripped in (text[:-1], text[:-2]):
        code = read(stripped)
        assert (code.keys, code.name) == (read(text).keys, read(text).name)
        assert code.warnings == ()


def test_hex_may_be_in_capitals() -> None:
    assert read(OLD.upper()).name == "Nguyễn Văn An"


def test_a_year_of_birth_alone_is_enough() -> None:
    assert read(OLD.replace("05/03/1991", "1941")).birth == BirthDate(1941)


@pytest.mark.parametrize(
    ("old", "new", "warning"),
    [
        ("24012400000001", "24012400000009", "insurance-number-mismatch"),
        ("GD424", "GD724", "unknown-benefit"),
        ("GD424", "GD403", "unknown-province"),
        ("4e6775", "4e677", "name-unreadable"),
        ("4e677579e1bb856e", "4e677579e1bbe1bb", "name-unreadable"),
        ("|1|", "|0|", "sex-unreadable"),
        ("05/03/1991", "05/13/1991", "birth-unreadable"),
    ],
)
def test_a_doubt_is_a_warning_and_never_a_refusal(old: str, new: str, warning: str) -> None:
    code = read(OLD.replace(old, new, 1))
    assert warning in code.warnings
    assert code.keys == (Key(System.INSURANCE, "2400000001"),)


def test_a_name_that_was_never_hex_is_taken_as_it_stands() -> None:
    code = read(OLD.replace("4e677579e1bb856e2056c4836e20416e", "Nguyễn Văn An"))
    assert (code.name, code.warnings) == ("Nguyễn Văn An", ("name-not-hex",))


@pytest.mark.parametrize(
    "text", ["GD4242400000001", "2400000003|x|y|z", "GD4242400000001|4e67", "G44242400000001|||1|"]
)
def test_a_number_is_not_taken_from_what_is_no_card(text: str) -> None:
    assert identities.parse(text.encode()).kind is Kind.UNKNOWN
