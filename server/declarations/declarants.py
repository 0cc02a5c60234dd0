"""What somebody types about themselves, or about another: read, checked, never believed.  Pure.

A number that was typed is a claimed one: it links only where name and year of birth agree.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from contract import names
from contract.cards import CardNumber
from contract.identities import BirthDate, Key, Kind, PersonCode, Sex, System, citizen_numbers
from contract.identities import fields as read_fields
from server.forms import tidy

Problem = tuple[str, str]
OLDEST = 1900
LONGEST_NAME = 60
_INSURANCE = re.compile(r"(?:[A-Z]{2}\d{3})?(\d{10})", re.ASCII)
_PASSPORT = re.compile(r"[A-Z]{1,2}\d{6,8}", re.ASCII)
SEXES = {"M": Sex.MALE, "F": Sex.FEMALE, "X": None}
_WRONG = {
    "sex-mismatch": ("không khớp giới tính", "does not fit the sex"),
    "birth-year-mismatch": ("không khớp năm sinh", "does not fit the year of birth"),
    "unknown-province": ("có mã tỉnh không đúng", "begins with no province's code"),
}


@dataclass(frozen=True, slots=True)
class Declarant:
    """A person as typed.  `key` is their number, if any, as a claimed one."""

    name: str
    birth: BirthDate
    sex: Sex | None
    phone: str
    address: str
    key: Key | None = None

    def as_code(self, number: CardNumber, payload: str) -> PersonCode:
        """Return this as a code: that of the card which they are given for it.

        The card's number is claimed as well until it is shown at a table, where its bearer is
        seen: whoever typed a name must not hold a key to that person's record.
        """
        keys = [Key(System.CARD, number.text, claimed=True)]
        if self.key is not None:
            keys.append(self.key)
        return PersonCode(
            Kind.PERSONAL_CARD,
            payload.encode(),
            (*keys, Key(System.PHONE, self.phone, claimed=True)),
            self.name,
            self.birth,
            self.sex,
            self.address or None,
        )


def read(form: Mapping[str, str], today: date) -> Declarant | dict[str, Problem]:
    """Return who is meant, or for each field that is wrong what to do about it."""
    wrong: dict[str, Problem] = {}
    name = names.display(tidy(form.get("name", "")))
    if not _is_name(name):
        wrong["name"] = ("Ghi đủ họ và tên.", "Write the whole name.")
    birth = _birth(form.get("birth", ""), today)
    if birth is None:
        wrong["birth"] = (
            "Ghi năm sinh, ví dụ 1991, hoặc ngày 23/05/1991.",
            "Write the year of birth, such as 1991, or 23/05/1991.",
        )
    said_sex = form.get("sex", "")
    if said_sex not in SEXES:
        wrong["sex"] = ("Hãy chọn.", "Please choose.")
    phone = read_fields.phone(tidy(form.get("phone", "")))
    if phone is None:
        wrong["phone"] = ("Số điện thoại có 10 số, bắt đầu bằng 0.", "Ten digits, the first is 0.")
    address = tidy(form.get("address", ""))
    if len(address) > 200:
        wrong["address"] = ("Ngắn hơn 200 ký tự.", "Shorter than 200 characters.")
    sex = SEXES.get(said_sex)
    key = _key(form.get("number", ""), birth, sex)
    if isinstance(key, tuple):
        wrong["number"] = key
    if wrong or birth is None or phone is None or isinstance(key, tuple):
        return wrong
    return Declarant(name, birth, sex, phone, address, key)


def _is_name(name: str) -> bool:
    words = name.split()
    letters = all(each.isalpha() or each in " '-." for each in name)
    return len(words) >= 2 and letters and len(name) <= LONGEST_NAME


def _birth(text: str, today: date) -> BirthDate | None:
    text = tidy(text).replace("-", "/").replace(".", "/")
    birth = read_fields.day_first(text)
    return birth if birth is not None and OLDEST <= birth.year <= today.year else None


def _key(text: str, birth: BirthDate | None, sex: Sex | None) -> Key | Problem | None:
    """Return the number typed, None for none, or what is wrong with it."""
    number = re.sub(r"[\s.\-]", "", tidy(text)).upper()
    if not number:
        return None
    if citizen_numbers.CITIZEN.fullmatch(number):
        for doubt in citizen_numbers.doubts(number, birth, sex):
            vi, en = _WRONG[doubt]
            return (
                f"Số căn cước {vi}. Xem lại, hoặc bỏ trống.",
                f"The citizen number {en}. Look again, or leave it empty.",
            )
        return Key(System.CITIZEN, number, claimed=True)
    if citizen_numbers.OLD_CITIZEN.fullmatch(number):
        return Key(System.OLD_CITIZEN, number, claimed=True)
    if insured := _INSURANCE.fullmatch(number):
        return Key(System.INSURANCE, insured[1], claimed=True)
    if _PASSPORT.fullmatch(number):
        return Key(System.PASSPORT, number, claimed=True)
    return (
        "Số căn cước có 12 số, chứng minh nhân dân 9 số, thẻ bảo hiểm 10 hoặc 15 ký tự.",
        "A citizen number has 12 digits, an old one 9, an insurance number 10 or 15 characters.",
    )
