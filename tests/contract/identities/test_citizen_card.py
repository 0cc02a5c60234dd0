import pytest

from contract import identities
from contract.identities import BirthDate, Key, Kind, PersonCode, Sex, System

MAN = (
    "024091000001|121000001|Nguyễn Văn An|05031991|Nam|"
    "Thôn Mẫu, Hồng Thái, Việt Yên, Bắc Giang|15042021"
)
WOMAN = "024191000002||Nguyễn Thị Mẫu|21031991|Nữ|Thôn Mẫu, Hồng Thái, Việt Yên, Bắc Giang|14082021"
CARD_OF_2024 = (
    "024099000003||Lương Mẫu Nam|30121999|Nam|Thôn Mẫu, Tân Phú, Vĩnh Tường, Vĩnh Phúc|01082024||||"
)


def read(text: str) -> PersonCode:
    code = identities.parse(text.encode())
    assert code.kind is Kind.CITIZEN_CARD
    return code


def test_a_card_says_all_that_is_printed_on_it() -> None:
    assert read(MAN) == PersonCode(
        kind=Kind.CITIZEN_CARD,
        raw=MAN.encode(),
        keys=(Key(System.CITIZEN, "024091000001"), Key(System.OLD_CITIZEN, "121000001")),
        name="Nguyễn Văn An",
        birth=BirthDate(1991, 3, 5),
        sex=Sex.MALE,
        address="Thôn Mẫu, Hồng Thái, Việt Yên, Bắc Giang",
    )


def test_an_empty_old_number_moves_no_field() -> None:
    code = read(WOMAN)
    assert code.keys == (Key(System.CITIZEN, "024191000002"),)
    assert (code.name, code.birth, code.sex) == (
        "Nguyễn Thị Mẫu",
        BirthDate(1991, 3, 21),
        Sex.FEMALE,
    )


@pytest.mark.parametrize("more", ["", "|||", "Cha|024060000009|Mẹ|024165000008|và nữa"])
def test_fields_after_the_seventh_move_nothing(more: str) -> None:
    assert read(CARD_OF_2024 + more).name == "Lương Mẫu Nam"


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n", "\0"])
def test_a_readers_line_end_is_no_part_of_the_card(end: str) -> None:
    code = read("\ufeff" + WOMAN + end)
    assert (code.name, code.warnings) == ("Nguyễn Thị Mẫu", ())
    assert code.raw.endswith(end.encode())


@pytest.mark.parametrize(
    ("old", "new", "warning"),
    [
        ("|Nữ|", "|Nam|", "sex-mismatch"),
        ("21031991", "21031987", "birth-year-mismatch"),
        ("024191", "003191", "unknown-province"),
        ("||", "|024191000009|", "old-number-unusual"),
        ("21031991", "31021991", "birth-unreadable"),
        ("|Nữ|", "|Khác|", "sex-unreadable"),
        ("Thị", "Th?", "name-unreadable"),
        ("|14082021", "", "fields-missing"),
    ],
)
def test_a_doubt_is_a_warning_and_never_a_refusal(old: str, new: str, warning: str) -> None:
    code = read(WOMAN.replace(old, new, 1))
    assert warning in code.warnings
    assert code.primary.system is System.CITIZEN
    assert code.primary.value.endswith("191000002")


def test_a_number_of_a_country_of_birth_is_no_doubt() -> None:
    assert read(WOMAN.replace("024191", "135191", 1)).warnings == ()


@pytest.mark.parametrize("born", ["1950", "00001950", "00051950"])
def test_old_people_may_have_a_year_of_birth_only(born: str) -> None:
    code = read(WOMAN.replace("024191", "024150", 1).replace("21031991", born))
    assert (code.birth, code.warnings) == (BirthDate(1950), ())


def test_text_is_shown_composed_and_kept_as_it_came() -> None:
    decomposed = WOMAN.replace("Thị", "Thi\u0323")
    code = read(decomposed)
    assert (code.name, code.raw) == ("Nguyễn Thị Mẫu", decomposed.encode())


def test_an_address_may_have_empty_parts() -> None:
    assert read(WOMAN.replace(", Việt", ",, Việt")).address == (
        "Thôn Mẫu, Hồng Thái,, Việt Yên, Bắc Giang"
    )


@pytest.mark.parametrize(
    "text",
    [
        "024191000002",  # twelve digits alone are a tube, or nothing
        "024191000002|",
        "024191000002||",
        "24191000002||Nguyễn Thị Mẫu|21031991|Nữ|Thôn Mẫu|14082021",
        "024191000002|12|ABC|DEF|GHI|JKL|MNO",
    ],
)
def test_a_number_is_not_taken_from_what_is_no_card(text: str) -> None:
    try:
        assert identities.parse(text.encode()).kind is Kind.UNKNOWN
    except identities.IdentityError:
        assert text == "024191000002"
