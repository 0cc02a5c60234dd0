"""No form forgets what was typed: it comes back filled, with what is wrong beside the field."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from benchmarks.following import reached
from server.accounts.roles import Role
from server.audit.models import AuditEntry
from server.db import Database
from server.form_tags import UNSHOWN, Field, Form, Reader
from server.refilled import STAMPS
from tests.server.pages import everything, walk

LONG = "Xạ <9> " * 800  # more than any field takes but lists
ROLES = (Role.HEALTH_OFFICER, Role.ADMINISTRATOR, Role.LAB_TECHNICIAN)
STARTS = ("/", "/login", "/verify-slip", "/account/second-factor")
TAKE_ALL = {  # what they ask may be answered by anything, or is looked into elsewhere
    "/callbacks/export", "/cards/find", "/desks/<desk>", "/desks/<desk>/export", "/imports/confirm",
    "/outcomes/export", "/points/<code>/stations", "/reception/unreadable",
    "/rosters/<uuid:roster_id>/matches", "/runs/<uuid:run_id>/confirm",
    "/zones/<uuid:zone_id>/unsampled",
}  # fmt: skip
OF_ALL = {"/login", "/my/<string(maxlength=40):token>"}  # which field is wrong is nobody's to know
READS = re.compile(r"[.-](read|opened|refused)$")


@dataclass(frozen=True)
class Here:
    """A form on a page of somebody's."""

    client: FlaskClient
    page: str
    to: str
    form: Form

    def send(self, fields: dict[str, Any]) -> Any:
        return self.client.post(
            self.to,
            data=fields,
            headers={"Referer": f"http://localhost{self.page}"},
            content_type=self.form.tag.says("enctype") or None,
        )


def forms(app: Flask, clients: dict[str, FlaskClient], starts: list[str]) -> dict[Any, Here]:
    """Return one of each kind of form that people fill in, by where it goes and what it asks."""
    found: dict[Any, Here] = {}
    for client in clients.values():
        for _, path, data in reached(app, client, starts, walk.NO_PAGE):
            for form in Reader(data.decode()).forms:
                to = form.tag.says("action") or path
                names = sorted({each.name.partition(":")[0] for each in form.shown})
                if names:
                    key = rule_of(app, to), *names
                    found.setdefault(key, Here(client, path, to, form))
    return found


def rule_of(app: Flask, path: str) -> str:
    bound = app.url_map.bind("localhost")
    rule, _ = bound.match(urlsplit(path).path, method="POST", return_rule=True)
    return str(rule.rule)


def wrong_in(form: Form) -> dict[str, Any]:
    """Return the fields of *form*, wrong wherever they are free."""
    sent: dict[str, Any] = {}
    for field in form.fields:
        if field.kind in {"checkbox", "radio"}:
            sent.setdefault(field.name, field.tag.attributes.get("value", "on"))
        elif field.kind in UNSHOWN:
            sent.setdefault(field.name, field.tag.says("value"))
        elif field.options:
            sent[field.name] = field.options[-1].value
        elif field.name and field.kind != "file":
            sent[field.name] = LONG
    return sent


def held_by(field: Field, page: str) -> str:
    """Return what a field on *page* holds; of what is ticked or chosen, its value."""
    if field.kind == "select":
        return next((o.value for o in field.options if "selected" in o.tag.attributes), "")
    if field.kind == "textarea":
        inside = page[field.tag.span[1] : field.end - len("</textarea>")].removeprefix("\n")
        return inside.replace("&lt;", "<").replace("&gt;", ">")
    return field.tag.says("value")


def is_about(form: Form) -> set[tuple[str, str]]:
    """Return what a form is about: what it holds unseen, but when and by whom it was made."""
    hidden = [each for each in form.fields if each.kind == "hidden" and each.name not in STAMPS]
    return {(each.name, each.tag.says("value")) for each in hidden}


def lost(here: Here, sent: dict[str, Any], page: str) -> list[str]:
    """Return the fields that do not hold any more what was sent."""
    path = urlsplit(here.to).path
    named = {each.name for each in here.form.shown}
    same = [
        form
        for form in Reader(page).forms
        if urlsplit(form.tag.says("action") or path).path == path
        and named == {each.name for each in form.shown}
        and is_about(here.form) == is_about(form)
    ]
    if not same:
        return ["the form"]
    form = max(same, key=lambda each: sum(held_by(f, page) == LONG for f in each.fields))
    back = [
        each
        for each in form.shown
        if each.kind not in {"file", "password", "checkbox", "radio"} and not each.is_for_once
    ]
    return [each.name for each in back if held_by(each, page) != sent[each.name]]


def said_beside(page: str) -> str:
    """Return the sentence that the marked field with the focus is described by, '' for none."""
    read = Reader(page)
    marked = [each for form in read.forms for each in form.fields if each.tag.says("aria-invalid")]
    if len(marked) != 1 or [each.span for each in read.focused] != [marked[0].tag.span]:
        return ""
    name = marked[0].tag.says("aria-describedby").split()[-1]
    found = re.findall(rf'role="alert"[^>]* id="{re.escape(name)}"[^>]*>([^<]+)', page)
    raw = marked[0].name.partition(":")[0]
    return "" if len(found) != 1 or re.search(rf"\b{raw}\b", found[0]) else str(found[0])


def wrongs_of(here: Here, rule: str) -> list[str]:
    """Send the form with wrong fields and return what a critical user would say of the answer."""
    sent = wrong_in(here.form)
    answer = here.send(sent)
    if rule in TAKE_ALL and answer.status_code < 400:
        return []
    found = [f"{name} is lost" for name in lost(here, sent, answer.text)]
    if not 400 <= answer.status_code < 500:
        found.append(f"answers {answer.status_code}")
    if not rule.startswith("/d/") and rule not in OF_ALL and not said_beside(answer.text):
        found.append("nothing stands beside the field")
    return [f"{rule} on {here.page}: {each}" for each in found]


def test_no_form_forgets_what_was_typed(
    app: Flask, database: Database, make_scene: Any, sign_in: Any, clock: Any
) -> None:
    clients = {role: sign_in(role) for role in ROLES} | {walk.NOBODY: app.test_client()}
    starts = everything.fill(database, make_scene, clients, clock)
    every = forms(app, clients, [*starts, *STARTS])
    assert len(every) > 60
    app.testing = False  # an error of ours is a 500 here, as it is for people
    wrong: list[str] = []
    for key, here in sorted(every.items()):
        with database.read() as session:
            before = session.scalars(select(AuditEntry.id)).all()
        wrong += wrongs_of(here, key[0])
        if key[0] in TAKE_ALL:
            continue
        with database.read() as session:
            new = session.scalars(select(AuditEntry.action).where(AuditEntry.id.not_in(before)))
            wrong += [f"{key[0]} kept {each}" for each in new if not READS.search(each)]
    assert not wrong, "\n".join(wrong)
