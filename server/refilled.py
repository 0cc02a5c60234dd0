"""A page once more, with the form on it that was refused: filled as it was sent, and why.  Pure.

What is wrong stands beside its field, or in front of the form.  Passwords, files, codes that hold
once and fields for a scanner come back empty; hidden fields as the page has them now.  Where one of
those says that what was decided about changed since, nothing is ticked or chosen either.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from markupsafe import escape

from server.form_tags import UNSHOWN, Field, Form, Reader, Said, Span, Tag

EMPTY = UNSHOWN | {"password", "file"}
TICKED = frozenset({"checkbox", "radio"})
SHOWN = frozenset({"bearer", "over", "seen"})  # hidden: how that stood which was decided about
STAMPS = SHOWN | {  # hidden fields that say when or by whom a form was made, not what it is about
    *("back", "credential", "csrf_token", "held", "id", "next", "offer", "proof"),
}
CHOSEN = TICKED | {"select"}
ALIKE = {"place": ("part", "parts", "list")}  # what other fields call what a rule knows as one


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it came: where it was sent, and each field's values."""

    path: str  # with its query
    values: Mapping[str, Sequence[str]]
    files: frozenset[str] = frozenset()  # fields that had a file, which no browser keeps


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why it was refused; *field* is '' where no field of it is to blame."""

    sentence: str
    field: str = ""


def refilled(
    page: str, sent: Sent, refusal: Refusal | None, at: str = "", *, changed: str = "",
    again: str = "",
) -> str | None:  # fmt: skip
    """Return *page* with the form filled and the refusal said; None where the form is not on it.

    Where it was sent of what stands otherwise by now, *changed* is said, and nobody's choice is
    made again: it was of what they saw.  *again* is said behind what must be chosen once more.

    The page stands *at* a path, else where the form was sent.  A form about something else (another
    row's) is never filled: one key more would send it.  Without a refusal the page says already
    what is wrong: what it says of one of the form's fields moves beside it, and else stays.
    """
    read = Reader(page)
    form = _chosen(read.forms, sent, at)
    if form is None:
        return None
    edits = _Edits()
    if refusal is None and read.said:
        refusal = _moved(edits, form, read.said, sent)
    is_old = _is_of_old(form, sent)
    _fill_all(edits, form, sent, CHOSEN if is_old else frozenset())
    _ask_again(edits, form, sent, again)
    if is_old:
        said = f'<span role="alert" class="wrong" id="changed">{escape(changed)}</span>'
        edits.insert(form.tag.span[1] if form.shown else read.main_at, said)
    if refusal:
        for tag in read.focused:
            edits.change(tag, autofocus=False)
        _say(edits, form, refusal, _to_blame(form, refusal.field, sent), read.main_at)
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
        self.texts[at, at] = self.texts.get((at, at), "") + text

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


def _moved(edits: _Edits, form: Form, said: Said, sent: Sent) -> Refusal | None:
    """Take what the page says of a field away from its head; None where it is better there."""
    about = said.tag.says("data-about")
    wrong = _to_blame(form, about, sent)
    if wrong and wrong.is_for_once:  # one scans on, and reads what is large at the head
        edits.change(said.tag, id=f"wrong-{wrong.name}")
        _mark(edits, wrong)
    if wrong is None or wrong.is_for_once:
        return None
    edits.texts[said.tag.span[0], said.end] = ""
    return Refusal(said.text.strip(), about)


def _to_blame(form: Form, name: str, sent: Sent) -> Field | None:
    """Return the field that *name* is about; the only one of a form is to blame for all.

    A tick is not, where rows that were ticked with it are gone: it may be about one of those.
    """
    names = (name, *ALIKE.get(name, ()))
    shown = form.shown
    found = next((each for each in shown if name and each.name in names), None)
    if found or len(shown) != 1:
        return found
    only = shown[0]
    is_whole = only.kind not in TICKED or {*sent.values.get(only.name, ())} <= {_ticked(only)}
    return only if is_whole else None


def _chosen(forms: Sequence[Form], sent: Sent, at: str) -> Form | None:
    """Return the form that was sent: it goes to that path, and is about the same."""
    path = urlsplit(sent.path).path
    to = [(form, form.tag.says("action") or at or sent.path) for form in forms]
    same = [(form, to) for form, to in to if urlsplit(to).path == path and _is_about(form, sent)]
    here = [form for form, to in same if to == sent.path] or [form for form, _ in same]
    return max(here, key=lambda form: _likeness(form, sent), default=None)


def _is_about(form: Form, sent: Sent) -> bool:
    """Return whether *form* holds unseen what was sent unseen, and of its rows one that was ticked.

    One may show a row less by now, and then as many ticks as are left.
    """
    for name in {each.name for each in form.fields if each.name} - STAMPS:
        named = [each for each in form.fields if each.name == name]
        kinds = {each.kind for each in named}
        came = sent.values.get(name, ())
        if kinds == {"hidden"} and sorted(came) != sorted(each.tag.says("value") for each in named):
            return False
        if kinds == {"checkbox"} and came and not {*came} & {_ticked(each) for each in named}:
            return False
    return True


def _is_of_old(form: Form, sent: Sent) -> bool:
    """Return whether *form* was sent of what it does not show any more."""
    return any(
        each.tag.says("value") not in sent.values[each.name]
        for each in form.fields
        if each.name in SHOWN and each.kind == "hidden" and each.name in sent.values
    )


def _likeness(form: Form, sent: Sent) -> int:
    """Return how well the fields of *form* fit what was sent, each name once."""
    told = [each for each in form.fields if each.name and each.kind in UNSHOWN]
    fit = {each.name for each in told if each.tag.says("value") in sent.values.get(each.name, ())}
    return len(fit) + len({each.name for each in form.fields} & set(sent.values))


def _ticked(this: Field) -> str:
    """Return what *this* sends where it is ticked."""
    value = this.tag.attributes.get("value")
    return "on" if value is None else value


def _fill_all(edits: _Edits, form: Form, sent: Sent, but: Container[str]) -> None:
    """Fill in what was sent, but no field of these kinds."""
    for number, each in enumerate(form.fields):
        place = sum(other.name == each.name for other in form.fields[:number])
        if each.kind not in but:
            _fill(edits, each, sent.values.get(each.name, ()), place)


def _ask_again(edits: _Edits, form: Form, sent: Sent, again: str) -> None:
    """Say *again* behind each field that had a file."""
    for each in form.fields:
        if each.kind == "file" and each.name in sent.files:
            edits.insert(_place(each)[1], f'<span class="whole muted">{escape(again)}</span>')


def _fill(edits: _Edits, this: Field, values: Sequence[str], place: int) -> None:
    """Fill in what was sent for a field, the one at *place* among those of its name."""
    if this.kind in EMPTY or this.is_for_once or not this.name:
        return
    if this.kind in TICKED:
        edits.change(this.tag, checked=_ticked(this) in values)
    elif this.kind == "select":
        if any(option.value in values for option in this.options):
            for option in this.options:
                edits.change(option.tag, selected=option.value in values)
    elif place < len(values) and this.kind == "textarea":
        closing = this.end - len("</textarea>")
        edits.texts[this.tag.span[1], closing] = f"\n{escape(values[place])}"
    elif place < len(values):
        edits.change(this.tag, value=values[place])


def _say(edits: _Edits, form: Form, refusal: Refusal, wrong: Field | None, main_at: int) -> None:
    """Say why beside the field that is *wrong*, or before the form; there is the focus."""
    shown = form.shown
    first = wrong or next((each for each in shown if each.kind not in TICKED), None)
    name = escape(wrong.name if wrong else "form")
    said = f'<span role="alert" class="wrong" id="wrong-{name}">{escape(refusal.sentence)}</span>'
    if first:
        edits.change(first.tag, autofocus=True)
    if wrong is None:
        edits.insert(form.tag.span[1] if shown else main_at, said)
        return
    _mark(edits, wrong)
    begin, end = _place(wrong)
    edits.insert(begin, '<span class="field">')
    edits.insert(end, f"{said}</span>")


def _place(this: Field) -> tuple[int, int]:
    """Return where *this* begins and ends, with the label around it."""
    begin, end = this.label if len(this.label) == 2 else (this.tag.span[0], this.end)
    return begin, end


def _mark(edits: _Edits, wrong: Field) -> None:
    """Tell readers of the screen that *wrong* is so, and where it stands why."""
    described = f"{wrong.tag.says('aria-describedby')} wrong-{wrong.name}".strip()
    edits.change(wrong.tag, **{"aria-invalid": "true", "aria-describedby": described})
