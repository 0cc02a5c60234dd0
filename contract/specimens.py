"""Synthetic people and the codes they would carry, for tests, rehearsals and benchmarks.

Shapes are exact, people are drawn by lot: nobody's data.  Everything follows from the generator
that is passed in, so that one seed gives one crowd.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Literal

from contract import names
from contract.identities.base import Sex

Shape = Literal["old", "new", "child", "short"]

_FAMILIES = (
    *("Nguyễn",) * 12,
    *("Trần", "Trần", "Trần", "Lê", "Lê", "Phạm", "Phạm", "Hoàng", "Hoàng", "Vũ", "Võ", "Đặng"),
    *("Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý", "Giáp", "Thân", "Đồng", "Lương", "Ngụy", "Tạ"),
)
_MEN_MIDDLE = ("Văn", "Đức", "Hữu", "Quang", "Minh", "Xuân", "Ngọc", "Thế", "Đình", "Công", "")
_WOMEN_MIDDLE = ("Thị", "Thị", "Thị", "Thị Thu", "Thị Thúy", "Ngọc", "Phương", "Thuỳ", "Bảo", "")
_MEN = (
    *("Thọ", "Nghĩa", "Hiếu", "Hòa", "Khoẻ", "Dũng", "Thủy", "Quý", "Trường", "Tuyển", "Cường"),
    *("Tuấn", "Vượng", "Lực", "Đạt", "Sỹ", "Huỳnh", "Thụy", "Khuê", "Ước", "Bảy", "Kỳ", "Đô"),
)
_WOMEN = (
    *("Hường", "Thùy", "Hằng", "Nguyệt", "Mỵ", "Loan", "Yến", "Huệ", "Oanh", "Tuyết", "Hoà"),
    *("Thơ", "Lụa", "Mỹ", "Diễm", "Nhàn", "Quỳnh", "Vẻ", "Chuyên", "Hạnh", "Thảo", "Ngà", "Gấm"),
)
_HAMLETS = ("Thôn Đông", "Thôn Núi Hiểu", "Tổ dân phố Mới", "Xóm Chùa", "Thôn Trung Đồng")
_COMMUNES = (
    *("Hồng Thái, Việt Yên", "Vân Trung, Việt Yên", "Quang Châu, Việt Yên", "Nội Hoàng, Yên Dũng"),
    *("Tân Mỹ, Bắc Giang", "Phượng Sơn, Lục Ngạn", "Tiên Lục, Lạng Giang", "Ngọc Châu, Tân Yên"),
)


@dataclass(frozen=True, slots=True)
class Specimen:
    """One invented person.  `serial` makes all their numbers their own, up to a million in each
    province."""

    name: str
    birth: date
    sex: Sex
    province: str = "024"
    serial: int = 1
    address: str = "Thôn Mẫu, Hồng Thái, Việt Yên, Bắc Giang"
    phone: str = ""
    old_number: str = ""

    @property
    def number(self) -> str:
        """The 12-digit citizen number."""
        century = 2 * (self.birth.year // 100 - 19) + (self.sex is Sex.FEMALE)
        return f"{self.province}{century}{self.birth.year % 100:02d}{self.serial % 1_000_000:06d}"

    @property
    def insurance(self) -> str:
        """The ten digits of the social insurance number."""
        return f"{self.province[1:]}{self.serial:08d}"

    @property
    def qid(self) -> str:
        """The 18 digits of the national QR platform."""
        return f"{1629793885861 + self.serial}{self.serial % 100000:05d}"


def people(count: int, rng: Random) -> list[Specimen]:
    """Return *count* people, no two with the same number."""
    serials = rng.sample(range(1, 1_000_000), count)
    return [_person(serial, rng) for serial in serials]


def _person(serial: int, rng: Random) -> Specimen:
    sex = rng.choice((Sex.MALE, Sex.FEMALE))
    middles, givens = (_MEN_MIDDLE, _MEN) if sex is Sex.MALE else (_WOMEN_MIDDLE, _WOMEN)
    name = f"{rng.choice(_FAMILIES)} {rng.choice(middles)} {rng.choice(givens)}"
    birth = date(1935, 1, 1) + timedelta(days=rng.randrange(85 * 365))
    adult = birth.year < 2000
    return Specimen(
        name=names.display(name),
        birth=birth,
        sex=sex,
        serial=serial,
        address=f"{rng.choice(_HAMLETS)}, {rng.choice(_COMMUNES)}, Bắc Giang",
        phone=f"09{rng.randrange(10**8):08d}" if adult else "",
        old_number=f"12{serial:07d}" if adult and rng.random() < 0.5 else "",
    )


def citizen_card(person: Specimen, fields: Literal[7, 11] = 7) -> bytes:
    """Return what the QR of *person*'s citizen card holds; 11 fields is the card of 2024."""
    text = "|".join(
        (
            person.number,
            person.old_number,
            person.name,
            f"{person.birth:%d%m%Y}",
            _words(person.sex),
            person.address,
            "15042021" if fields == 7 else "01082024",
        )
    )
    return (text + "|" * (fields - 7)).encode()


def insurance_card(person: Specimen, shape: Shape = "old") -> bytes:
    """Return what the QR of *person*'s insurance card holds, in one of its four shapes."""
    first = person.insurance if shape == "new" else _group(shape) + person.insurance
    common = [
        first,
        person.name.encode().hex(),
        f"{person.birth:%d/%m/%Y}",
        "1" if person.sex is Sex.MALE else "2",
        "-" if shape == "new" else person.address.encode().hex(),
        "24 - 001",
        "01/01/2021",
        "-",
        "20/12/2020",
    ]
    if shape != "short":
        common += [f"2401{person.insurance}", "tr?n th? m?u" if shape == "child" else "-", "4"]
    if shape in {"old", "child"}:
        common += ["01/01/2026", f"{person.serial:016x}-7102"]
    if shape == "new":
        office = "Huyện Việt Yên, tỉnh Bắc Giang"
        common += [" 01/10/2027", f"{person.serial:016x}-1202", "4", office.encode().hex()]
    return "|".join((*common, "$")).encode()


def national_qr(person: Specimen, masked: bool = False) -> bytes:  # noqa: FBT001, FBT002
    """Return the national personal QR of *person*, with the numbers masked or plain."""
    sex = "1" if person.sex is Sex.MALE else "2"
    insurance = f"GD424{person.insurance}"
    number, birth = person.number, person.birth.isoformat()
    phone = person.phone
    if masked:
        number, birth = "*" * 6 + number[6:], f"{person.birth.year}-**-**"
        insurance, phone = insurance[:6] + "*" * 9, phone[:4] + "*" * 6
    ext = f"<{sex}<{insurance}<{phone}"
    name = names.match_key(person.name).upper()
    return f"{number}|{name}|{birth}|0|{person.qid}|{ext}".encode()


def _words(sex: Sex) -> str:
    return "Nam" if sex is Sex.MALE else "Nữ"


def _group(shape: Shape) -> str:
    return {"old": "GD424", "child": "TE124", "short": "HS424"}[shape]
