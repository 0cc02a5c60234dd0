"""What a form's fields name is looked up in one's places, as what an address names.

Every route that writes to tubes and their results stands in one of two tables: what a field of it
may name, posted here with what is elsewhere; or why its fields name nothing.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from contract.tubes import TubeId
from server.accounts.roles import Role
from server.audit.models import AuditEntry
from server.db import Database
from server.lab.models import Reception
from server.lab.storage.models import StoredTube
from server.sampling.models import Pairing
from tests.server.test_whereabouts import ELSEWHERE, HERE, routes
from tests.server.two_places import Furnished

SignIn = Callable[..., FlaskClient]
LAB, OFFICER = Role.LAB_TECHNICIAN, Role.HEALTH_OFFICER
WHY = {"reason": "vì thử xem"}
RACK = {"freezer": "F", "rack": "R", "size": "96", "keep_until": "2030-01-01"}
# Route, role, its fields: {tube} is a tube that a laboratory elsewhere received and stored.
ELSEWHERES: list[tuple[str, Role, dict[str, str]]] = [
    ("/results", LAB, {"tube": "{tube}", "call": "positive"}),
    ("/reception", LAB, {"tube": "{tube}", "box": "H1"}),
    ("/reception/box", LAB, {"tube": "{tube}", "box": "H1"}),
    ("/reception/reject", LAB, {"tube": "{tube}", "reason": "leaking"}),
    ("/reception/undo", LAB, {"tube": "{rejected}", **WHY}),
    ("/reception/withdraw", LAB, {"tube": "{tube}", **WHY}),
    ("/storage", LAB, {"tube": "{tube}", **RACK}),
    ("/storage/take-out", LAB, {"tube": "{tube}"}),
    ("/storage/discard", LAB, {"discard": "{tube}"}),
    ("/plates/P-ODAY/put", LAB, {"tube": "{tube}"}),
    ("/boxes/put-in", LAB, {"box": "H1", "tube": "{tube}"}),
]
# Their fields name what the row of the address has itself, or nothing at all.
NOTHING_ELSEWHERE = {
    "/assays/<code>",
    "/boxes/<act>",
    "/callbacks/<uuid:callback_id>/again",
    "/callbacks/<uuid:callback_id>/done",
    "/callbacks/<uuid:callback_id>/tried",
    "/callbacks/export",
    "/conflicts/<uuid:conflict_id>/decide",
    "/deliveries/<int(max=9223372036854775807):delivery_id>/again",
    "/deliveries/<int(max=9223372036854775807):delivery_id>/aside",
    "/desks/<desk>/export",
    "/identities/<uuid:question_id>/answer",
    "/identities/persons/<uuid:question_id>/answer",
    "/imports",
    "/imports/<uuid:import_id>/confirm",
    "/imports/<uuid:import_id>/discard",
    "/imports/<uuid:import_id>/restore",
    "/lots/<lot_id>/labels",
    "/lots/<lot_id>/return",
    "/lots/<lot_id>/void",
    "/manual/<uuid:pairing_id>/look",
    "/matters/<uuid:matter_id>/decide",
    "/pairings/<uuid:pairing_id>/deny",
    "/plates",
    "/plates/<plate_id>/<act>",
    "/plates/<plate_id>/key",
    "/reception/count",
    "/reception/unreadable",
    "/results/<uuid:result_id>/correct",
    "/results/<uuid:result_id>/recall",
    "/results/<uuid:result_id>/retest",
    "/results/<uuid:result_id>/retest/cancel",
    "/rosters",
    "/rosters/<uuid:roster_id>/labels",
    "/rosters/drafts/<uuid:draft_id>/make",
    "/runs/<uuid:run_id>/confirm",
    "/runs/<uuid:run_id>/verify",
    "/runs/<uuid:run_id>/withdraw",
    "/scan/frame",
    "/several-results/<uuid:dispute_id>/decide",
    "/slips/<uuid:group_id>/decide",
    "/slips/suspicions/<uuid:event_id>/decide",
    "/tubes/<tube:tube>/let-go",
    "/unmatched/limits/<desk>",
}
BLUEPRINTS = {
    "assays", "boxes", "call_exports", "calls", "desk_exports", "desks", "imports", "lab",
    "lab_history", "outcomes", "plates", "reception", "runs", "sampling", "storage", "undoing",
}  # fmt: skip
LATER = {  # asked in tests of their own, or below
    "/desks/<desk>", "/imports/confirm", "/lots", "/lots/<lot_id>/issue", "/release", "/verify",
    "/lots/printed", "/lots/<lot_id>/voids/<uuid:void_id>/lift",
    "/rosters/<uuid:roster_id>/matches", "/release/of-this-tube",
}  # fmt: skip


@pytest.fixture
def ids(database: Database, now: datetime) -> dict[str, str]:
    """Two places, and elsewhere a tube that was received, stored, and one that was rejected."""
    with database.write() as session:
        here = Furnished(session, HERE, "ODAY", 26, now)
        there = Furnished(session, ELSEWHERE, "XAXOI", 27, now)
        stored = session.scalars(select(StoredTube.tube).where(StoredTube.freezer == "XAXOI")).one()
        rejected = TubeId.mint(27, 90)
        session.add(Reception(id=uuid4(), tube=rejected, accepted=False, reason="leaking", box="",
                              lab=ELSEWHERE, at=now, by="u"))  # fmt: skip
        own = session.scalars(select(StoredTube.tube).where(StoredTube.freezer == "ODAY")).one()
        return {
            "tube": stored.text, "rejected": rejected.text, "unknown": TubeId.mint(39, 7).text,
            "mine": own.text, "group": str(here.ids["group_id"]),
            "pairing": str(there.ids["pairing_id"]), "result": str(there.ids["result_id"]),
            "void": str(there.ids["void_id"]),
        }  # fmt: skip


def test_every_route_that_writes_stands_in_a_table(app: Flask) -> None:
    writing = [rule for rule, _ in routes(app) if "POST" in (rule.methods or ())]
    asked = {each.rule for each in writing if each.endpoint.partition(".")[0] in BLUEPRINTS}
    known = {path.replace("P-ODAY/put", "<plate_id>/<act>") for path, _, _ in ELSEWHERES}
    known = {"/boxes/<act>" if path.startswith("/boxes/") else path for path in known}
    assert asked == known | LATER | NOTHING_ELSEWHERE


def entries(database: Database) -> int:
    with database.read() as session:
        return len(session.scalars(select(AuditEntry.id)).all())


def test_a_tube_of_another_laboratory_is_as_one_of_no_lot(
    sign_in: SignIn, database: Database, ids: dict[str, str]
) -> None:
    client = sign_in(LAB, "lan", place=HERE, sees="")
    before = entries(database)
    for path, _, fields in ELSEWHERES:
        there = client.post(path, data={k: v.format(**ids) for k, v in fields.items()})
        assert there.status_code == 409, (path, there.text[:3000])
        assert "không thuộc lô nào" in there.text, path
    assert entries(database) == before, "nothing was done"
    client = sign_in(LAB, "bac", place=HERE, sees="*")
    answer = client.post("/storage/take-out", data={"tube": ids["tube"]})
    assert answer.status_code == 302, "who sees everything is not kept from it"


def test_the_reception_takes_what_comes_from_anywhere(
    sign_in: SignIn, database: Database, ids: dict[str, str], now: datetime
) -> None:
    client = sign_in(LAB, "lan", place=HERE, sees="")
    with database.read() as session:
        got = set(session.scalars(select(Reception.tube)))
        free = next(each for each in session.scalars(select(Pairing.tube).where(
            Pairing.place == ELSEWHERE)) if each not in got)  # fmt: skip
    for tube, more in ((free.text, {}), (ids["tube"], {"moved": "yes"})):
        answer = client.post("/reception", data={"tube": tube, "box": "H1", **more})
        assert answer.status_code == 302, answer.text
    answer = client.post("/reception", data={"tube": ids["rejected"], "box": "H1", "moved": "yes"})
    assert "không thuộc lô nào" in answer.text, "what was rejected goes to no other laboratory"
    page = client.post("/storage", data={"tube": ids["tube"], **RACK})
    assert page.status_code == 302, "it is theirs as well now"
    assert client.get(f"/results/of/{ids['tube']}").status_code == 200


def test_a_lot_is_read_by_everybody_and_moved_where_it_is_of(
    sign_in: SignIn, database: Database, ids: dict[str, str]
) -> None:
    mine = sign_in(Role.REGISTRAR, "quan", place=HERE, sees="")
    lot, before = "/lots/L-XAXOI", entries(database)
    page = mine.get(lot)
    assert page.status_code == 200
    assert 'method="post" action="/lots/' not in page.text
    reason = {"first": "1", "reason": "rách nhãn"}
    asked = (("issue", {"station": "tram-26"}), ("return", {}), ("void", reason), ("labels", {}),
             (f"voids/{ids['void']}/lift", {}))  # fmt: skip
    for part, fields in asked:
        assert mine.post(f"{lot}/{part}", data=fields).status_code == 404, part
    assert mine.get(f"{lot}/labels.pdf").status_code == 404
    assert mine.head(f"{lot}/labels.pdf").status_code == 404
    astray = f"/lots/L-ODAY/voids/{ids['void']}/lift"
    assert mine.post(astray).status_code == 404, "of another lot than its address says"
    assert mine.post("/lots/L-ODAY/issue", data={"station": "tram-27"}).status_code == 404
    assert entries(database) == before
    assert mine.post("/lots/L-ODAY/void", data=reason).status_code == 409, "its tubes are not there"
    every = sign_in(Role.REGISTRAR, "tinh", place=HERE, sees="*")
    assert every.post(f"/lots/L-ODAY/voids/{ids['void']}/lift").status_code == 404
    assert every.post(f"{lot}/void", data=reason).status_code == 409


def test_colleagues_are_those_of_ones_own_places(sign_in: SignIn, ids: dict[str, str]) -> None:
    sign_in(LAB, "xa", place=ELSEWHERE, sees="")
    sign_in(LAB, "xã-7", place=f"{HERE}.07", sees="")
    mine = sign_in(OFFICER, "hoa", place=HERE, sees="")
    desk = "/desks/reception_without_result"
    page = mine.get(desk).text
    assert 'value="xã-7"' in page
    assert 'value="xa"' not in page
    form = {"act": "hand-over", "to": "xa", "item": f"{ids['mine']} x"}
    assert mine.post(desk, data=form).status_code == 422


def test_what_is_of_the_whole_server_is_for_who_sees_it(
    sign_in: SignIn, database: Database, ids: dict[str, str]
) -> None:
    before = entries(database)
    for role, paths in (
        (Role.ADMINISTRATOR, ["/intake/again"]),
        (OFFICER, ["/deliveries/declarations/again", "/deliveries/declarations/now"]),
    ):
        mine = sign_in(role, f"{role}-here", place=HERE, sees="", opens_names=False)
        for path in paths:
            assert mine.post(path).status_code == 404, path
    assert entries(database) == before
    assert "/intake/again" not in sign_in(Role.ADMINISTRATOR, "h", place=HERE, sees="").get(
        "/intake/alerts").text  # fmt: skip
