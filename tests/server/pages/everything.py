"""A small day that has one of everything that a page shows.

What people typed here has no Vietnamese letters but for DATA, so that what an English page says in
Vietnamese is data, the name of a place, or was forgotten.
"""

import re
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from contract.identities import Key, Kind, System
from contract.tubes import Tube
from server.accounts.models import Station
from server.accounts.roles import Role
from server.db import Database
from server.figures import folding
from server.lab import assay_versions, runs
from server.lab import services as lab
from server.lab.imports import worker
from server.lab.measured import Measured
from server.lab.words import Call, Rejection
from server.people.services import Act, identity
from server.record import mine
from server.sampling import numbering
from tests.server.lab.conftest import CODE, rows_of
from tests.server.officers.test_stories import Told

LAN, MINH, BY = "user:lab-technician", "user:minh", "user:administrator"
DATA = ("Lê Văn An", "nhầm hàng")
CARD = "Nguyen Thi Mau;1991;F\nTran Van Thu;1950;M\n"
MARKET = {"kind": "market", "name": "Cho Mau", "place": "vn-2021:24.222.07", "opens": "6h30"}
ANSWERS = {
    "form": "vn-2021-1", "q.symptoms": "none", "q.patient": "no", "q.from-outbreak": "no",
    "q.sick": "no", "q.travel": "no", "consent": "consent-2026-1",
    "behalf": "me", "name": "Nguyen Thi Mau", "birth": "1991", "sex": "F", "phone": "0912345678",
    "address": "Thon Mau",
}  # fmt: skip
HIDDEN = re.compile(r'type="hidden" name="([a-z_]+)" value="([^"]*)"')
LINK = re.compile(r"(/k/[A-Z0-9]+/open#[\w.-]+)")
Clients = Mapping[str, FlaskClient]


def fill(
    database: Database, make_scene: Callable[..., Any], clients: Clients, clock: Any
) -> list[str]:
    """Make the day; return addresses that no page leads to, where a walk also begins."""
    told, waiting = _samples(database, make_scene, clock)
    starts = [*_person(database, told, clients, clock), *_points(clients)]
    starts += [*_bench(database, clients, waiting, clock), *_lists(clients, told)]
    with database.write() as session:  # as after a restore: the page of lots has one form more
        numbering.set_aside(session, made_at=clock(), now=clock(), others=(), plates=0)
    folding.fold_all(database)
    return starts


def _samples(database: Database, make_scene: Any, clock: Any) -> tuple[Told, list[Tube]]:
    """One was told and corrected; others wait, were rejected, are strays or two on one tube."""
    with database.write() as session:
        scene = make_scene(session)
        for station in session.scalars(select(Station)):
            station.duty, station.public_key = "sampling", station.id.ljust(43, "A")
            station.state, station.enrolled_at = "enrolled", clock()
        told = Told(scene)
        told.an.birth = "1988-03-21"
        act, key = Act("station:ban-1", clock(), "event:1"), Key(System.CITIZEN, "024188000001")
        session.add(identity(told.an, key, kind=Kind.CITIZEN_CARD, act=act))
        scene.serial += 20
        tubes = [scene.tube() for _ in range(8)]
        for tube in tubes[:7]:
            scene.pair(tube, scene.person(f"Mau {tube}"))
        scene.pair(tubes[6], scene.person("Do Minh Chau"), station="ban-2")
        lab.reject_tube(session, tubes[5], Rejection.LEAKING, by=LAN, now=clock())
        for tube in (*tubes[:5], tubes[7]):
            lab.receive_tube(session, tube, box="H1", by=LAN, now=clock())
        for tube, call in ((tubes[0], Call.POSITIVE), (tubes[7], Call.NEGATIVE)):
            found = lab.Finding(call, (Measured("N", "24.1"),))
            entered = lab.enter_result(session, tube, found, by=LAN, now=clock())
            lab.verify_result(session, entered.id, by=MINH, now=clock())
        lab.enter_result(session, tubes[1], lab.Finding(Call.NEGATIVE), by=MINH, now=clock())
        sheet = runs.Sheet(
            assay_versions.version_in_use(session, CODE, now=clock()), "QS5", "K-7", lab="",
            operator="", source="import:1",
        )  # fmt: skip
        read = rows_of({tubes[4]: ("", "", "25.1")}, "")
        runs.record_run(session, sheet, read, by=LAN, now=clock())
    return told, tubes[2:5]


