"""A page with a form on it is filled as the form was sent, whatever was typed."""

from html.parser import HTMLParser
from typing import Any

from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from server.accounts.roles import Role
from server.form_tags import Reader
from server.refilled import Refusal, Sent, refilled

PAGE = """<html><head></head><body><main id="main"><h1>Vùng</h1><input name="q" autofocus>
<details class="x"><summary>Thêm</summary>
<form action="/zones/1" method="post"><input type="hidden" name="seen" value="2">
  <label>Tên <input name="name" value="cũ" required></label><label>Mức<select name="level">
  <option>red</option><option value="y" selected>vàng</option></select></label>
  <textarea name="parts">cũ</textarea><input type="checkbox" name="tick" value="a" checked>
  <input type="checkbox" name="tick" value="b"><input type="password" name="password">
  <input class="scan" name="tube"><input type="radio" name="sex" value="M">
  <input type="radio" name="sex" value="F"><button name="act" value="draw">Vẽ</button>
</form></details>
<form action="/zones/1" method="post"><input type="hidden" name="seen" value="3"><input name="name">
</form></main></body></html>"""
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=40)


class Values(HTMLParser):
    """What a browser would show in the fields of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[tuple[str, str]] = []
        self.on: list[str] = []
        self._inside: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if {"checked", "selected"} & set(said):
            self.on.append(said.get("value") or "red")
        if tag == "input" and said.get("type", "text") in {"text", "password", "hidden"}:
            self.texts.append((said.get("name") or "", said.get("value") or ""))
        self._inside = "" if tag == "textarea" else None

    def handle_data(self, data: str) -> None:
        if self._inside is not None:
            self._inside += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._inside is not None:
            self.texts.append(("parts", self._inside.removeprefix("\n")))
            self._inside = None


def sent(**values: str | list[str]) -> Sent:
    lists = {name: [each] if isinstance(each, str) else each for name, each in values.items()}
    return Sent("/zones/1", {"seen": ["2"], "act": ["draw"], **lists})


@given(name=TEXT, parts=TEXT, secret=TEXT)
def test_whatever_was_typed_is_there_again_but_not_what_was_secret_or_scanned(
    name: str, parts: str, secret: str
) -> None:
    typed = sent(name=name, parts=parts, level="red", tick=["b"], sex="F",
                 password=secret, tube="2600", csrf_token="9")  # fmt: skip
    page = refilled(PAGE, typed, Refusal("Sai rồi.", "name"))
    assert page
    found = Values(page)
    assert found.texts[:6] == [
        ("q", ""), ("seen", "2"), ("name", name), ("parts", parts), ("password", ""),
        ("tube", ""),
    ]  # fmt: skip
    assert found.on == ["red", "b", "F"]
    assert '<details class="x" open>' in page


def test_what_was_chosen_of_something_that_changed_since_is_not_chosen_again() -> None:
    typed = sent(name="a", parts="b", level="red", tick=["b"], sex="F", seen="1")
    page = refilled(PAGE, typed, Refusal("Sai.", "name"), changed="Đã <đổi>.") or ""
    found = Values(page)
    assert found.on == ["y", "a"], "as the page has it by itself"
    assert found.texts[1:4] == [("seen", "2"), ("name", "a"), ("parts", "b")]
    assert 'id="changed">Đã &lt;đổi&gt;.</span>' in page
    both = refilled(PAGE, typed, Refusal("Không được."), changed="Đã đổi.") or ""
    assert all(each in both for each in ("Đã đổi.", "Không được."))
    assert "Đã đổi." in (refilled(PAGE, typed, None, changed="Đã đổi.") or "")
    assert "Đã đổi." not in (refilled(PAGE, sent(name="a"), None, changed="Đã đổi.") or "")


def test_what_is_wrong_stands_behind_the_label_and_has_the_focus() -> None:
    page = refilled(PAGE, sent(name="", parts="x"), Refusal("Sai <b>.", "name")) or ""
    assert (
        '<span class="field"><label>Tên <input name="name" value="" required autofocus'
        ' aria-invalid="true" aria-describedby="wrong-name"></label>'
        '<span role="alert" class="wrong" id="wrong-name">Sai &lt;b&gt;.</span></span>'
    ) in page
    assert [tag.says("name") for tag in Reader(page).focused] == ["name"]


def test_what_no_field_is_to_blame_for_stands_before_the_fields() -> None:
    page = refilled(PAGE, sent(name="a"), Refusal("Không được.")) or ""
    assert 'method="post"><span role="alert" class="wrong" id="wrong-form">Không được.' in page


def test_of_forms_that_go_to_one_address_the_one_that_was_sent_is_filled() -> None:
    page = refilled(PAGE, Sent("/zones/1", {"seen": ["3"], "name": ["hai"]}), None) or ""
    assert Values(page).texts.count(("name", "cũ")) == 1
    assert ("name", "hai") in Values(page).texts


def row(tube: str) -> str:
    return (
        '<form action="/go" method="post"><input type="hidden" name="csrf_token" value="c">'
        f'<input type="hidden" name="result" value="{tube}"><input name="reason"><button>'
        "</button></form>"
    )


def ticks(*tubes: str) -> str:
    each = [f'<input type="checkbox" name="result" value="{tube}" checked>' for tube in tubes]
    return f'<form action="/go" method="post">{"".join(each)}<button></button></form>'


def about(*tubes: str) -> Sent:
    return Sent("/go", {"csrf_token": ["c"], "result": list(tubes), "reason": ["là một"]})


def test_where_the_row_is_gone_no_other_row_is_filled() -> None:
    why = Refusal("Đã là một người.")
    assert refilled(row("b"), about("a"), why) is None
    assert refilled(ticks("b", "c"), about("a"), why) is None
    here = refilled(row("b") + row("a"), about("a"), why) or ""
    assert here.startswith(row("b"))
    assert 'value="là một" autofocus' in here


def test_a_form_without_an_address_goes_to_the_page_that_it_is_on() -> None:
    form = '<form method="post"><input name="reason"></form>'
    assert refilled(form, about(), Refusal("Sai."), "/") is None
    assert refilled(form, about(), Refusal("Sai."), "/go")


def test_a_row_that_is_refused_leaves_the_list_of_the_others_ticked() -> None:
    page = refilled(ticks("b", "c", "d") + row("a"), about("a"), Refusal("Không được.")) or ""
    assert Values(page).on == ["b", "c", "d"]
    page = refilled(row("a") + ticks("b", "c", "d"), about("b", "a"), Refusal("Không được.")) or ""
    assert Values(page).on == ["b"]


def test_what_is_said_of_a_row_that_is_gone_does_not_stand_beside_the_one_that_is_left() -> None:
    page = f'<main><p role="alert" data-about="">Ống a.</p>{ticks("b")}</main>'
    assert 'data-about="">Ống a.' in (refilled(page, about("a", "b"), None) or "")
    assert 'data-about="">Ống a.' not in (refilled(page, about("b"), None) or "")


def test_a_page_without_the_form_is_not_it() -> None:
    assert refilled(PAGE, Sent("/elsewhere", {"name": ["a"]}), Refusal("Sai.")) is None


def test_where_no_page_has_the_form_any_more_what_was_written_can_still_be_read(
    app: Flask, sign_in: Any
) -> None:
    client = sign_in(Role.HEALTH_OFFICER)
    path = "/zones/00000000-0000-4000-8000-000000000000"
    fields = {"level": "red", "reason": "Quyết định số 12", "csrf_token": client.csrf}
    for page in (path, "https://elsewhere.example/zones", ""):
        answer = client.post(f"{path}/level", data=fields, headers={"Referer": page})
        assert answer.status_code == 404
        assert "<dd>Quyết định số 12</dd>" in answer.text
    large = client.post("/nowhere", data={"note": "x" * 5_000_000})
    assert large.status_code == 404
    sign = {"login": "lan", "password": "một câu dài", "csrf_token": "old"}
    answer = app.test_client().post("/login", data=sign)
    assert "một câu dài" not in answer.text
    assert 'value="lan"' in answer.text, "comes back, though nobody says where it was"


def test_a_form_that_outlived_its_log_in_comes_back_with_what_was_typed(sign_in: Any) -> None:
    client = sign_in(Role.HEALTH_OFFICER)
    fields = {"name": "Ổ dịch chợ", "level": "red", "parts": "x", "csrf_token": "of yesterday"}
    page = client.post("/zones", data=fields, headers={"Referer": "http://localhost/zones"})
    assert page.status_code == 403
    assert 'value="Ổ dịch chợ"' in page.text
    assert f'value="{client.csrf}"' in page.text
    assert '<meta name="at" content="/zones">' in page.text
