"""Take the pictures of docs/bench.md, from a server of its own with invented tubes.

.venv/bin/python -m tools.bench_pictures        → docs/pictures/bench-*.png
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from playwright.sync_api import sync_playwright
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from contract.boxes import BoxId
from contract.tubes import TubeId
from server import schema, vault
from server.accounts import sessions
from server.accounts.models import User
from server.accounts.roles import Role
from server.app import create_app, database_of
from server.config import Settings
from server.lab.boxes import services as boxes
from server.lab.plates import keying, queries
from server.lab.plates import services as plates
from server.lab.plates.geometry import Fill
from server.lab.services import Finding, receive_tube
from server.lab.words import Call
from server.sampling.lots import register_lot
from tools.screenshots import keep

OUT = Path("docs/pictures")
MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
BOX = BoxId.mint(12).text
CALLS = {3: Call.POSITIVE, 17: Call.INCONCLUSIVE, 30: Call.INVALID}
TUBES = [TubeId.mint(26, serial) for serial in range(1, 95)]


def set_the_bench(session: Session) -> str:
    """Fill a box and a plate, half of it with results; return the plate."""
    who, now = {"by": "user:lan"}, MORNING
    register_lot(session, series=26, count=500, place="vn-2021:24", station=None, now=now, **who)
    for tube in TUBES[:20]:
        boxes.put_in(session, BOX, tube, by="user:an", now=now)
    boxes.pack(session, BOX, team="Đội 1", count=20, by="user:an", now=now)
    boxes.give(session, BOX, count=20, by="user:an", now=now + timedelta(minutes=5))
    boxes.take(session, BOX, count=20, by="user:binh", now=now + timedelta(minutes=6))
    plate = plates.new_plate(
        session, "96-two", Fill.COLUMNS, title="QuantStudio 5, sáng", now=now, **who
    )
    for place, tube in enumerate(TUBES):
        box = BOX if place < 15 else "B:0000000262"
        receive_tube(session, tube, box=box, now=now + timedelta(seconds=5 * place), **who)
        plates.place_tube(session, plate.id, tube, now=now, **who)
    plates.lock(session, plate.id, now=now, **who)
    found = {
        cell.name: Finding(CALLS.get(cell.well, Call.NEGATIVE))
        for cell in queries.cells_of(session, plate)
        if cell.is_sample and cell.column < 6
    }
    found |= {"G12": Finding(Call.NEGATIVE), "H12": Finding(Call.POSITIVE)}
    keying.enter_calls(session, plate.id, found, others=None, now=now, **who)
    return plate.id


def sign_in(session: Session) -> str:
    user = User(
        login="lan", name="Trần Thị Mẫu", role=Role.LAB_TECHNICIAN, password_hash="!",  # noqa: S106 - nobody can log in with it
        place="Phòng xét nghiệm A", active=True, created_at=MORNING,
    )  # fmt: skip
    session.add(user)
    session.flush()
    return sessions.open_session(session, user, now=MORNING, address="127.0.0.1")


def main() -> None:
    with TemporaryDirectory() as home:
        settings = Settings(data=home, background=False)
        vault.install(vault.Vault.create(settings.vault_path))
        app = create_app(settings, lambda: MORNING + timedelta(minutes=20))
        schema.upgrade(database_of(app))
        with database_of(app).write() as session:
            token = sign_in(session)  # first: the bench is of her laboratory
            plate = set_the_bench(session)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        Thread(target=server.serve_forever, daemon=True).start()
        take(f"http://127.0.0.1:{server.port}", plate, token)
        server.shutdown()
        database_of(app).engine.dispose()


def take(base: str, plate: str, token: str) -> None:
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.add_cookies([{"name": "ghepmau", "value": token, "url": base}])
        page = context.new_page()
        page.goto(f"{base}/reception?box={BOX}")
        keep(page.screenshot(), OUT / "bench-reception.png")
        page.goto(f"{base}/plates/{plate}")
        keep(page.screenshot(), OUT / "bench-plate.png")
        page.goto(f"{base}/plates/{plate}/key")
        for letter in "NNNNPNNN":
            page.keyboard.press(letter)
        keep(page.screenshot(), OUT / "bench-key.png")
        browser.close()


if __name__ == "__main__":
    main()