def _person(database: Database, told: Told, clients: Clients, clock: Any) -> list[str]:
    """The person opens their own page and asks for their data; it stays open for the walk."""
    with database.write() as session:
        token = mine.link_of(session, told.an.id, by=BY, now=clock()).token
    phone = clients["nobody"]
    csrf = token_on(phone, f"/my/{token}")
    phone.post(f"/my/{token}", data={"birth": "21/03/1988", "csrf_token": csrf})
    csrf = token_on(phone, "/my")
    phone.post("/my/requests", data={"kind": "see", "wish": "all of it", "csrf_token": csrf})
    return [f"/my/{token}", "/my", f"/people/{told.an.id}", f"/tubes/{told.tube}"]


def token_on(client: FlaskClient, path: str) -> str:
    """Return the token of the form on a page that nobody signs in to."""
    return fields_on(client, path)["csrf_token"]


def fields_on(client: FlaskClient, path: str) -> dict[str, str]:
    """Return the hidden fields of a page's form."""
    return dict(HIDDEN.findall(client.get(path).text))


def _points(clients: Clients) -> list[str]:
    """A market with a poster, a keeper's link, a declaration; a zone around it; its target."""
    admin, officer = clients[Role.ADMINISTRATOR], clients[Role.HEALTH_OFFICER]
    code = admin.post("/points", data=MARKET).location.rsplit("/", 1)[1]
    phone, link = clients["nobody"], LINK.findall(admin.post(f"/points/{code}/link").text)[0]
    done = phone.post(f"/d/{code}", data={**fields_on(phone, f"/d/{code}"), **ANSWERS}).location
    door = fields_on(phone, f"/k/{code}/open")
    phone.post(f"/k/{code}/open", data={**door, "link": f"https://x.example{link}"})
    zone = {"name": "O dich", "level": "red", "parts": f"vn-2021:24.222\n{code}",
            "since": "2026-11-22", "reason": "QD 1"}  # fmt: skip
    drawn = officer.post("/zones", data=zone).location
    own = [f"/d/{code}", f"/k/{code}", f"/points/{code}/keeper", f"/targets/points/{code}"]
    return [*own, done or "", f"{drawn}/unsampled"]


def _bench(database: Database, clients: Clients, tubes: list[Tube], clock: Any) -> list[str]:
    """A plate with tubes, one of them locked; a machine's file; a box under way."""
    client = clients[Role.LAB_TECHNICIAN]
    form = {"template": "96-two", "fill": "columns", "title": "", "assay": CODE}
    plate = client.post("/plates", data=form).location
    for tube in tubes[:2]:
        client.post(f"{plate}/put", data={"tube": tube.text})
    client.post(f"{plate}/lock")
    rows = f"Tube;Target;Ct;Call\n{tubes[2]};N;24.1;Positive\n260000009999;N;;Negative\n"
    file = client.post("/imports", data={"file": (BytesIO(rows.encode()), "me.csv")}).location
    worker.run_once(database, clock)
    return [plate, f"{plate}/key", file, f"/results/of/{tubes[0]}", "/reception?box=H1"]


def _lists(clients: Clients, told: Told) -> list[str]:
    """A lot, a roster and its draft, cards, vaccinations, a station that was revoked in error."""
    admin, officer = clients[Role.ADMINISTRATOR], clients[Role.HEALTH_OFFICER]
    away = {"station": "ban-9", "label": "Table 9", "place": "vn-2021:24", "duty": "sampling"}
    admin.post("/stations", data=away)
    admin.post("/stations/ban-9/revoke")
    admin.post("/stations/ban-9/return", data={"reason": "found again"})
    admin.post("/lots", data={"series": "31", "count": "40", "place": "vn-2021:24"})
    form = {"title": "Factory A", "series": "26", "people": CARD}
    drafts = [
        admin.post("/rosters", data=form, content_type="multipart/form-data").location
        for _ in range(2)
    ]
    made = admin.post(f"{drafts[0]}/make").location
    cards = admin.post("/cards", data={"people": CARD}).location
    doses = "Name;Birth;Vaccine;Date\nLe Van An;21/03/1988;AstraZeneca;01/06/2026\n"
    file = {"title": "June", "file": (BytesIO(doses.encode()), "june.csv")}
    entered = officer.post("/vaccinations", data=file, content_type="multipart/form-data").location
    return [
        drafts[1],
        made,
        f"{made}/matches",
        cards,
        entered or "",
        f"/people/{told.an.id}/numbers",
    ]
