"""A page once more, with the form on it that was refused: filled as it was sent, and why.  Pure.

What is wrong stands beside its field, or in front of the form.  Passwords, files, codes that hold
once and fields for a scanner come back empty; hidden fields as the page has them now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from markupsafe import escape

from server.form_tags import UNSHOWN, Field, Form, Reader, Said, Span, Tag

EMPTY = UNSHOWN | {"password", "file"}
TICKED = frozenset({"checkbox", "radio"})
ALIKE = {"place": ("part", "parts", "list")}  # what other fields call what a rule knows as one


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it came: where it was sent, and each field's values."""

    path: str  # with its query
    values: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why it was refused; *field* is '' where no field of it is to blame."""

    sentence: str
    field: str = ""


def refilled(page: str, sent: Sent, refusal: Refusal | None) -> str | None:
    """Return *page* with the form filled and the refusal said; None where the form is not on it.

    Without a refusal the page says already what is wrong: what it says of one of the form's fields
    moves beside that field, and else stays.
    """
    read = Reader(page)
    form = _chosen(read.forms, sent)
    if form is None:
        return None
    edits = _Edits()
    if refusal is None and read.said:
        refusal = _moved(edits, form, read.said)
    for number, each in enumerate(form.fields):
        place = sum(other.name == each.name for other in form.fields[:number])
        _fill(edits, each, sent.values.get(each.name, ()), place)
    if refusal:
        for tag in read.focused:
            edits.change(tag, autofocus=False)
        _say(edits, form, refusal, read.main_at)
    for tag in form.folds:
        edits.change(tag, open=True)
    return edits.made_in(page)


@dataclass(slots=True)
class _Edits:
    """What changes on a page: attributes of its tags, and pieces of its text."""

    tags: dict[Span, tuple[Tag, dict[str, str | bool]]] = field(default_factory=dict)
    texts: dict[Span, str] = field(default_factory=dict)

    def change(self, tag: Tag, **more: str | bool) -> None:
        """Give *tag* attributes: True is one without a value, False takes it away."""
        self.tags.setdefault(tag.span, (tag, {}))[1].update(more)

    def insert(self, at: int, text: str) -> None:
        self.texts[at, at] = text

    def made_in(self, page: str) -> str:
        changed = {span: _text(tag, more) for span, (tag, more) in self.tags.items()}
        parts, at = list[str](), 0
        for (begin, end), text in sorted({**changed, **self.texts}.items()):
            parts += [page[at:begin], text]
            at = end
        return "".join([*parts, page[at:]])


def _text(tag: Tag, more: Mapping[str, str | bool]) -> str:
    """Return *tag* as it is written with *more* attributes."""
    had = {name: True if value is None else value for name, value in tag.attributes.items()}
    said = [
        f" {name}" if value is True else f' {name}="{escape(value)}"'
        for name, value in {**had, **more}.items()
        if value is not False
    ]
    return f"<{tag.name}{''.join(said)}>"


def _moved(edits: _Edits, form: Form, said: Said) -> Refusal | None:
    """Take what the page says of a field away from its head; None where it is better there."""
    about = said.tag.says("data-about")
    wrong = _to_blame(form, about)
    if wrong and wrong.is_for_once:  # one scans on, and reads what is large at the head
        edits.change(said.tag, id=f"wrong-{wrong.name}")
        _mark(edits, wrong)
    if wrong is None or wrong.is_for_once:
        return None
    edits.texts[said.tag.span[0], said.end] = ""
    return Refusal(said.text.strip(), about)


def _to_blame(form: Form, name: str) -> Field | None:
    """Return the field that *name* is about; the only one of a form is to blame for all."""
    names = (name, *ALIKE.get(name, ()))
    shown = form.shown
    found = next((each for each in shown if name and each.name in names), None)
    return found or (shown[0] if len(shown) == 1 else None)


def _chosen(forms: Sequence[Form], sent: Sent) -> Form | None:
    """Return the form that was sent: by its address, then by what its hidden fields hold."""
    here = [form for form in forms if form.tag.says("action") in {sent.path, ""}]
    path = urlsplit(sent.path).path
    here = here or [form for form in forms if urlsplit(form.tag.says("action")).path == path]
    return max(here, key=lambda form: _likeness(form, sent), default=None)


def _likeness(form: Form, sent: Sent) -> int:
    """Return how well the fields of *form* fit what was sent."""
    told = [each for each in form.fields if each.name and each.kind in UNSHOWN]
    fit = sum(each.tag.says("value") in sent.values.get(each.name, ()) for each in told)
    return fit + sum(each.name in sent.values for each in form.fields)


def _fill(edits: _Edits, this: Field, values: Sequence[str], place: int) -> None:
    """Fill in what was sent for a field, the one at *place* among those of its name."""
    if this.kind in EMPTY or this.is_for_once or not this.name:
        return
    if this.kind in TICKED:
        value = this.tag.attributes.get("value")
        edits.change(this.tag, checked=("on" if value is None else value) in values)
    elif this.kind == "select":
        if any(option.value in values for option in this.options):
            for option in this.options:
                edits.change(option.tag, selected=option.value in values)
    elif place < len(values) and this.kind == "textarea":
        closing = this.end - len("</textarea>")
        edits.texts[this.tag.span[1], closing] = f"\n{escape(values[place])}"
    elif place < len(values):
        edits.change(this.tag, value=values[place])


def _say(edits: _Edits, form: Form, refusal: Refusal, main_at: int) -> None:
    """Say why beside the field that is to blame, or before the form; there is the focus."""
    shown, wrong = form.shown, _to_blame(form, refusal.field)
    first = wrong or next((each for each in shown if each.kind not in TICKED), None)
    name = escape(wrong.name if wrong else "form")
    said = f'<span role="alert" class="wrong" id="wrong-{name}">{escape(refusal.sentence)}</span>'
    if first:
        edits.change(first.tag, autofocus=True)
    if wrong is None:
        edits.insert(form.tag.span[1] if shown else main_at, said)
        return
    _mark(edits, wrong)
    begin, end = wrong.label if len(wrong.label) == 2 else (wrong.tag.span[0], wrong.end)
    edits.insert(begin, '<span class="field">')
    edits.insert(end, f"{said}</span>")


def _mark(edits: _Edits, wrong: Field) -> None:
    """Tell readers of the screen that *wrong* is so, and where it stands why."""
    described = f"{wrong.tag.says('aria-describedby')} wrong-{wrong.name}".strip()
    edits.change(wrong.tag, **{"aria-invalid": "true", "aria-describedby": described})
