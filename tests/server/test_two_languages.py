"""Whatever people see is said twice: no text of a template or of the code without its twin.

It reads templates and code, not pages: what stands in a page but in no twin is found here, also on
pages that no test opens.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment, nodes

import server.app  # noqa: F401 - every kind of error is known then
from server.errors import DomainError

SERVER = Path(__file__).parents[2] / "server"
TEMPLATES = SERVER / "templates"
PAIR = "a pair"
SAID = "\ufffc"  # stands for what an expression says
SHOWN = {"alt", "aria-label", "placeholder", "summary", "title"}  # attributes that people read
WORD = re.compile(r"[^\W\d_]{2,}")
MARKS = re.compile("[ăâđêôơưàáảãạèéẻẽẹìíỉĩịòóỏõọùúủũụỳýỷỹỵằắẳẵặầấẩẫậềếểễệồốổỗộờớởỡợừứửữự]", re.I)
# Names, units and forms that are the same in both languages; and what is typed as it stands.
SAME = {
    "API", "CSV", "Ct", "English", "Excel (XLSX)", "FHIR R4", "Ghép Mẫu", "JSON", "MB", "Nam/Nữ",
    "Nguyễn Thị Mẫu", "Nữ", "PDF", "SHA-256", "Tiếng Việt", "XLSX", "byte", "byte)", "dpi", "kid",
    "km", "openapi.json", "receipt", "Độc lập – Tự do – Hạnh phúc",
}  # fmt: skip
TYPED = re.compile(
    r"(vn-2021:[\d.]+;?|[a-z]+-\d|cdc-tinh|user:lan|ghepmau-.*|\d+ km|Bắc Giang – Hà Nội"
    r"|Loại;Tên;Nơi\n.*|vn-2021:24.213;Thành phố.*)"
)


class Texts(HTMLParser):
    """Collects what a page would show of a template's own letters."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside.append(tag)
        for name, value in attrs:
            if name in SHOWN and value:
                self.found.append(value)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.inside:
            while self.inside.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not {"script", "style", "code", "kbd"} & set(self.inside):
            self.found.append(data)


@cache
def parsed(path: Path) -> nodes.Template:
    return Environment(autoescape=True).parse(path.read_text(encoding="utf-8"))


def in_order(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from in_order(child)


def own_texts(path: Path) -> list[str]:
    reader = Texts()
    for output in in_order(parsed(path)):
        for part in output.nodes if isinstance(output, nodes.Output) else ():
            reader.feed(part.data if isinstance(part, nodes.TemplateData) else SAID)
    return [text.strip(f" \n{SAID}·:,.") for text in reader.found]


def test_templates_say_nothing_in_one_language_alone() -> None:
    alone = {
        f"{path.relative_to(TEMPLATES)}: {text}"
        for path in TEMPLATES.rglob("*.html")
        for text in own_texts(path)
        if WORD.search(text) and text not in SAME and not TYPED.fullmatch(text)
    }
    assert not alone, "\n".join(sorted(alone))


def of_templates() -> Iterator[tuple[str, list[str | None]]]:
    for path in TEMPLATES.rglob("*.html"):
        for call in parsed(path).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "t" and not call.dyn_args:
                said = [each.value if isinstance(each, nodes.Const) else None for each in call.args]
                yield f"{path.relative_to(SERVER)}:{call.lineno}", said


@cache
def of_code() -> list[tuple[str, str, list[str | None]]]:
    """Every call and every pair in the server: where it stands, what it calls, with what words."""
    found = []
    for path in SERVER.rglob("*.py"):
        file = path.relative_to(SERVER)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and not any(type(e) is ast.Starred for e in node.args):
                called = node.func
                name = called.attr if isinstance(called, ast.Attribute) else ast.unparse(called)
                found.append(
                    (f"{file}:{node.lineno}", name, [words_of(each) for each in node.args])
                )
            elif isinstance(node, ast.Tuple) and len(node.elts) == 2:
                found.append(
                    (f"{file}:{node.lineno}", PAIR, [words_of(each) for each in node.elts])
                )
    return found


def words_of(said: ast.expr) -> str | None:
    """Return the letters of a text, also of one with values in it; None for what is no text."""
    if isinstance(said, ast.Constant):
        return said.value if isinstance(said.value, str) else None
    if isinstance(said, ast.JoinedStr):
        return "".join(words_of(each) or SAID for each in said.values)
    return None


def trouble(said: list[str | None]) -> str:
    """Return what is wrong with the two twins of a sentence, '' if nothing is."""
    if len(said) != 2:
        return "two twins are needed"
    vi, en = said
    if vi is None or en is None:
        return ""
    if not (vi.strip() and en.strip()) and (WORD.search(vi) or WORD.search(en)):
        return f"a twin is missing: {said}"
    named = en
    for same in SAME:
        named = named.replace(same, "")
    if (vi == en and MARKS.search(vi)) or MARKS.search(named):
        return f"the English twin is Vietnamese: {en}"
    return ""


def test_every_sentence_has_two_twins_of_which_one_is_english() -> None:
    pairs = [*of_templates()]
    pairs += [(at, said) for at, name, said in of_code() if name == "t"]
    wrong = [f"{at}: {found}" for at, said in pairs if (found := trouble(said))]
    assert len(pairs) > 1000, "it reads what there is"
    assert not wrong, "\n".join(wrong)


def test_nothing_is_flashed_or_aborted_with_in_one_language() -> None:
    alone = [
        f"{at}: {name}({said})"
        for at, name, said in of_code()
        if name in {"abort", "flash"} and said and WORD.search(said[0] or "")
    ]
    assert not alone, "\n".join(alone)


def test_every_error_and_every_pair_of_words_says_itself_twice() -> None:
    kinds = errors() | {PAIR}
    wrong = [
        f"{at}: {found}"
        for at, name, said in of_code()
        if name in kinds and len(said) == 2 and (found := trouble(said))
    ]
    assert not wrong, "\n".join(wrong)


def errors() -> set[str]:
    kinds, found = [DomainError], set[str]()
    while kinds:
        kind = kinds.pop()
        found.add(kind.__name__)
        kinds += kind.__subclasses__()
    return found
