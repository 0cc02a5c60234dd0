"""The camera of the page that checks slips: open to all, within limits, and for this page only."""

from io import BytesIO
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from labels.symbols import qr
from server import cameras
from server.record import slip_views

FRAME = "/verify-slip/frame"


def frame_of(text: str, module: int = 8) -> bytes:
    rows = qr(text, ecc="m")
    picture = Image.new("L", (len(rows) + 8, len(rows) + 8), 255)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                picture.putpixel((x + 4, y + 4), 0)
    out = BytesIO()
    picture.resize((picture.width * module, picture.height * module)).save(out, "PNG")
    return out.getvalue()


def send(client: FlaskClient, frame: bytes) -> Any:
    page = client.get("/verify-slip").text
    csrf = page.split('data-csrf="')[1].split('"')[0]
    return client.post(FRAME, data=frame, headers={"X-CSRF-Token": csrf})


def test_a_frame_is_read_for_whoever_has_the_page(app: Flask) -> None:
    client = app.test_client()
    page = client.get("/verify-slip")
    assert page.headers["Permissions-Policy"].startswith("camera=(self)")
    assert send(client, frame_of("HC1:ABC")).json == {"codes": ["HC1:ABC"]}
    assert send(client, b"no picture").status_code == 422
    assert send(client, b"x" * (cameras.LARGEST_FRAME + 1)).status_code == 413
    assert client.post(FRAME, data=frame_of("HC1:ABC")).status_code == 403


def test_who_sends_frames_without_end_waits_for_the_next_minute(app: Flask, clock: Any) -> None:
    client, frame = app.test_client(), frame_of("HC1:ABC")
    for _ in range(cameras.PER_MINUTE):
        slip_views.FRAMES.take("127.0.0.1", now=clock())
    assert send(client, frame).status_code == 429
    clock.advance(minutes=1)
    assert send(client, frame).status_code == 200


def test_a_budget_is_of_each_address_and_remembers_not_too_many(now: Any) -> None:
    budget = cameras.Budget()
    for _ in range(cameras.PER_MINUTE):
        assert budget.take("10.0.0.1", now=now)
    assert not budget.take("10.0.0.1", now=now)
    assert budget.take("10.0.0.2", now=now)
    for number in range(cameras.MOST_ADDRESSES):
        budget.take(f"a{number}", now=now)
    assert not budget.take("one more", now=now)
