"""A list of doses as the vaccination system exports it becomes doses and rows refused.  Pure.

Who was vaccinated is read as rosters are; the columns of the dose stand beside them.  Every row is
accounted for: rows in = taken + refused.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum

import msgspec

from contract import names
from contract.identities import fields
from server.sampling import roster_import
from server.sampling.roster_columns import columns_of
from server.sampling.roster_import import Guest

_HEADINGS = {
    "on": ("ngay tiem", "ngay tiem chung", "thoi gian tiem", "ngay", "vaccination date", "date"),
    "vaccine": ("vac xin", "vacxin", "vaccine", "ten vac xin", "ten vaccine", "loai vac xin",
                "loai vaccine", "thuoc", "product"),
    "dose": ("mui", "mui so", "lan tiem", "mui tiem", "so mui", "mui thu", "dose",
             "dose number"),
    "lot": ("lo", "so lo", "lo vac xin", "so lo vac xin", "lo sx", "lot", "batch"),
    "facility": ("co so", "co so tiem", "noi tiem", "don vi tiem", "diem tiem", "facility",
                 "co so tiem chung"),
}  # fmt: skip
_BY_KEY = {key: field for field, keys in _HEADINGS.items() for key in keys}
EARLIEST = date(2020, 12, 1)  # nobody was vaccinated against COVID-19 before
MOST_DOSES = 9
PRODUCTS = {
    "EU/1/20/1528": "Pfizer-BioNTech", "EU/1/20/1507": "Moderna", "EU/1/21/1529": "AstraZeneca",
    "EU/1/20/1525": "Janssen", "Covaxin": "Covaxin", "CoronaVac": "CoronaVac",
    "BBIBP-CorV": "Sinopharm (Vero Cell)", "Sputnik-V": "Sputnik V",
}  # fmt: skip


class Reason(StrEnum):
    """Why a row gives no dose, beside a roster's reasons.  The value never changes."""

    NO_DATE = "no-dose-date"
    DATE = "dose-date"
    VACCINE = "no-vaccine"
    DOSE = "dose-number"
    NO_NUMBER = "no-number"
    ANOTHER = "names-another"
    TWICE = "dose-twice"
    ERASED = "erased"


REASONS = {
    Reason.NO_DATE: ("thiếu ngày tiêm", "no vaccination date"),
    Reason.DATE: ("ngày tiêm không đúng", "the vaccination date is none"),
    Reason.VACCINE: ("thiếu tên vắc xin", "no vaccine's name"),
    Reason.DOSE: ("mũi tiêm không phải số 1 đến 9", "the dose is no number from 1 to 9"),
    Reason.NO_NUMBER: ("thiếu số giấy tờ: tên thôi thì chưa chắc là ai",
                       "no number: a name alone does not say who it is"),
    Reason.ANOTHER: ("số này là của người tên khác hoặc sinh khác",
                     "this number is of somebody with another name or birth"),
    Reason.TWICE: ("mũi này đã có trong danh sách", "this dose stands in the list already"),
    Reason.ERASED: ("đã xóa theo yêu cầu của người đó", "erased as its person asked"),
}  # fmt: skip


class Dose(msgspec.Struct, frozen=True):
    """What was given.  `number` 0 and '' are unknown; `certificate` is its id."""

    on: str
    vaccine: str
    number: int = 0
    lot: str = ""
    facility: str = ""
    certificate: str = ""


class Given(msgspec.Struct, frozen=True):
    line: int
    guest: Guest
    dose: Dose


class Refused(msgspec.Struct, frozen=True):
    """A row without a dose: its line, a reason of ours or of rosters, and how it begins."""

    line: int
    reason: str
    shown: str


class Reading(msgspec.Struct, frozen=True):
    """What became of every row."""

    given: tuple[Given, ...]
    refused: tuple[Refused, ...]

    @property
    def rows(self) -> int:
        return len(self.given) + len(self.refused)


def read(rows: Sequence[Sequence[str]], *, today: date) -> Reading:
    """Read a list of doses; nobody is vaccinated after *today*."""
    people = roster_import.read(rows, year=today.year, once=False)
    places = _places(rows[: columns_of(rows).begins])
    refused = [Refused(each.line, str(each.reason), each.shown) for each in people.refused]
    given: list[Given] = []
    known: set[tuple[str, str, str]] = set()
    for each in people.taken:
        row = rows[each.line - 1]
        said = {field: row[at] for field, at in places.items() if at < len(row)}
        dose = _dose(said, today)
        key = (each.guest.system, each.guest.number, dose.on if isinstance(dose, Dose) else "")
        reason = _reason(each.guest, dose, known=key in known)
        if isinstance(dose, Dose) and reason is None:
            known.add(key)
            given.append(Given(each.line, each.guest, dose))
        else:
            shown = f"{each.guest.name} · {said.get('on', '')}"[:80]
            refused.append(Refused(each.line, str(reason), shown))
    return Reading(tuple(given), tuple(sorted(refused, key=lambda each: each.line)))


def _reason(guest: Guest, dose: Dose | Reason, *, known: bool) -> Reason | None:
    if isinstance(dose, Reason):
        return dose
    if not guest.number:
        return Reason.NO_NUMBER
    return Reason.TWICE if known else None


def _places(heads: Sequence[Sequence[str]]) -> dict[str, int]:
    places: dict[str, int] = {}
    for row in heads:
        for at, cell in enumerate(row):
            field = _BY_KEY.get(names.match_key(cell.split("(")[0]))
            if field is not None:
                places.setdefault(field, at)
    return places


def _dose(said: Mapping[str, str], today: date) -> Dose | Reason:
    """Return the dose that a row's cells say, or why they say none."""
    written = said.get("on", "").strip().split(" ")[0]
    if not written:
        return Reason.NO_DATE
    read_as = fields.year_first(written) or fields.day_first(written)
    if read_as is None or read_as.month is None or read_as.day is None:
        return Reason.DATE
    on = date(read_as.year, read_as.month, read_as.day)
    if not EARLIEST <= on <= today:
        return Reason.DATE
    vaccine = names.display(said.get("vaccine", ""))[:80]
    if not vaccine:
        return Reason.VACCINE
    number = _number(said.get("dose", ""))
    if number is None:
        return Reason.DOSE
    lot, facility = (names.display(said.get(each, ""))[:120] for each in ("lot", "facility"))
    return Dose(on.isoformat(), vaccine, number, lot, facility)


def _number(said: str) -> int | None:
    """Return the dose's number, 0 where none is said, None where it is none."""
    text = names.match_key(said).removeprefix("mui ").strip()
    if not text:
        return 0
    good = text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= MOST_DOSES
    return int(text) if good else None
