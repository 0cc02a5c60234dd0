"""Which version of the form is asked.  Versions are added and never changed.

What ships with the product counts as a version from long ago, and enters the table when the first
answers to it do.
"""

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit import services as audit
from server.declarations.models import FormVersion
from server.declarations.questions import Form, is_sound
from server.errors import BadInput, DomainError, NotFound

SHORT = "short-1"
_SHIPPED = ("vn-2021-1", SHORT)
_LONG_AGO = datetime(2021, 5, 29, tzinfo=UTC)


class FormTaken(DomainError):
    code = "form-taken"


@cache
def shipped() -> Mapping[str, Form]:
    """Return the versions that come with the product, by id."""
    folder = files(__package__) / "forms"
    texts = [folder.joinpath(f"{name}.toml").read_text(encoding="utf-8") for name in _SHIPPED]
    return {form.id: form for form in map(parse, texts)}


def parse(text: str) -> Form:
    """Read a version from TOML; raise BadInput where it cannot be asked."""
    try:
        form = msgspec.convert(tomllib.loads(text), Form)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise _unsound(str(error)) from error
    if wrong := is_sound(form):
        raise _unsound(wrong)
    return form


def _unsound(why: str) -> BadInput:
    return BadInput(
        f"Mẫu tờ khai không đúng: {why}", f"This form cannot be asked: {why}", field="text"
    )


def read(row: FormVersion) -> Form:
    return msgspec.json.decode(row.questions, type=Form)


def current(session: Session, *, now: datetime) -> Form:
    """Return the full form that is asked now: the newest that has begun."""
    begun = select(FormVersion).where(FormVersion.active_from <= now)
    newest = begun.order_by(FormVersion.active_from.desc(), FormVersion.id.desc())
    known = (read(row) for row in session.scalars(newest))
    return next((form for form in known if form.use == "full"), shipped()[_SHIPPED[0]])


def form_of(session: Session, form_id: str) -> Form:
    """Return a version by its id, however old; raises NotFound."""
    row = session.get(FormVersion, form_id)
    if row is not None:
        return read(row)
    if form_id in shipped():
        return shipped()[form_id]
    raise NotFound(
        "Tờ khai này không còn dùng. Quét lại áp phích rồi khai lại.",
        "This form is no longer known. Scan the poster again and repeat.",
    )


def keep(session: Session, form: Form) -> None:
    """Let *form* stand in the table, for the declarations that name it."""
    if session.get(FormVersion, form.id) is None:
        session.add(_row(form, _LONG_AGO, "system:shipped"))
        session.flush()


def publish(
    session: Session, form: Form, *, begins: datetime, by: str, now: datetime
) -> FormVersion:
    """Add a version that is asked from *begins* on.  Raises FormTaken for an id that is known."""
    if form.id in shipped() or session.get(FormVersion, form.id) is not None:
        raise FormTaken(
            f"Đã có mẫu {form.id}. Mỗi lần sửa là một mẫu mới: đặt mã khác.",
            f"There is a form {form.id}. A change is a new version: give it another id.",
        )
    row = _row(form, begins, by)
    session.add(row)
    session.flush()
    audit.record(session, "form.published", row.id, by=by, now=now)
    return row


def versions(session: Session) -> list[FormVersion]:
    """Return the versions in the table, newest first."""
    return list(session.scalars(select(FormVersion).order_by(FormVersion.active_from.desc())))


def _row(form: Form, begins: datetime, by: str) -> FormVersion:
    return FormVersion(
        id=form.id,
        questions=msgspec.json.encode(form).decode(),
        look_back_days=form.look_back_days,
        active_from=begins,
        created_by=by,
    )
