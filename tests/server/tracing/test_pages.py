"""Zones and traces in the browser: levels with history, lists that leave only with a reason."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from server.accounts.roles import Role
from server.audit.models import AuditEntry
from server.audit.takeout_models import TakeOut
from server.db import Database
from server.declarations.check_ins import Comer, Coming, keep
from server.declarations.kinds import PointKind
from server.declarations.points import PointWish, add_point
from server.declarations.zones.queries import ZoneMap, zones_of_person
from server.outcomes.models import Outcome

SignIn = Callable[..., FlaskClient]
PLACE = "vn-2021:24.222.07"


class Case:
    """A positive person at a market, another beside them, both sampled or not."""

    point: str
    outcome: UUID
    case: UUID
    other: UUID


@pytest.fixture
def case(database: Database, make_scene: Any, clock: Any) -> Case:
    made, now = Case(), clock()
    with database.write() as session:
        scene = make_scene(session)
        point = add_point(
            session,
            PointWish(PointKind.MARKET, "Chợ Mẫu", PLACE, latitude=21.28, longitude=106.1),
            by="u", now=now - timedelta(days=5),
        )  # fmt: skip
        person, other = scene.person("Nguyễn Thị Mẫu"), scene.person("Trần Văn Vẻ")
        comings = [
            Coming(id=uuid4(), comer=Comer(each.id), source="keeper", point=point.name,
                   point_id=point.id, place=PLACE, at=now - timedelta(hours=1))
            for each in (person, other)
        ]  # fmt: skip
        keep(session, comings, now=now)
        tube = scene.tube()
        pairing = scene.pair(tube, person)
        outcome = Outcome(
            id=uuid4(), tube=tube, person_id=person.id, version=1, status="positive", reason="",
            pairing_id=pairing.id, place=PLACE, sampled_at=now, at=now,
        )  # fmt: skip
        session.add(outcome)
        made.point, made.outcome = point.id, outcome.id
        made.case, made.other = person.id, other.id
    return made


def draw(officer: FlaskClient, *parts: str, level: str = "red", since: str = "2026-11-22") -> str:
    said = {"name": "Ổ dịch Mẫu", "level": level, "parts": "\n".join(parts), "since": since,
            "reason": "QĐ 1"}  # fmt: skip
    answer = officer.post("/zones", data=said)
    assert answer.status_code == 302, answer.text
    return str(answer.location).rsplit("/", 1)[1]


def test_a_zones_levels_and_parts_keep_their_history(
    sign_in: SignIn, database: Database, case: Case, clock: Any
) -> None:
    officer = sign_in(Role.HEALTH_OFFICER)
    zone = draw(officer, "vn-2021:24.222", case.point)
    officer.post(f"/zones/{zone}/level", data={"level": "orange", "since": "2026-11-24"})
    page = officer.get(f"/zones/{zone}?lang=en").text
    assert ("22 Nov 2026 – 23 Nov 2026" in page, "Orange zone" in page) == (True, True)
    with database.read() as session:
        today = clock().date()
        assert ZoneMap.of(session, today).level_of(case.point, "") == "red"
        assert ZoneMap.of(session, today + timedelta(days=1)).level_of(None, PLACE) == "orange"
        assert ZoneMap.of(session, today - timedelta(days=2)).level_of(None, PLACE) is None
        assert ZoneMap.of(session, today).level_of(None, "vn-2021:24.223") is None
        assert [each.level for each in zones_of_person(session, [case.case], today)] == ["red"]
    back = officer.post(f"/zones/{zone}/level", data={"level": "red", "since": "2026-11-01"})
    assert back.status_code == 422
    officer.post(f"/zones/{zone}/level", data={"level": "lifted", "since": "2026-11-25"})
    again = officer.post(f"/zones/{zone}/parts", data={"part": "vn-2021:24"})
    assert again.status_code == 409
    assert "Ổ dịch Mẫu" in officer.get(f"/zones?point={case.point}").text


def test_where_zones_overlap_the_strictest_counts(
    sign_in: SignIn, database: Database, case: Case, clock: Any
) -> None:
    officer = sign_in(Role.HEALTH_OFFICER)
    draw(officer, "vn-2021:24", level="yellow")
    draw(officer, case.point, level="red")
    with database.read() as session:
        map_ = ZoneMap.of(session, clock().date())
        assert map_.level_of(case.point, PLACE) == "red"
        assert map_.level_of("another", PLACE) == "yellow"


@pytest.mark.parametrize("part", ["24.222", "K7M3Q9XX", ""])
def test_a_zone_of_nothing_is_refused(sign_in: SignIn, part: str) -> None:
    said = {"name": "V", "level": "red", "parts": part}
    assert sign_in(Role.HEALTH_OFFICER).post("/zones", data=said).status_code == 422


def test_of_several_places_the_one_that_is_not_theirs_is_named(sign_in: SignIn) -> None:
    said = {"name": "Vùng", "level": "red", "parts": "Việt Yên\nViệt Yêm"}
    officer = sign_in(Role.HEALTH_OFFICER, place="vn-2021:24.222", sees="")
    refused = officer.post("/zones", data=said)
    assert (refused.status_code, "“Việt Yêm”: không có nơi" in refused.text) == (404, True)


def test_who_came_to_the_zone_and_was_not_sampled(sign_in: SignIn, case: Case) -> None:
    officer = sign_in(Role.HEALTH_OFFICER)
    zone = draw(officer, PLACE)
    page = officer.get(f"/zones/{zone}/unsampled").text
    assert ("Trần Văn Vẻ" in page, "Nguyễn Thị Mẫu" in page) == (True, False)
    team = sign_in(Role.SWAB_TEAM).get(f"/zones/{zone}/unsampled").text
    assert ("Trần Văn Vẻ" in team, "T●●● Văn V●" in team) == (False, True), "names are masked"
    assert sign_in(Role.SWAB_TEAM).post(f"/zones/{zone}/unsampled", data={}).status_code == 403
    assert sign_in(Role.SWAB_TEAM).get(f"/traces?point={case.point}").status_code == 403


def test_a_case_leads_to_who_was_beside_it_as_list_graph_and_map(
    sign_in: SignIn, database: Database, case: Case
) -> None:
    officer = sign_in(Role.HEALTH_OFFICER)
    assert str(case.outcome) in officer.get("/traces").text
    page = officer.get(f"/traces?outcome={case.outcome}&lang=en").text
    assert "Trần Văn Vẻ" in page
    assert page.count("<svg") >= 3, "the brand, the graph, the map"
    assert 'class="node f1"' in page
    for query in (f"point={case.point}", f"person={case.case}", "vehicle=29A-1"):
        assert officer.get(f"/traces?{query}").status_code == 200
    assert officer.get("/traces?outcome=nothing").status_code == 404
    with database.read() as session:
        read = select(AuditEntry.subject).where(AuditEntry.action == "trace.read")
        assert f"person:{case.case}" in session.scalars(read).all()


def test_a_case_that_was_corrected_is_traced_as_positive_no_more(
    sign_in: SignIn, database: Database, case: Case, clock: Any
) -> None:
    officer = sign_in(Role.HEALTH_OFFICER)
    asked, took = f"/traces?outcome={case.outcome}", {"outcome": str(case.outcome), "form": "csv"}

    def correct(version: int, status: str, supersedes: UUID, days: int) -> UUID:
        with database.write() as session:
            of = session.get_one(Outcome, case.outcome)
            made = Outcome(
                id=uuid4(), tube=of.tube, person_id=of.person_id, version=version, status=status,
                reason="corrected", pairing_id=of.pairing_id, place=PLACE, supersedes=supersedes,
                sampled_at=clock() - timedelta(days=days), at=clock(),
            )  # fmt: skip
            session.add(made)
            return made.id

    second = correct(2, "positive", case.outcome, 9)  # sampled long before they met: nobody
    assert officer.get(asked).status_code == 200
    assert "Trần Văn Vẻ" not in officer.get(asked).text
    correct(3, "negative", second, 0)
    assert officer.get(asked).status_code == 404
    reason = {"reason": "Gửi trạm y tế Hồng Thái để gọi"}
    assert officer.post("/traces/export", data={**took, **reason}).status_code == 404
    assert officer.get(f"/traces?person={case.case}").status_code == 200  # of whom nothing is said


def test_whoever_is_in_the_picture_is_named_though_the_list_is_cut(
    sign_in: SignIn, database: Database, case: Case, make_scene: Any, clock: Any
) -> None:
    """The graph draws F2 of the longest F1, who may stand behind the 200 that the list shows."""
    now = clock()
    with database.write() as session:
        scene = make_scene(session)
        shops = [
            add_point(session, PointWish(kind, "S", PLACE), by="u", now=now).id
            for kind in (PointKind.GROCERY, PointKind.HOTEL)
        ]

        def came(point: str, minutes: int) -> UUID:
            who = scene.person().id
            come(who, point, minutes)
            return who

        def come(who: UUID, point: str, minutes: int) -> None:
            made = Coming(id=uuid4(), comer=Comer(who), source="keeper", point="S", point_id=point,
                          place=PLACE, at=now + timedelta(minutes=minutes))  # fmt: skip
            keep(session, [made], now=now)

        first = came(case.point, -56)  # of equally long ones chance would choose
        longest = [first, *(came(case.point, -55) for _ in range(29))]
        shortest = came(case.point, -5)
        come(longest[0], shops[0], 60)
        came(shops[0], 85)
        come(shortest, shops[1], 60)
        for _ in range(205):
            came(shops[1], 61)
    page = sign_in(Role.HEALTH_OFFICER).get(f"/traces?outcome={case.outcome}")
    assert page.status_code == 200
    assert 'class="node f2"' in page.text


def test_a_list_leaves_only_with_a_reason_and_carries_its_mark(
    sign_in: SignIn, database: Database, case: Case
) -> None:
    officer = sign_in(Role.HEALTH_OFFICER)
    said = {"outcome": str(case.outcome), "form": "csv"}
    assert officer.post("/traces/export", data=said).status_code == 422
    assert officer.post("/traces/export", data={**said, "reason": "x"}).status_code == 422
    reason = "Gửi trạm y tế Hồng Thái để gọi"
    answer = officer.post("/traces/export", data={**said, "reason": reason})
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert all("user:health-officer" in line and reason in line for line in lines if "F1" in line)
    assert (reason in lines[0], reason in lines[-1]) == (True, True)
    assert "Trần Văn Vẻ" in answer.text
    book = load_workbook(
        BytesIO(
            officer.post("/traces/export", data={**said, "form": "xlsx", "reason": reason}).data
        )
    )
    sheet = book.worksheets[0]
    assert (reason in sheet.oddHeader.center.text, reason in sheet.oddFooter.center.text) == (
        True, True,
    )  # fmt: skip
    with database.read() as session:
        kept = session.scalars(select(TakeOut)).all()
        assert [(each.people, each.reason, each.by) for each in kept] == [
            (1, reason, "user:health-officer")
        ] * 2
    assert reason in officer.get("/traces").text


def test_stays_and_the_infectious_period_are_set_on_a_page(sign_in: SignIn, case: Case) -> None:
    officer = sign_in(Role.HEALTH_OFFICER)
    said = {f"stay_{kind}": "45" for kind in PointKind} | {
        "days_before": "0", "days_after": "0", "least": "0"
    }  # fmt: skip
    assert officer.post("/traces/settings", data={**said, "least": "-1"}).status_code == 422
    assert officer.post("/traces/settings", data={**said, "days_after": "1"}).status_code == 302
    page = officer.get(f"/traces?outcome={case.outcome}").text
    assert "Trần Văn Vẻ" not in page, "an hour before the sample is not infectious any more"
