"""What is sent to hurt: bombs, bodies that are too large, names that are paths."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server import sheets
from server.accounts.roles import Role
from server.config import Settings
from server.errors import BadInput

SignIn = Callable[..., FlaskClient]


def bomb(size: int) -> bytes:
    """A workbook whose sheet unpacks to *size* bytes of nothing."""
    packed = BytesIO()
    with (
        ZipFile(packed, "w", ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet,
    ):
        for _ in range(size >> 20):
            sheet.write(bytes(1 << 20))
    return packed.getvalue()


def test_a_workbook_that_unpacks_to_gigabytes_is_refused_before_it_is_unpacked() -> None:
    content = bomb(201 << 20)
    assert len(content) < 1 << 20
    with pytest.raises(BadInput):
        sheets.rows_of(content)


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"PK\x03\x04" + bytes(999), bomb(1 << 20)])
def test_what_only_looks_like_a_workbook_is_one_sentence(content: bytes) -> None:
    with pytest.raises(BadInput):
        sheets.rows_of(content)


def test_a_body_that_is_too_large_is_refused(app: Flask, settings: Settings) -> None:
    client = app.test_client()
    client.get("/login")  # a body of who never saw the page is not even read
    body = {"login": "x" * (settings.max_body_kib * 1024 + 1)}
    assert client.post("/login", data=body).status_code == 413
    assert client.post("/api/v1/stations/enrol", data=b"x" * (5 << 20)).status_code == 413


def test_a_form_of_thousands_of_parts_is_refused(app: Flask) -> None:
    sent = {f"f{number}": "x" for number in range(1100)}
    client = app.test_client()
    client.get("/login")
    answer = client.post("/login", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py", "/static/..%2f..%2fvault.json", "/static/%2e%2e/app.py",
        "/static//etc/passwd", "/d/..%2f..%2fvault.json", "/plates/..%2f..%2fx/layout/csv",
    ],
)  # fmt: skip
def test_no_address_leads_out_of_our_folders(sign_in: SignIn, path: str) -> None:
    answer = sign_in(Role.LAB_TECHNICIAN).get(path)
    assert answer.status_code in {302, 308, 403, 404, 422}
    assert "sealing" not in answer.text
    assert "create_app" not in answer.text


def test_the_name_of_a_file_is_only_a_name(
    sign_in: SignIn, settings: Settings, tmp_path: Path
) -> None:
    boss = sign_in(Role.LAB_TECHNICIAN)
    before = {each for each in tmp_path.rglob("*") if ".sqlite" not in each.name}
    sent = {"file": (BytesIO(b"a;b\n1;2\n"), "../../../tmp/ghepmau-hole.csv")}
    boss.post("/imports", data=sent, content_type="multipart/form-data")
    assert {each for each in tmp_path.rglob("*") if ".sqlite" not in each.name} == before
    assert not Path("/tmp/ghepmau-hole.csv").exists()  # noqa: S108
