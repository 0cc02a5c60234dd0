"""The forms of a page, and where their parts stand in its text.  Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import accumulate

Span = tuple[int, int]
UNSHOWN = frozenset({"hidden", "submit", "button", "image", "reset"})
FIELDS = frozenset({"input", "select", "textarea", "button"})
UNDER = frozenset({"select", "textarea"})  # fields that have an end tag and are filled in


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag that opens something, and where it stands."""

    name: str
    attributes: Mapping[str, str | None]
    span: Span

    def says(self, attribute: str) -> str:
        return self.attributes.get(attribute) or ""


@dataclass(slots=True)
class Option:
    """One choice of a select."""

    tag: Tag
    text: str = ""

    @property
    def value(self) -> str:
        said = self.tag.attributes.get("value")
        return self.text.strip() if said is None else said


@dataclass(slots=True)
class Field:
    """What is filled in, ticked or chosen, or a button that says something."""

    tag: Tag
    kind: str  # of an input its type; "select", "textarea", "submit"
    end: int  # of all of it
    options: list[Option] = field(default_factory=list)
    label: list[int] = field(default_factory=list)  # where the label around it begins and ends

    @property
    def name(self) -> str:
        return self.tag.says("name")

    @property
    def is_for_once(self) -> bool:
        """A scanner writes into an empty field; a code that holds once is not sent again."""
        return (
            "scan" in self.tag.says("class").split()
            or self.tag.says("autocomplete") == "one-time-code"
        )


@dataclass(slots=True)
class Form:
    """A form that writes."""

    tag: Tag
    folds: list[Tag]  # the parts around it, or around a field of it, that can be folded away
    fields: list[Field] = field(default_factory=list)

    @property
    def shown(self) -> list[Field]:
        return [each for each in self.fields if each.kind not in UNSHOWN]


@dataclass(slots=True)
class Said:
    """What the head of a page says of a field: an element with `data-about`."""

    tag: Tag
    end: int = 0
    text: str = ""


class Reader(HTMLParser):
    """Reads a whole page: its forms that write, what has the focus, where its own part begins."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.focused: list[Tag] = []
        self.said: Said | None = None
        self.main_at = 0
        self._page = page
        self._lines = [0, *accumulate(len(line) for line in page.split("\n"))]
        self._folds: list[Tag] = []
        self._form: Form | None = None
        self._apart: list[tuple[str, Field]] = []  # fields that name their form
        self._label: list[int] = []
        self._open: Field | None = None  # the select or text area that is being read
        self.feed(page)
        self.close()
        for name, found in self._apart:
            self._owner(name, found)

    def _at(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + line - 1 + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        begin = self._at()
        this = Tag(tag, dict(attrs), (begin, begin + len(self.get_starttag_text() or "")))
        self._note(this)
        if tag == "main":
            self.main_at = this.span[1]
        elif tag == "details":
            self._folds.append(this)
        elif tag == "label":
            self._label = [begin]
        elif tag == "form":
            self._begin_form(this)
        elif tag in FIELDS:
            self._add_field(this)
        elif tag == "option" and self._open:
            self._open.options.append(Option(this))

    def _note(self, this: Tag) -> None:
        if "autofocus" in this.attributes:
            self.focused.append(this)
        if "data-about" in this.attributes and not self.said:
            self.said = Said(this)

    def handle_data(self, data: str) -> None:
        if self.said and not self.said.end:
            self.said.text += data
        if self._open and self._open.options:
            self._open.options[-1].text += data

    def handle_endtag(self, tag: str) -> None:
        end = self._page.find(">", self._at()) + 1
        if self.said and not self.said.end and tag == self.said.tag.name:
            self.said.end = end
        if tag == "form":
            self._form = None
        elif tag == "details" and self._folds:
            self._folds.pop()
        elif tag == "label":
            self._label.append(end)  # the fields in it hold this list
            self._label = []
        elif tag in UNDER and self._open:
            self._open.end, self._open = end, None

    def _begin_form(self, tag: Tag) -> None:
        self._form = None
        if tag.says("method").lower() == "post":
            self._form = Form(tag, list(self._folds))
            self.forms.append(self._form)

    def _add_field(self, tag: Tag) -> None:
        kind = tag.says("type").lower() or {"input": "text", "button": "submit"}.get(tag.name, "")
        found = Field(tag, kind or tag.name, tag.span[1], label=self._label)
        if tag.name in UNDER:
            self._open = found
        if owner := tag.says("form"):
            self._apart.append((owner, found))
        elif self._form:
            self._form.fields.append(found)
            self._form.folds += [each for each in self._folds if each not in self._form.folds]

    def _owner(self, name: str, found: Field) -> None:
        for form in self.forms:
            if form.tag.says("id") == name:
                form.fields.append(found)
