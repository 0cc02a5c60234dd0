"""The pages of imports, as a technician clicks through them."""

import io
from typing import Any

import pytest

from server.accounts.roles import GRANTS, Role
from server.lab.imports import worker
from server.permissions import Permission

ASSAY = "sars-cov-2-n-orf1ab"


@pytest.fixture
def lan(sign_in: Any) -> Any:
    return sign_in(Role.LAB_TECHNICIAN, "lan")


def send(client: Any, content: str | bytes, name: str = "me.csv") -> Any:
    raw = content.encode() if isinstance(content, str) else content
    return client.post("/imports", data={"file": (io.BytesIO(raw), name)})


def test_a_file_becomes_a_receipt_that_comes_again_until_it_is_read(
    lan: Any, table: Any, tubes: Any, database: Any, clock: Any
) -> None:
    page = send(lan, table((tubes["ready"], "N", "", "Âm tính"), ("Lan", "N", "24", ""))).location
    first = lan.get(page)
    assert first.headers["Refresh"] == "2"
    assert "Đang đọc tệp" in first.text
    worker.run_once(database, clock)
    read = lan.get(page)
    assert "Refresh" not in read.headers
    assert "203" in read.text
    assert "Xác nhận" in read.text
    assert lan.post(f"{page}/confirm").location == page
    worker.run_once(database, clock)
    assert "đã nhập" in lan.get(page).text
    assert "kết quả" in lan.get(f"{page}?fate=matched").text
    assert tubes["ready"].grouped in lan.get("/verify").text


def test_a_second_upload_leads_to_the_first_receipt(lan: Any, table: Any, tubes: Any) -> None:
    content = table((tubes["ready"], "N", "", "Âm tính"))
    first = send(lan, content).location
    assert send(lan, content, "khac.csv").location == first
    assert "đã được nhập trước đây" in lan.get(first).text


def test_a_cut_file_asks_for_a_tick(
    lan: Any, table: Any, tubes: Any, database: Any, clock: Any
) -> None:
    page = send(
        lan, table(*((tubes[n], "N", "", "Âm tính") for n in ("ready", "third")))[:-1]
    ).location
    worker.run_once(database, clock)
    refused = lan.post(f"{page}/confirm", data={"assay": ASSAY})
    assert refused.status_code == 409
    assert f'name="assay" value="{ASSAY}"' in refused.text, "what was chosen stays chosen"
    assert lan.post(f"{page}/confirm", data={"cut": "known"}).status_code == 302


def test_several_receipts_are_confirmed_at_once(
    lan: Any, table: Any, tubes: Any, database: Any, clock: Any
) -> None:
    ids = [
        send(lan, table((tubes[name], "N", "", "Âm tính"))).location.rpartition("/")[2]
        for name in ("ready", "second")
    ]
    assert lan.post("/imports/confirm").status_code == 422
    worker.run_once(database, clock)
    lan.post("/imports/confirm", data={"import": ids})
    worker.run_once(database, clock)
    assert lan.get("/imports").text.count("đã nhập") == 2


def test_what_is_put_aside_can_be_taken_back(lan: Any, database: Any, clock: Any) -> None:
    page = send(lan, b"%PDF").location
    worker.run_once(database, clock)
    assert "không đọc được" in lan.get(page).text
    lan.post(f"{page}/discard")
    assert "Lấy lại" in lan.get(page).text
    lan.post(f"{page}/restore")
    assert "Bỏ lần nhập này" in lan.get(f"{page}?lang=vi").text


def test_only_who_enters_results_imports_them(sign_in: Any) -> None:
    for role in (each for each in Role if Permission.RESULT_WRITE not in GRANTS[each]):
        client = sign_in(role)
        assert client.get("/imports").status_code == 403
        assert send(client, "x").status_code == 403


def test_odd_addresses_and_forms_are_answered(lan: Any) -> None:
    assert lan.get("/imports/00000000-0000-0000-0000-000000000000").status_code == 404
    assert lan.post("/imports").status_code == 422
    assert send(lan, b"").status_code == 422
    assert lan.post("/imports/confirm", data={"import": "x"}).status_code == 422


def test_a_machines_file_may_be_larger_than_a_form(lan: Any) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="to.csv"\r\n\r\n'
    body += b"x;y\n" * 2_000_000 + b"\r\n--b--\r\n"
    kind = {"Content-Type": "multipart/form-data; boundary=b", "X-CSRF-Token": lan.csrf}
    assert lan.post("/imports", data=body, headers=kind).status_code == 302
    assert lan.post("/results", data={"note": "x" * 5_000_000}).status_code == 413
