"""Two records were wrongly one person's, a number was another's, a name was wrong: receivers have
each one's own numbers and name once that is set right."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from contract.identities import Key, Kind, PersonCode, System
from contract.tubes import Tube
from server import hearing
from server.delivery import arrivals, routes
from server.delivery.routes import Route
from server.lab.words import Call
from server.people import merges, services
from server.people import numbers as links
from server.people.models import Person
from server.record import corrections, requests
from server.record.corrections import Correction
from tests.server.exchange.test_fhir_peers import CODES, Day, Peer, peer

__all__ = ["peer"]

BY = {"by": "user:hoa"}
AN, BINH = "024191000001", "024191000002"


@pytest.fixture(autouse=True)
def connected(day: Day) -> Iterator[None]:
    """Each part of the server is told what it is told in the server."""
    before = list(arrivals.listeners)
    hearing.connect()
    yield
    arrivals.listeners[:] = before


def come(day: Day, number: str, days: int = 0) -> tuple[Tube, UUID]:
    """Somebody shows a card, and is given a tube."""
    code = PersonCode(Kind.CITIZEN_CARD, number.encode(), (Key(System.CITIZEN, number),))
    with day.database.write() as session:
        scene = day.make_scene(session)
        scene.serial, scene.now = day.serial, day.now - timedelta(days=days)
        person = services.person_of(
            session, code, by="s", now=day.now, evidence=f"event:{uuid4()}", place="vn-2021:24"
        )
        tube = scene.tube()
        scene.pair(tube, person)
        day.serial = scene.serial
        return tube, person.id


def merge(day: Day, one: UUID, other: UUID) -> UUID:
    with day.database.write() as session:
        made = merges.merge(session, one, other, reason="", evidence="t", now=day.now, **BY)
        return made.id


def part(day: Day, edge: UUID) -> None:
    with day.database.write() as session:
        merges.part(session, edge, reason="hai người", now=day.now, **BY)


def numbers(peer: Peer, person: UUID) -> set[str]:
    [patient] = peer.found("Patient", "person", person)
    cccd = CODES.identifiers[System.CITIZEN]
    return {each["value"] for each in patient["identifier"] if each["system"] == cccd}


@pytest.mark.parametrize("peer", ["sekmet"], indirect=True)
def test_each_has_its_own_numbers_again(peer: Peer, day: Day) -> None:
    routes.install([Route("cdc", keeps_persons=True), Route("hook")])
    (older, an), (tube, binh) = come(day, AN, days=1), come(day, BINH)
    edge = merge(day, an, binh)
    day.release(older, Call.NEGATIVE)
    day.release(tube, Call.POSITIVE)
    peer.send()
    assert (numbers(peer, an), numbers(peer, binh)) == ({AN, BINH}, {AN, BINH})
    part(day, edge)
    assert peer.send() == 2
    assert (numbers(peer, an), numbers(peer, binh)) == ({AN}, {BINH})
    for which, person in ((older, an), (tube, binh)):
        [found] = peer.found("Observation", "outcome", f"{which}/{person}")
        assert found["status"] == "final"
    assert len(day.messages("hook")) == 2  # a document says what was so at its time


@pytest.mark.engines
def test_what_was_told_last_goes_again_behind_all_else_and_to_whoever_was_told(day: Day) -> None:
    wanted: dict[str, Any] = {"statuses": frozenset({"positive"}), "keeps_persons": True}
    routes.install([Route("cdc", keeps_persons=True), Route("few", **wanted)])
    (older, an), (tube, binh) = come(day, AN, days=1), come(day, BINH)
    first = day.release(older, Call.NEGATIVE)
    day.correct(first, Call.INCONCLUSIVE)
    edge = merge(day, an, binh)
    day.release(tube, Call.POSITIVE)
    part(day, edge)
    told = [(each.subject, each.version) for each in day.messages("cdc")]
    assert told[:3] == [(str(an), 1), (str(an), 2), (str(binh), 1)]
    assert sorted(told[3:]) == sorted([(str(an), 2), (str(binh), 1)])
    assert [each.key for each in day.messages("few")] == [
        f"{tube}/{binh}/v1", f"{tube}/{binh}/{edge}",
    ]  # fmt: skip
    part(day, merge(day, an, binh))
    assert len(day.messages("cdc")) == 7
    assert len(day.messages("declarations")) == 3


TAKEN = "024191000077"


def link(day: Day, person: UUID, *, take: bool = False) -> UUID:
    with day.database.write() as session:
        code = links.read_number(TAKEN)
        return links.link_number(
            session, person, code, reason="xem thẻ", take=take, now=day.now, **BY
        ).id


@pytest.mark.parametrize("peer", ["sekmet"], indirect=True)
def test_a_number_that_was_anothers_leaves_the_one_and_is_the_others(peer: Peer, day: Day) -> None:
    routes.install([Route("cdc", keeps_persons=True), Route("hook")])
    (older, an), (tube, binh) = come(day, AN, days=1), come(day, BINH)
    link(day, an)
    day.release(older, Call.POSITIVE)
    day.release(tube, Call.NEGATIVE)
    peer.send()
    assert (numbers(peer, an), numbers(peer, binh)) == ({AN, TAKEN}, {BINH})
    taken = link(day, binh, take=True)
    assert peer.send() == 2
    assert (numbers(peer, an), numbers(peer, binh)) == ({AN}, {BINH, TAKEN})
    with day.database.write() as session:
        links.unlink_number(session, taken, reason="nhầm", theirs=True, now=day.now, **BY)
    assert peer.send() == 2
    assert (numbers(peer, an), numbers(peer, binh)) == ({AN, TAKEN}, {BINH})
    assert len(day.messages("hook")) == 2  # a document says what was so at its time


@pytest.mark.parametrize("peer", ["sekmet"], indirect=True)
def test_a_name_that_is_set_right_is_told_again(peer: Peer, day: Day) -> None:
    routes.install([Route("cdc", keeps_persons=True)])
    tube, an = come(day, AN)
    day.release(tube, Call.NEGATIVE)
    peer.send()
    with day.database.write() as session:
        wish = requests.ask(session, an, requests.Kind.CORRECT, wish="tên", source="page",
                            due=day.now, by="person", now=day.now)  # fmt: skip
        corrections.correct(
            session, wish.id, Correction(name="Lê Thị An"), reason="xem thẻ", now=day.now, **BY
        )
        assert session.scalars(select(Person.name).where(Person.id == an)).one() == "Lê Thị An"
    assert peer.send() == 1
    [patient] = peer.found("Patient", "person", an)
    assert "Lê Thị An" in str(patient["name"])
