"""What somebody says of a point, from a form or a row of a list: read, or refused with a reason.

A place is given by its code with the code set, or by a name that only one known place has.
"""

import math
from collections.abc import Mapping
from datetime import date

from contract import names
from server.declarations.kinds import KINDS, PointKind
from server.declarations.points import PointWish
from server.errors import BadInput
from server.forms import optional_text, place_or_text, required_text


def wish_of(fields: Mapping[str, str]) -> PointWish:
    """Return what *fields* say; raise BadInput for what cannot be read."""
    return PointWish(
        kind=kind_of(fields.get("kind", "")),
        name=required_text(fields, "name", longest=120),
        place=place_of(fields.get("place", "")),
        address=optional_text(fields, "address", longest=200),
        head=optional_text(fields, "head", longest=80),
        phone=optional_text(fields, "phone", longest=40),
        plate=optional_text(fields, "plate", longest=20),
        route=optional_text(fields, "route", longest=120),
        opens=clock(fields.get("opens", "")),
        closes=clock(fields.get("closes", "")),
        latitude=degrees(fields, "latitude"),
        longitude=degrees(fields, "longitude"),
        active_from=day(fields, "active_from"),
        active_until=day(fields, "active_until"),
    )


def kind_of(text: str) -> PointKind:
    """Return the kind called *text*: its stored word, or its Vietnamese or English name."""
    key = names.match_key(text)
    for kind, row in KINDS.items():
        if key and key in {names.match_key(word) for word in (kind.value, row.vi, row.en)}:
            return kind
    raise BadInput(
        f"Loại điểm '{text[:40]}' không có trong danh sách.",
        f"'{text[:40]}' is no kind of point on the list.",
        field="kind",
    )


def place_of(text: str) -> str:
    """Return the place that *text* names, with its code set."""
    place = place_or_text(text)
    if ":" in place:
        return place
    raise BadInput(
        f"Không rõ nơi '{text[:60]}': ghi cả bộ mã, ví dụ vn-2021:24.222.",
        f"'{text[:60]}' is no known place: give code set and code, such as vn-2021:24.222.",
        field="place",
    )


def clock(text: str) -> str:
    """Return a time of day as 06:00; '6h', '6h30' and '6:00' are read too."""
    hour, _, minute = text.strip().lower().replace("h", ":").replace("g", ":").partition(":")
    if hour.isdigit() and (not minute or minute.isdigit()):
        return f"{int(hour):02d}:{int(minute or 0):02d}"
    return text.strip()


def degrees(fields: Mapping[str, str], field: str) -> float | None:
    text = fields.get(field, "").strip()
    try:
        number = float(text.replace(",", ".")) if text else None
    except ValueError:
        number = math.nan
    if number is None or math.isfinite(number):
        return number
    raise BadInput(
        "Tọa độ là số, ví dụ 21,27.", "Coordinates are numbers, such as 21.27.", field=field
    )


def day(fields: Mapping[str, str], field: str) -> date | None:
    """Return a date: 2026-11-23 or 23/11/2026."""
    text = fields.get(field, "").strip()
    if not text:
        return None
    parts = text.split("/")
    try:
        return date.fromisoformat("-".join(f"{int(each):02d}" for each in reversed(parts))
                                  if len(parts) == 3 else text)  # fmt: skip
    except ValueError as error:
        raise BadInput(
            f"'{text[:20]}' không phải ngày: ghi 23/11/2026.",
            f"'{text[:20]}' is no date: write 23/11/2026.",
            field=field,
        ) from error
