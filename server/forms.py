"""Read the fields of a form: each function returns a checked value or raises BadInput.

A message names the field as people know it; the names are one table.  Pure: services use it too.
"""

import re
from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import TypeVar
from unicodedata import normalize
from uuid import UUID

from contract.tubes import Tube, TubeError, TubeMisread, tube
from server import place_names
from server.errors import BadInput

E = TypeVar("E", bound=Enum)
YEARS = range(2000, 2100)  # of the days that people filter by or plan for
WORDS = {
    "address": ("địa chỉ", "address"),
    "assay": ("xét nghiệm", "assay"),
    "birth": ("ngày sinh", "date of birth"),
    "box": ("hộp", "box"),
    "call": ("kết quả", "call"),
    "copies": ("số bản", "number of copies"),
    "count": ("số lượng", "number"),
    "days_after": ("số ngày sau", "number of days after"),
    "days_before": ("số ngày trước", "number of days before"),
    "duty": ("nhiệm vụ của trạm", "duty of the station"),
    "elsewhere_high": ("mức cần đạt", "aim"),
    "elsewhere_low": ("mức tối thiểu", "least"),
    "fill": ("thứ tự các giếng", "order of the wells"),
    "first": ("ống đầu", "first tube"),
    "first_day": ("mức ngày đầu", "number of the first day"),
    "form": ("dạng tệp", "kind of file"),
    "freezer": ("tủ", "freezer"),
    "head": ("người phụ trách", "name of who answers for it"),
    "how": ("cách gọi", "way of the call"),
    "keep": ("lần ghép được giữ", "pairing to keep"),
    "kind": ("loại", "kind"),
    "label": ("tên gọi", "label"),
    "last": ("ống cuối", "last tube"),
    "least": ("số phút ít nhất", "least number of minutes"),
    "list": ("danh sách", "list"),
    "login": ("tên đăng nhập", "log-in name"),
    "most": ("mức trần", "highest number"),
    "name": ("tên", "name"),
    "note": ("ghi chú", "note"),
    "others": ("số giếng âm còn lại", "number of other negative wells"),
    "part": ("nơi hoặc mã điểm", "place or point's code"),
    "password": ("mật khẩu", "password"),
    "partner": ("mã đối tác", "partner"),
    "people": ("danh sách người", "list of people"),
    "phone": ("điện thoại", "phone number"),
    "place": ("nơi", "place"),
    "plate": ("biển số", "licence plate"),
    "rack": ("giá", "rack"),
    "rate": ("mức tăng", "rate"),
    "reason": ("lý do", "reason"),
    "result": ("kết quả", "result"),
    "role": ("vai trò", "role"),
    "route": ("tuyến", "route"),
    "sees": ("phạm vi xem", "scope"),
    "series": ("dãy số", "series"),
    "silent_days": ("số ngày im lặng", "number of silent days"),
    "size": ("số chỗ của giá", "size of the rack"),
    "start": ("nhãn bắt đầu", "label to start at"),
    "station": ("trạm", "station"),
    "stay": ("số phút ở lại", "number of minutes of a stay"),
    "stock": ("loại nhãn", "stock"),
    "symptoms": ("dấu hiệu", "symptoms"),
    "team": ("đội hoặc điểm", "team or site"),
    "title": ("tên gọi", "name"),
    "to": ("người nhận việc", "colleague"),
    "town_high": ("mức cần đạt của thị trấn", "aim of towns"),
    "town_low": ("mức tối thiểu của thị trấn", "least of towns"),
    "tube": ("mã ống", "tube code"),
    "verdict": ("cách giải quyết", "decision"),
    "wish": ("điều muốn hỏi", "wish"),
}


def words(field: str) -> tuple[str, str]:
    """Return what people call *field*; of one among many alike (call:…, stay_market) their word."""
    alike = WORDS.get(re.split("[:_-]", field)[0], (field, field))
    return WORDS.get(field, alike)


