"""Nobody sets anything outside their scope: forms that name a place, and what several share."""

from collections.abc import Callable
from datetime import date, datetime
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from server.accounts.models import Partner, Station
from server.accounts.roles import Role
from server.db import Database
from server.declarations.targets.models import TargetRule
from server.declarations.zones.models import Zone, ZoneLevel, ZonePart
from tests.server.two_places import Furnished

SignIn = Callable[..., FlaskClient]
HERE, ELSEWHERE = "vn-2021:24.222", "vn-2021:27.256"
IN_HERE, ABOVE = f"{HERE}.07", "vn-2021:24"
ADMINISTRATOR, OFFICER = Role.ADMINISTRATOR, Role.HEALTH_OFFICER
OUTSIDE = [ELSEWHERE, ABOVE]
NO_PLACE = ["*", f"{HERE} {ELSEWHERE}", f"{HERE}1"]
PARTNER = {"partner": "so-y-te", "label": "Sở Y tế", "scope": "resolve"}
RULE = {"kind": "", "first_day": "3", "rate": "0", "basis": "target", "since": "2026-11-22"}
ZONE = {"name": "Ổ dịch", "level": "red", "since": "2026-11-22"}
POINT = {"kind": "market", "name": "Chợ"}
# A form that names a place: who sends it, where to, what else it says, and the place's field.
FORMS = [
    (ADMINISTRATOR, "/partners", PARTNER, "place"),
    (ADMINISTRATOR, "/stations", {"station": "b-9", "label": "B", "duty": "sampling"}, "place"),
    (ADMINISTRATOR, "/lots", {"series": "31", "count": "40"}, "place"),
    (ADMINISTRATOR, "/cards", {"people": "Lê Thị Hoa;1990;Nữ"}, "place"),
    (ADMINISTRATOR, "/points", POINT, "place"),
    (OFFICER, "/targets/rules", RULE, "place"),
    (OFFICER, "/zones", ZONE, "parts"),
]  # fmt: skip


@pytest.fixture
def elsewhere(database: Database, now: datetime) -> Furnished:
    with database.write() as session:
        return Furnished(session, ELSEWHERE, "XAXOI", 27, now)


@pytest.mark.parametrize(("role", "path", "form", "field"), FORMS)
def test_a_form_sets_nothing_outside_ones_scope(
    sign_in: SignIn, role: Role, path: str, form: dict[str, str], field: str
) -> None:
    mine = sign_in(role, f"{role}-here", place=HERE, sees="")
    for place in OUTSIDE:
        assert mine.post(path, data={**form, field: place}).status_code == 404, place
    for place in NO_PLACE:
        assert mine.post(path, data={**form, field: place}).status_code in {404, 422}, place
    assert mine.post(path, data={**form, field: IN_HERE}).status_code in {200, 302}


@pytest.mark.parametrize(("role", "path", "form", "field"), FORMS)
def test_who_sees_everywhere_sets_it_anywhere(
    sign_in: SignIn, role: Role, path: str, form: dict[str, str], field: str
) -> None:
    every = sign_in(role, f"{role}-all", place=HERE, sees="*")
    assert every.post(path, data={**form, field: ELSEWHERE}).status_code in {200, 302}


def test_a_partner_of_the_country_is_let_in_renewed_and_seen_by_who_sees_everywhere(
    sign_in: SignIn, database: Database
) -> None:
    mine = sign_in(ADMINISTRATOR, "here", place=HERE, sees="")
    every = sign_in(ADMINISTRATOR, "all", place=HERE, sees="*")
    assert "gmp_" in every.post("/partners", data=PARTNER | {"place": "*"}).text
    assert "so-y-te" in every.get("/partners").text
    assert "so-y-te" not in mine.get("/partners").text
    for act in ("token", "revoke"):
        assert mine.post(f"/partners/so-y-te/{act}").status_code == 404
    with database.read() as session:
        assert session.get_one(Partner, "so-y-te").revoked_at is None
    assert "gmp_" in every.post("/partners/so-y-te/token").text


def test_an_administrator_manages_the_partners_of_their_own_place(sign_in: SignIn) -> None:
    mine = sign_in(ADMINISTRATOR, "here", place=HERE, sees="")
    assert "gmp_" in mine.post("/partners", data=PARTNER | {"place": HERE}).text
    assert "gmp_" in mine.post("/partners/so-y-te/token").text
    assert "so-y-te" in mine.get("/partners").text
    assert mine.post("/partners/so-y-te/revoke").status_code == 302


