"""The API says of itself what is true: every operation has a row, and the document is OpenAPI."""

import re
from typing import Any

import msgspec
from flask import Flask
from openapi_spec_validator import validate

from server import openapi
from server.operations import OPERATIONS

OURS = '<script type="module" src="/static/js/page.js">'


def test_the_document_is_openapi(app: Flask) -> None:
    found: dict[str, Any] = app.test_client().get("/api/openapi.json").json
    validate(found)
    assert set(found["paths"]) == {row.path for row in OPERATIONS}


def test_every_operation_of_the_api_has_a_row_and_every_row_is_one(app: Flask) -> None:
    rules = {
        (method.lower(), path)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith(("/api/v", "/fhir"))
        for path in paths_of(rule.rule)
    }
    assert rules == {(row.method, row.path) for row in OPERATIONS}


def paths_of(rule: str) -> list[str]:
    """Return the paths of a rule as OpenAPI writes them: each of `any(…)` is one."""
    if found := re.search(r"<any\((.+?)\):\w+>", rule):
        return [path for each in found[1].split(", ") for path in paths_of(
            rule.replace(found[0], each))]  # fmt: skip
    return [re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)]


def test_the_page_needs_nothing_from_elsewhere(app: Flask) -> None:
    page = app.test_client().get("/api/docs")
    assert page.status_code == 200
    assert re.findall("<script[^>]*>", page.text) == [OURS]
    for row in OPERATIONS:
        assert row.path in page.text
    assert "http://" not in page.text.replace("http://localhost", "").replace("http://www.w3", "")


def test_what_is_described_is_what_is_read() -> None:
    document = openapi.document("https://ghepmau.example")
    heartbeat = document["components"]["schemas"]["Heartbeat"]["required"]
    assert {"station", "at", "boot"} <= set(heartbeat)
    assert msgspec.json.encode(document)


def test_the_page_stays_light(app: Flask) -> None:
    """With its styles a page has 100 kB at most (`pages/`)."""
    assert len(app.test_client().get("/api/docs").data) < 80_000
