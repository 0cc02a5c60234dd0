"""What the buttons of a plate's page do: read the form's fields, call one service, say it."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from server import forms
from server.accounts.current import current_within
from server.errors import BadInput
from server.lab import sight
from server.lab.boxes.acts import Said
from server.lab.plates import services
from server.lab.plates.templates import CONTROLS
from server.lab.scans import scanned_tube

Form = Mapping[str, str]
AGAIN = (" Ống này đã có kết quả: đây là chạy lại.", " It has a result: this is a rerun.")


def put(session: Session, plate_id: str, form: Form, by: str, now: datetime) -> Said:
    tube, at = scanned_tube(form), form.get("at", "").strip()[:8]
    sight.check_tube(session, current_within(), tube)
    placed = services.place_tube(session, plate_id, tube, at=at, by=by, now=now)
    said = f"{placed.name} ← {tube.grouped}."
    if placed.rerun:
        return Said(said + AGAIN[0], said + AGAIN[1], "again")
    return Said(said, said)


def move(session: Session, plate_id: str, form: Form, by: str, now: datetime) -> Said:
    at, to = _at(form), forms.required_text(form, "to", longest=8)
    swapped = services.move(session, plate_id, at, to, by=by, now=now)
    vi, en = ("Đã đổi chỗ", "Swapped") if swapped else ("Đã chuyển", "Moved")
    return Said(f"{vi} {at} ↔ {to}.", f"{en} {at} ↔ {to}.")


def clear(session: Session, plate_id: str, form: Form, by: str, now: datetime) -> Said:
    services.clear(session, plate_id, _at(form), by=by, now=now)
    return Said(f"Giếng {_at(form)} trống.", f"Well {_at(form)} is empty.")


def set_control(session: Session, plate_id: str, form: Form, by: str, now: datetime) -> Said:
    at, control = _at(form), form.get("control", "")
    if control not in CONTROLS:
        raise BadInput("Hãy chọn loại chứng.", "Choose the kind of control.")
    services.set_control(session, plate_id, at, control, by=by, now=now)
    return Said(f"{at} ← {control}", f"{at} ← {control}")


def lock(session: Session, plate_id: str, _form: Form, by: str, now: datetime) -> Said:
    services.lock(session, plate_id, by=by, now=now)
    return Said("Đã khóa sơ đồ đĩa.", "The layout is locked.")


def unlock(session: Session, plate_id: str, _form: Form, by: str, now: datetime) -> Said:
    services.unlock(session, plate_id, by=by, now=now)
    return Said("Đã mở khóa.", "Unlocked.")


def _at(form: Form) -> str:
    return forms.required_text(form, "at", longest=8)


ACTS: dict[str, Callable[[Session, str, Form, str, datetime], Said]] = {
    "put": put,
    "move": move,
    "clear": clear,
    "control": set_control,
    "lock": lock,
    "unlock": unlock,
}