def test_a_target_for_all_places_is_set_and_ended_by_who_sees_everywhere(
    sign_in: SignIn, database: Database, now: datetime
) -> None:
    rule = uuid4()
    with database.write() as session:
        session.add(TargetRule(id=rule, kind="", place="", start=5, rate=1, basis="target",
                               since=date(2026, 11, 1), set_by="u", set_at=now))  # fmt: skip
    mine = sign_in(OFFICER, "here", place=HERE, sees="")
    assert f"/targets/rules/{rule}/end" not in mine.get("/targets/settings").text
    assert mine.post(f"/targets/rules/{rule}/end").status_code == 404
    assert mine.post("/targets/rules", data=RULE | {"place": ""}).status_code == 404
    every = sign_in(OFFICER, "all", place=HERE, sees="*")
    assert f"/targets/rules/{rule}/end" in every.get("/targets/settings").text
    assert every.post(f"/targets/rules/{rule}/end").status_code == 302
    assert every.post("/targets/rules", data=RULE | {"place": ""}).status_code == 302


def test_a_population_is_entered_for_ones_own_places_alone(sign_in: SignIn) -> None:
    mine = sign_in(OFFICER, "here", place=HERE, sees="")
    own = f"{IN_HERE};Xã;;900"
    both = {"list": f"{own}\n{ELSEWHERE};Huyện;;900"}
    assert mine.post("/targets/localities", data=both).status_code == 404
    assert mine.post("/targets/localities", data={"list": own}).status_code == 302


def test_a_shared_zone_is_changed_by_who_has_all_of_it(
    sign_in: SignIn, database: Database, now: datetime
) -> None:
    zone, today = uuid4(), date(2026, 11, 1)
    with database.write() as session:
        session.add(Zone(id=zone, name="Chung", created_at=now, created_by="u"))
        session.flush()
        for place in (HERE, ELSEWHERE):
            session.add(ZonePart(id=uuid4(), zone_id=zone, place=place, since=today, set_by="u",
                                 set_at=now))  # fmt: skip
        session.add(ZoneLevel(id=uuid4(), zone_id=zone, level="red", since=today, reason="",
                              set_by="u", set_at=now))  # fmt: skip
    mine = sign_in(OFFICER, "here", place=HERE, sees="")
    both = sign_in(OFFICER, "both", place=HERE, sees=f"{HERE} {ELSEWHERE}")
    swab = sign_in(Role.SWAB_TEAM, "swab", place=HERE, sees="")
    for who, offered in ((mine, 1), (both, 4), (swab, 0)):  # its own part to take out; all forms
        page = who.get(f"/zones/{zone}")
        assert page.status_code == 200
        assert page.text.count('method="post" action="/zones/') == offered
    for form in ({"level": "orange"}, {"level": "lifted"}):
        assert mine.post(f"/zones/{zone}/level", data=form).status_code == 404
    assert mine.post(f"/zones/{zone}/parts", data={"part": IN_HERE}).status_code == 404
    assert both.post(f"/zones/{zone}/level", data={"level": "orange"}).status_code == 302
    assert both.post(f"/zones/{zone}/level", data={"level": "lifted"}).status_code == 302


def test_a_zone_grows_by_no_place_and_no_point_of_others(
    sign_in: SignIn, elsewhere: Furnished
) -> None:
    mine = sign_in(OFFICER, "here", place=HERE, sees="")
    there = [ELSEWHERE, elsewhere.ids["point_id"], elsewhere.ids["point_id"].lower()]
    drawn = mine.post("/zones", data=ZONE | {"parts": HERE}).location
    for part in [*there, "ABCDEFGH"]:
        assert mine.post(f"{drawn}/parts", data={"part": part}).status_code == 404, part
        assert mine.post("/zones", data=ZONE | {"parts": f"{HERE},{part}"}).status_code == 404
    assert mine.post(f"{drawn}/parts", data={"part": IN_HERE}).status_code == 302


def test_no_code_enrols_a_station_of_another_place(
    sign_in: SignIn, database: Database, elsewhere: Furnished
) -> None:
    mine = sign_in(ADMINISTRATOR, "here", place=HERE, sees="")
    form = {"station": "b-9", "label": "B", "duty": "sampling", "place": ELSEWHERE}
    assert mine.post("/stations", data=form).status_code == 404
    assert mine.post(f"/stations/{elsewhere.station}/code").status_code == 404
    with database.read() as session:
        assert session.get(Station, "b-9") is None
