import unicodedata
from random import Random

import pytest

from contract import legacy_text, names, specimens

TCVN3 = {
    unicode: legacy
    for legacy, unicode in zip(
        "µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ¡¢£¤¥¦§¨©ª«¬\xad®",
        "àảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵĂÂÊÔƠƯĐăâêôơưđ",
        strict=True,
    )
}
PEOPLE = specimens.people(500, Random(11))


def as_tcvn3(text: str) -> str:
    return "".join(TCVN3.get(letter, TCVN3.get(letter.lower(), letter)) for letter in text)


VNI_SINGLE = dict(zip("đươìỉĩíịỵ", "ñöôìæóíòî", strict=True))
VNI_TONES = {"\u0300": "ø", "\u0309": "û", "\u0303": "õ", "\u0301": "ù", "\u0323": "ï", "": ""}
VNI_HATS = {"\u0300": "à", "\u0309": "å", "\u0303": "ã", "\u0301": "á", "\u0323": "ä", "": "â"}
VNI_BOWLS = {"\u0300": "è", "\u0309": "ú", "\u0303": "ü", "\u0301": "é", "\u0323": "ë", "": "ê"}


def as_vni(text: str) -> str:
    typed = (vni_letter(letter.lower()) for letter in text)
    pairs = zip(text, typed, strict=True)
    return "".join(new.upper() if old.isupper() else new for old, new in pairs)


def vni_letter(letter: str) -> str:
    if letter in VNI_SINGLE:
        return VNI_SINGLE[letter]
    base, *marks = list(unicodedata.normalize("NFD", letter))
    tone = next((mark for mark in marks if mark in VNI_TONES), "")
    if "\u0302" in marks:
        return base + VNI_HATS[tone]
    if "\u0306" in marks:
        return base + VNI_BOWLS[tone]
    if "\u031b" in marks:
        base = VNI_SINGLE[unicodedata.normalize("NFC", base + "\u031b")]
    return base + VNI_TONES[tone]


def test_the_two_examples_everybody_knows() -> None:
    assert legacy_text.decode("NguyÔn V¨n §øc") == "Nguyễn Văn Đức"
    assert legacy_text.decode("Nguyeãn Vaên Ñöùc") == "Nguyễn Văn Đức"


@pytest.mark.parametrize("person", PEOPLE[:100], ids=lambda person: person.number)
def test_what_is_unicode_already_stays_as_it_is(person: specimens.Specimen) -> None:
    for text in (person.name, person.name.upper(), person.address):
        assert legacy_text.decode(text) == text
        assert legacy_text.detect(text) == "unicode"


def test_every_letter_of_the_alphabet_comes_back() -> None:
    for text in (person.address for person in PEOPLE):
        assert legacy_text.decode_tcvn3(as_tcvn3(text)).casefold() == text.casefold()
        assert legacy_text.decode_vni(as_vni(text)) == text


def test_a_column_of_names_is_known_as_a_whole() -> None:
    column = "\n".join(person.name for person in PEOPLE[:50])
    assert legacy_text.detect(as_tcvn3(column)) == "tcvn3"
    assert legacy_text.detect(as_vni(column)) == "vni"
    assert legacy_text.detect(column) == "unicode"


def test_single_names_come_right_in_99_of_100_cases() -> None:
    wanted = [person.name for person in PEOPLE]
    from_tcvn3 = [legacy_text.decode(as_tcvn3(name)) for name in wanted]
    from_vni = [legacy_text.decode(as_vni(name)) for name in wanted]
    for found in (from_tcvn3, from_vni):
        right = sum(
            names.spelling_key(one) == names.spelling_key(other)
            for one, other in zip(found, wanted, strict=True)
        )
        assert right >= 0.99 * len(wanted)


def test_capitals_by_font_become_capitals() -> None:
    assert legacy_text.decode_tcvn3("NGUYÔN V¡N §øC") == "NGUYỄN VĂN ĐỨC"
