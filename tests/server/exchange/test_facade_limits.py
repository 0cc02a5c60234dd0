"""Partners that read as FHIR: within limits, traced, and one person is one Patient."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from contract.identities import System
from server.accounts import partners
from server.accounts.partner_limits import PartnerQuestion
from server.audit.models import AuditEntry
from server.config import Settings
from server.errors import BadInput
from server.lab.words import Call
from server.people import merges
from server.people import queries as people
from server.people.merge_models import PersonMerge
from server.people.models import Identity
from server.permissions import Scope

Day = Any
Get = Callable[..., Any]
NUMBERS = ("024191000123", "024191000124")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return Settings(data=settings.data, database=settings.database, background=False,
                    fhir_per_minute=6, resolve_misses_per_hour=2)  # fmt: skip


@pytest.fixture
def two(day: Day) -> list[Any]:
    """Two records with a number and a result each."""
    found = []
    for number, call in zip(NUMBERS, (Call.POSITIVE, Call.NEGATIVE), strict=True):
        tube, [pairing] = day.pair(f"Người {number[-1]}")
        with day.database.write() as session:
            session.add(
                Identity(
                    id=uuid4(), person_id=pairing.person_id, system="cccd", value=number,
                    value_blind=people.value_blind(people.Key(System.CITIZEN, number)),
                    claimed=False, kind="citizen-card", evidence="test", linked_at=day.now,
                    linked_by="test",
                )
            )  # fmt: skip
        day.release(tube, call)
        found.append(pairing)
    return found


@pytest.fixture
def headers(day: Day) -> dict[str, str]:
    with day.database.write() as session:
        token = partners.add_partner(
            session, "cdc", label="CDC", scopes=[Scope.FHIR_READ], place="vn-2021:24", by="u",
            now=day.now,
        )  # fmt: skip
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def get(app: Flask, headers: dict[str, str]) -> Get:
    client = app.test_client()
    return lambda path, **query: client.get(f"/fhir/{path}", query_string=query, headers=headers)


def looks(day: Day) -> list[UUID]:
    asked = select(AuditEntry.subject).where(AuditEntry.action == "person.read")
    with day.database.read() as session:
        return [UUID(each) for each in session.scalars(asked)]


def test_who_asks_in_vain_must_wait_and_so_must_who_asks_all_the_time(
    get: Get, two: list[Any], clock: Any
) -> None:
    for _ in range(6):
        assert get(f"Patient/{two[0].person_id}").status_code == 200
    late = get(f"Patient/{two[0].person_id}")
    assert (late.status_code, late.json["issue"][0]["code"]) == (429, "throttled")
    clock.advance(minutes=1, seconds=1)
    quiet = get("Observation", patient=str(two[0].person_id), _lastUpdated="ge2030-01-01T00:00Z")
    assert quiet.json["total"] == 0  # nothing new is no question in vain
    assert get("Patient", identifier="urn:ghepmau:cccd|024191009999").json["total"] == 0
    assert get(f"Observation/{uuid4()}").status_code == 404
    assert get(f"Patient/{two[0].person_id}").status_code == 429
    clock.advance(hours=1, seconds=1)
    assert get(f"Patient/{two[0].person_id}").status_code == 200


def test_each_number_of_a_match_is_a_question_and_each_in_vain_counts(
    app: Flask, get: Get, headers: dict[str, str], two: list[Any]
) -> None:
    numbers = [{"system": "urn:ghepmau:cccd", "value": f"02419100999{last}"} for last in range(2)]
    asked = {"resourceType": "Patient", "identifier": numbers}
    answer = app.test_client().post("/fhir/Patient/$match", json=asked, headers=headers)
    assert answer.get_json()["total"] == 0
    assert get(f"Patient/{two[0].person_id}").status_code == 429


def test_a_match_goes_no_further_than_the_limit_of_questions_in_vain(
    app: Flask, headers: dict[str, str], two: list[Any], day: Day
) -> None:
    """Two in vain are let; the third number, which somebody has, is not tried any more."""
    values = ["024191009990", "024191009991", NUMBERS[0], "024191009992"]
    numbers = [{"system": "urn:ghepmau:cccd", "value": value} for value in values]
    asked = {"resourceType": "Patient", "identifier": numbers}
    answer = app.test_client().post("/fhir/Patient/$match", json=asked, headers=headers)
    assert (answer.status_code, answer.get_json()["issue"][0]["code"]) == (429, "throttled")
    assert looks(day) == []
    with day.database.read() as session:
        known = list(session.scalars(select(PartnerQuestion.known)))
    assert known == [False, False]


def test_a_look_at_a_specimen_is_in_the_trail_too(get: Get, two: list[Any], day: Day) -> None:
    assert get(f"Specimen/{two[0].id}").status_code == 200
    assert get(f"Specimen/{uuid4()}").status_code == 404
    assert looks(day) == [two[0].person_id]


def test_merged_records_are_one_patient_until_they_part(
    get: Get, two: list[Any], day: Day, clock: Any
) -> None:
    first, second = sorted(each.person_id for each in two)
    with day.database.write() as session:
        merges.merge(session, first, second, reason="x", evidence="t", by="u", now=day.now)
        eldest, other = merges.together(session, first)
    for number in NUMBERS:
        answer = get("Patient", identifier=f"urn:ghepmau:cccd|{number}").json
        assert [entry["resource"]["id"] for entry in answer["entry"]] == [str(eldest)]
    found = get("Observation", patient=str(other)).json["entry"]
    assert len(found) == 2
    assert {each["resource"]["subject"]["reference"] for each in found} == {f"Patient/{eldest}"}
    moved = get(f"Patient/{other}").json
    assert (moved["active"], moved["link"]) == (
        False, [{"other": {"reference": f"Patient/{eldest}"}, "type": "replaced-by"}],
    )  # fmt: skip
    clock.advance(minutes=2)
    with day.database.write() as session:
        [edge] = session.scalars(select(PersonMerge))
        merges.part(session, edge.id, reason="khác người", by="u", now=day.now)
    assert "link" not in get(f"Patient/{other}").json
    assert get("Observation", patient=str(other)).json["total"] == 1


@pytest.mark.parametrize(
    ("area", "place", "covered"),
    [
        ("vn-2021:24", "vn-2021:24.222.07", True),
        ("vn-2021:24", "vn-2025:24.00001", False),
        ("vn-2021:2", "vn-2021:24", False),
        ("", "vn-2021:24", False),
        ("", "", False),
        ("*", "vn-2025:24", True),
        ("*", "", True),
    ],
)
def test_a_partners_place_covers_what_is_in_it_and_an_empty_one_nothing(
    area: str, place: str, *, covered: bool
) -> None:
    assert partners.covers(area, place) is covered


def test_a_partner_needs_a_place(day: Day) -> None:
    for place in ("", "khắp nơi", "24"):
        with pytest.raises(BadInput), day.database.write() as session:
            partners.add_partner(
                session, "x1", label="X", scopes=[Scope.RESOLVE], place=place, by="u", now=day.now
            )