def typed(form: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Return what somebody wrote in a form, after each field's name in both languages.

    Nothing of it is to stay unseen: no password, and no field that we have no name for.
    """
    seen = {name: form[name].strip() for name in WORDS if name in form and name != "password"}
    cts = {name: form[name].strip() for name in form if name.startswith("ct_")}
    named = [(f"Ct {name[3:]}", f"Ct {name[3:]}", text) for name, text in cts.items() if text]
    return [*((*words(name), text) for name, text in seen.items() if text), *named]


def tidy(text: str) -> str:
    """Return *text* in one way of writing it, on one line, without what nobody can see.

    Letters are composed (NFC) and spaces single; control characters, and those that turn the
    direction of what follows them on a page, are left out.
    """
    composed = normalize("NFC", " ".join(text.split()))
    return "".join(letter for letter in composed if letter.isprintable())


def optional_text(form: Mapping[str, str], field: str, *, longest: int) -> str:
    """Return the field as `tidy` leaves it, perhaps empty."""
    text = tidy(form.get(field, ""))
    if len(text) > longest:
        vi, en = words(field)
        raise BadInput(
            f"Ô {vi} quá dài: nhiều nhất {longest} ký tự.",
            f"The {en} is too long: at most {longest} characters.",
            field=field,
        )
    return text


def place_or_text(text: str) -> str:
    """Return the code of the one place that *text* names, else *text*: a laboratory's own name.

    Raises BadInput where several places have that name.
    """
    found = place_names.called(text)
    if len(found) > 1:
        these = ", ".join(f"{place_names.name_of(place)} ({place})" for place in found[:3])
        alike = len({place_names.name_of(place) for place in found}) < len(found)
        vi, en = ("tên đầy đủ hoặc mã", "full name or the code")
        if alike:  # their full names are the same: only the code tells them apart
            vi, en = ("mã trong ngoặc", "code in brackets")
        raise BadInput(
            f"'{text[:60]}' là tên của nhiều nơi: {these}. Ghi {vi}.",
            f"'{text[:60]}' is several places: {these}. Give the {en}.",
            field="place",
        )
    return found[0] if found else text


def required_text(form: Mapping[str, str], field: str, *, longest: int) -> str:
    text = optional_text(form, field, longest=longest)
    if not text:
        vi, en = words(field)
        raise BadInput(f"Hãy nhập {vi}.", f"Please give the {en}.", field=field)
    return text


def number(form: Mapping[str, str], field: str, *, low: int, high: int) -> int:
    """Return a whole number from *low* to *high*."""
    text = form.get(field, "").strip()
    if text.isascii() and text.isdigit() and len(text) < 12 and low <= int(text) <= high:
        return int(text)
    vi, en = words(field)
    raise BadInput(
        f"Ô {vi} phải là một số từ {low} đến {high}.",
        f"The {en} must be a number from {low} to {high}.",
        field=field,
    )


def choice(form: Mapping[str, str], field: str, kind: type[E]) -> E:
    """Return the member of *kind* whose value was chosen."""
    try:
        return kind(form.get(field, "").strip())
    except ValueError as error:
        vi, en = words(field)
        raise BadInput(
            f"Hãy chọn {vi} trong danh sách.", f"Choose the {en} from the list.", field=field
        ) from error


def day_in(text: str, field: str = "day") -> date | None:
    """Return the day that a field or an address says, None where it says nothing."""
    try:
        day = date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        day = date.min
    if day is None or day.year in YEARS:
        return day
    raise BadInput(
        "Ngày phải có dạng năm-tháng-ngày, ví dụ 2026-11-23.",
        "The date must be year-month-day, such as 2026-11-23.",
        field=field,
    )


def tube_of(form: Mapping[str, str], field: str = "tube") -> Tube:
    """Return the tube that was scanned or typed, with or without spaces between the groups."""
    text = form.get(field, "").strip().upper().replace(" ", "")[:40]
    try:
        return tube(text)
    except TubeMisread as error:
        raise BadInput(
            f"Mã ống {text} đọc sai: số kiểm tra không khớp. Quét lại.",
            f"Tube code {text} was misread: its check digits are wrong. Scan again.",
            field=field,
        ) from error
    except TubeError as error:
        raise BadInput(
            "Đây không phải mã ống. Quét mã vạch trên thân ống.",
            "This is no tube code. Scan the bar code on the tube.",
            field=field,
        ) from error


def uuid_of(text: str) -> UUID:
    """Return the id that a button of the page sent."""
    try:
        return UUID(text)
    except ValueError as error:
        raise _damaged() from error


def stamp_of(text: str) -> str:
    """Return the stamp that a page sent with what it showed."""
    if not (text.isascii() and text.isalnum() and len(text) <= 40):
        raise _damaged()
    return text


def _damaged() -> BadInput:
    return BadInput(
        "Trang đã cũ hoặc bị hỏng. Mở lại trang rồi làm lại.",
        "The page is old or damaged. Open it again and repeat.",
    )
