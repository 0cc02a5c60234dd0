"""What a technician's scanner types: a tube, a misread of one, or something else.  Pure."""

import re
from collections.abc import Iterable, Mapping
from uuid import UUID

from contract.boxes import BoxError, BoxMisread, read_label
from contract.tubes import Tube
from server import forms
from server.errors import BadInput

_AIM = re.compile(r"^\][A-Za-z][0-9A-Za-z]")  # the symbology that some readers send in front
_CT = re.compile(r"[0-9]{1,2}([.,][0-9]{1,2})?", re.ASCII)
HIGHEST_CT = 50.0


def scanned_tube(form: Mapping[str, str]) -> Tube:
    """Return the tube in the form's field `tube`; raise BadInput that says what was wrong."""
    return forms.tube_of({"tube": _AIM.sub("", form.get("tube", "").strip())})


def box_in(text: str) -> str | None:
    """Return the box whose printed label was scanned, None if *text* is no box label at all."""
    try:
        return read_label(_AIM.sub("", text.strip()).upper()).box.text
    except BoxMisread as error:
        raise BadInput(
            "Nhãn hộp đọc sai: số kiểm tra không khớp. Quét lại.",
            "The box label was misread: its check digits are wrong. Scan again.",
            field="box",
        ) from error
    except BoxError:
        return None


def scanned_box(form: Mapping[str, str]) -> str:
    """Return the box in the form's field `box`: a printed label, or a name written on the lid."""
    text = forms.optional_text(form, "box", longest=40)
    if not text:
        raise BadInput(
            "Chưa biết hộp nào: quét nhãn hộp trước, hoặc ghi tên hộp vào ô Hộp.",
            "No box is known yet: scan its label first, or write its name into the field Box.",
            field="box",
        )
    return box_in(text) or text


def ct_of(form: Mapping[str, str], field: str, target: str) -> str:
    """Return the Ct of *target* as written, with a point: '24.10', or '' for an empty field.

    Raises BadInput for anything but a number from 0 to 50.
    """
    text = form.get(field, "").strip()
    if not text:
        return ""
    if _CT.fullmatch(text) and float(text.replace(",", ".")) <= HIGHEST_CT:
        return text.replace(",", ".")
    raise BadInput(
        f"Ct {target} phải là số từ 0 đến 50, ví dụ 24,1; để trống nếu không lên đường cong.",
        f"Ct of {target} must be a number from 0 to 50, such as 24.1; leave it empty if none.",
        field=field,
    )


def ticked(texts: Iterable[str]) -> dict[UUID, str]:
    """Return the results that were ticked on a page, each with the stamp of how it was seen.

    Raises BadInput where none was, or where a page sent something else.
    """
    parts = [text.partition(".") for text in texts]
    ids = {forms.uuid_of(which): forms.stamp_of(stamp) for which, _, stamp in parts}
    if not ids:
        raise BadInput(
            "Chưa chọn kết quả nào. Đánh dấu ít nhất một dòng.",
            "No result is chosen. Tick at least one row.",
        )
    return ids
