"""What the buttons of a box's page do: read the form's fields, call one service, say it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from server import forms
from server.accounts.current import current_within
from server.lab import sight
from server.lab.boxes import services
from server.lab.scans import scanned_tube

Form = Mapping[str, str]


class Said(NamedTuple):
    """What to tell the person; `kind` "again" is a repeat that changed nothing."""

    vi: str
    en: str
    kind: str = "message"


def put_in(session: Session, box: str, form: Form, by: str, now: datetime) -> Said:
    tube = scanned_tube(form)
    sight.check_tube(session, current_within(), tube)
    if services.put_in(session, box, tube, by=by, now=now) is None:
        vi, en = f"Ống {tube.grouped} đã có trong hộp.", f"Tube {tube.grouped} is in it already."
        return Said(vi, en, "again")
    return Said(f"Ống {tube.grouped} vào hộp {box}.", f"Tube {tube.grouped} is in box {box}.")


def take_out(session: Session, box: str, form: Form, by: str, now: datetime) -> Said:
    tube = scanned_tube(form)
    services.take_out(session, box, tube, by=by, now=now)
    return Said(f"Đã lấy ống {tube.grouped} ra.", f"Tube {tube.grouped} is taken out.")


def pack(session: Session, box: str, form: Form, by: str, now: datetime) -> Said:
    team, count = forms.required_text(form, "team", longest=64), _count(form)
    services.pack(session, box, team=team, count=count, by=by, now=now)
    return Said(f"Đã đóng hộp {box}: {count} ống.", f"Box {box} is packed: {count} tubes.")


def give(session: Session, box: str, form: Form, by: str, now: datetime) -> Said:
    services.give(session, box, count=_count(form), by=by, now=now)
    return Said(
        "Đã ghi bên giao. Người nhận tự đăng nhập và xác nhận.",
        "Your side is noted. The taker logs in and confirms theirs.",
    )


def take(session: Session, box: str, form: Form, by: str, now: datetime) -> Said:
    services.take(session, box, count=_count(form), by=by, now=now)
    return Said("Đã ghi bên nhận.", "Your side is noted: you have the box.")


def own(session: Session, box: str, _form: Form, by: str, now: datetime) -> Said:
    services.own(session, box, by=by, now=now)
    return Said("Bạn đang xem chênh lệch này.", "This difference is yours to look into.")


def explain(session: Session, box: str, form: Form, by: str, now: datetime) -> Said:
    reason = forms.required_text(form, "reason", longest=200)
    services.explain(session, box, reason=reason, by=by, now=now)
    return Said("Đã ghi giải trình.", "The explanation is noted.")


def _count(form: Form) -> int:
    return forms.number(form, "count", low=0, high=services.MOST)


ACTS: dict[str, Callable[[Session, str, Form, str, datetime], Said]] = {
    "put-in": put_in,
    "take-out": take_out,
    "pack": pack,
    "give": give,
    "take": take,
    "own": own,
    "explain": explain,
}
