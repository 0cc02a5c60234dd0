"""Invented people by the ten thousand or ten million: homes, places, work, pools, infections.

One seed gives one population, whatever its size: who comes first does not depend on who follows.
Names follow rough published shares of Vietnamese family names (Nguyễn some 38 in 100), households
the mean of the census of 2019 (3.6), infections come in households and at work.  Nobody's data.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, groupby
from operator import attrgetter
from random import Random

from contract.identities.base import Sex
from contract.specimens import Specimen

LARGEST = 10_000_000  # beyond it numbers would come twice
_BLOCK = 1_000_000  # people whose six last digits differ; each block is of a province of its own
_PROVINCES = ("024", "027", "001", "019", "030", "031", "034", "025", "022", "020")
_FAMILIES = {"Nguyễn": 384, "Trần": 110, "Lê": 95, "Phạm": 70, "Hoàng": 51, "Phan": 45, "Vũ": 39,
             "Đặng": 21, "Bùi": 20, "Đỗ": 14, "Hồ": 13, "Ngô": 13, "Dương": 10, "Lý": 5, "Giáp": 8,
             "Thân": 8, "Đồng": 6, "Tạ": 5, "Ngụy": 3, "Leo": 2, "Vi": 4, "Hứa": 2}  # fmt: skip
_MIDDLES = {Sex.MALE: ("Văn",) * 9 + ("Đức", "Minh", "Quang", "Hữu", "Xuân", "Đình", "Công", "Bá"),
            Sex.FEMALE: ("Thị",) * 12 + ("Thu", "Ngọc", "Phương", "Thanh", "Bích", "")}  # fmt: skip
_MEN = (
    "Anh Bảo Bình Chiến Cường Dũng Duy Đạt Đông Đức Giang Hà Hải Hiếu Hòa Hoàng Hùng Huy "
    "Khánh Khoa Kiên Lâm Long Mạnh Minh Nam Nghĩa Phong Phúc Quân Quang Quý Sơn Tài Tâm "
    "Thái Thắng Thành Thịnh Tiến Toàn Trung Trường Tú Tuấn Tùng Việt Vinh Vượng "
)
_WOMEN = (
    "An Anh Ánh Bình Chi Cúc Dung Duyên Giang Hà Hạnh Hằng Hiền Hoa Hồng Huệ Hương Hường "
    "Khánh Lan Liên Linh Loan Lý Mai Minh My Nga Ngân Ngọc Nguyệt Nhung Oanh Phương Quỳnh "
    "Tâm Thanh Thảo Thơm Thu Thủy Thúy Trang Trinh Tuyết Uyên Vân Xuân Yến "
)
_GIVEN = {Sex.MALE: _MEN.split(), Sex.FEMALE: _WOMEN.split()}
# Districts of Bắc Giang by their codes of 2021, with a rough share of its people.
_DISTRICTS = {
    "213": ("TP. Bắc Giang", 10), "215": ("Yên Thế", 6), "216": ("Tân Yên", 10),
    "217": ("Lạng Giang", 12), "218": ("Lục Nam", 12), "219": ("Lục Ngạn", 13),
    "220": ("Sơn Động", 4), "221": ("Yên Dũng", 9), "222": ("Việt Yên", 12),
    "223": ("Hiệp Hòa", 12),
}  # fmt: skip
_COMMUNES = ("01", "04", "07", "10", "13", "16", "19", "22")
_HAMLETS = (
    "Thôn Đông",
    "Thôn Đoài",
    "Thôn Núi",
    "Xóm Chùa",
    "Xóm Mới",
    "Tổ dân phố 1",
    "Thôn Giữa",
)
_SIZES = (1, 2, 2, 3, 3, 4, 4, 4, 4, 5, 5, 6)  # people in a household
_PLACES_OF_WORK, _WORKERS = 400, 0.45  # in each district; the share of adults who go to one
_YOUNGEST = date(2021, 4, 30)
_FAMILY_SHARES = list(accumulate(_FAMILIES.values()))
_SHARES = list(accumulate(share for _, share in _DISTRICTS.values()))
_OF_A_HOUSEHOLD, _AT_WORK = 0.35, 0.04  # chances to be infected by somebody there
_FOLLOWED = 1.5  # cases for each that came by chance, itself among them; as drawn below


@dataclass(frozen=True, slots=True)
class Resident:
    """One person, where they live, with whom and where they work (0: nowhere that is known)."""

    person: Specimen
    household: int
    place: str  # the code of their commune
    work: int

    @property
    def number(self) -> int:
        return self.person.serial


def residents(count: int, seed: int, first: int = 1) -> Iterator[Resident]:
    """Yield *count* people, household after household, numbered from *first* on.

    Parts that are numbered apart share no number, so that several processes can make one
    population.  Raises ValueError beyond LARGEST.
    """
    last = first + count - 1
    if count < 0 or first < 1 or last > LARGEST:
        raise ValueError(f"people {first} to {last}: 1 to {LARGEST} can be invented")
    rng = Random(f"{seed}-{first}")  # noqa: S311 - must be the same each time
    number = first
    while number <= last:
        for one in _household(rng, number):
            if one.number <= last:
                yield one
            number += 1


def infected(
    people: Iterable[Resident], share: float, seed: int
) -> Iterator[tuple[Resident, bool]]:
    """Yield each of *people* with whether they are infected: about *share* of all, in clusters.

    A first case comes by chance, others follow in its household and at its place of work; *people*
    must come in the order of `residents`.
    """
    rng = Random(f"infected-{seed}")  # noqa: S311 - must be the same each time
    first = share / _FOLLOWED
    ill_home, ill_work = 0, dict[int, int]()
    for one in people:
        chance = first
        if one.household == ill_home:
            chance = max(chance, _OF_A_HOUSEHOLD)
        if one.work and ill_work.get(one.work, 0):
            chance = max(chance, _AT_WORK)
            ill_work[one.work] -= 1
        ill = rng.random() < chance
        if ill:
            ill_home = one.household
            ill_work[one.work] = 30  # who are next to be met there
        yield one, ill


def pools(people: Iterable[Resident], size: int) -> Iterator[list[Resident]]:
    """Yield groups of at most *size* people who come to the table together.

    A household is torn only where it is larger than a pool.
    """
    pool: list[Resident] = []
    for home in _households(people):
        if pool and len(pool) + len(home) > size:
            yield pool
            pool = []
        pool += home
        while len(pool) >= size:
            yield pool[:size]
            pool = pool[size:]
    if pool:
        yield pool


def _households(people: Iterable[Resident]) -> Iterator[list[Resident]]:
    for _, home in groupby(people, key=attrgetter("household")):
        yield list(home)


def _household(rng: Random, number: int) -> Iterator[Resident]:
    """Yield who lives together: a couple with children, or who is left of one."""
    district = rng.choices(list(_DISTRICTS), cum_weights=_SHARES)[0]
    place = f"vn-2021:24.{district}.{rng.choice(_COMMUNES)}"
    address = f"{rng.choice(_HAMLETS)}, {_DISTRICTS[district][0]}, Bắc Giang"
    family = _family(rng)
    oldest = date(1940, 1, 1) + timedelta(days=rng.randrange(60 * 365))
    phone = f"09{rng.randrange(10**8):08d}"
    for role in range(rng.choice(_SIZES)):
        sex = (Sex.MALE, Sex.FEMALE)[role] if role < 2 else rng.choice((Sex.MALE, Sex.FEMALE))
        birth = oldest + timedelta(days=rng.randrange(-1500, 1500))
        if role >= 2:
            birth = min(oldest + timedelta(days=rng.randrange(20, 42) * 365), _YOUNGEST)
        adult = birth.year < 2004
        own = f"09{rng.randrange(10**8):08d}" if adult and rng.random() < 0.8 else phone
        name = _family(rng) if role == 1 else family
        specimen = Specimen(
            name=_name(rng, name, sex), birth=birth, sex=sex, serial=number + role,
            province=_PROVINCES[(number + role - 1) // _BLOCK], address=address, phone=own,
        )  # fmt: skip
        works = adult and rng.random() < _WORKERS
        work = int(district) * 1000 + rng.randrange(_PLACES_OF_WORK) + 1 if works else 0
        yield Resident(specimen, number, place, work)  # the household goes by its first


def _family(rng: Random) -> str:
    return rng.choices(list(_FAMILIES), cum_weights=_FAMILY_SHARES)[0]


def _name(rng: Random, family: str, sex: Sex) -> str:
    middle = rng.choice(_MIDDLES[sex])
    more = rng.choice(_GIVEN[sex]) if rng.random() < 0.15 else ""
    return " ".join(part for part in (family, middle, more, rng.choice(_GIVEN[sex])) if part)
