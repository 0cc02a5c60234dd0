"""Outcomes told to FHIR servers that nobody here wrote."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import quote

import pytest
import urllib3

from server.delivery import remotes, routes, services
from server.delivery.channels import Channel
from server.delivery.routes import Route
from server.delivery.worker import run_once
from server.exchange.codes import codes
from server.exchange.fhir import FhirChannel
from server.exchange.http import Access, Http
from server.lab.words import Call
from server.people.models import Person

CODES = codes("vn-core-0.6")
Day = Any


class Peer:
    """A FHIR server of others, as a target and as we look into it."""

    def __init__(self, url: str, day: Day, clock: Callable[[], datetime]) -> None:
        self.url, self.day, self.clock = url, day, clock
        self.pool = urllib3.PoolManager()
        routes.install([Route("cdc")])

    def channel(self) -> FhirChannel:
        http, database = Http(Access(self.url)), self.day.database
        return FhirChannel("cdc", http, CODES, database, self.clock, declarations=True)

    def send(self, channel: Channel | None = None) -> int:
        return run_once(self.day.database, {"cdc": channel or self.channel()}, self.clock())

    def found(self, kind: str, of: str, value: object) -> list[dict[str, Any]]:
        token = quote(f"{CODES.system(of)}|{value}", safe="")
        answer = self.pool.request("GET", f"{self.url}/{kind}?identifier={token}").json()
        return [entry["resource"] for entry in answer.get("entry", [])]

    def observation(self, tube: object, pairing: Any) -> dict[str, Any]:
        [only] = self.found("Observation", "outcome", f"{tube}/{pairing.person_id}")
        return only


@pytest.fixture(params=["sekmet", "medplum_sound"])
def peer(request: pytest.FixtureRequest, day: Day, clock: Any) -> Peer:
    return Peer(request.getfixturevalue(request.param), day, clock)


def value(observation: dict[str, Any]) -> str:
    [coding] = observation["valueCodeableConcept"]["coding"]
    code: str = coding["code"]
    return code


def test_a_result_stands_once_with_its_person_tube_and_report(peer: Peer, day: Day) -> None:
    tube, [an] = day.pair("Nguyễn Thị Mẫu")
    day.release(tube, Call.POSITIVE, ct_n="24.10")
    assert peer.send() == 1
    observation = peer.observation(tube, an)
    assert (observation["status"], value(observation)) == ("final", CODES.values["positive"])
    assert observation["component"][0]["valueQuantity"]["value"] == 24.1
    [specimen] = peer.found("Specimen", "pairing", an.id)
    assert specimen["accessionIdentifier"]["value"] == tube.text
    [patient] = peer.found("Patient", "person", an.person_id)
    assert patient["name"][0]["text"] == "Nguyễn Thị Mẫu"
    [report] = peer.found("DiagnosticReport", "report", f"{tube}/{an.person_id}")
    assert report["result"][0]["reference"].endswith(f"Observation/{observation['id']}")
    [message] = day.messages("cdc")
    assert message.receipt.startswith("DiagnosticReport/")


def test_the_declaration_before_the_sample_is_linked_to_the_finding(peer: Peer, day: Day) -> None:
    tube, [an] = day.pair("Lê Văn An")
    declared = day.declare(an.person_id)
    day.release(tube, Call.NEGATIVE)
    peer.send()
    [found] = peer.found("QuestionnaireResponse", "declaration", declared)
    observation = peer.observation(tube, an)
    assert found["partOf"][0]["reference"].endswith(f"Observation/{observation['id']}")
    assert found["item"][0]["answer"] == [{"valueBoolean": True}]


def test_sent_again_by_a_worker_that_lost_its_memory_it_stands_once(peer: Peer, day: Day) -> None:
    tube, [an] = day.pair("Lê Văn An")
    day.release(tube, Call.NEGATIVE)
    channel = peer.channel()
    [message] = day.messages("cdc")
    for _ in range(3):
        channel.deliver(message.subject, message.key, message.payload)
    with day.database.write() as session:
        remotes.forget(session, "cdc")
    channel.deliver(message.subject, message.key, message.payload)
    assert value(peer.observation(tube, an)) == CODES.values["negative"]
    assert len(peer.found("Specimen", "pairing", an.id)) == 1
    assert channel.read_back(message.subject, message.key, message.payload) == ""


def test_a_correction_supersedes_in_place(peer: Peer, day: Day) -> None:
    tube, [an] = day.pair("Lê Văn An")
    result = day.release(tube, Call.POSITIVE)
    peer.send()
    day.correct(result, Call.NEGATIVE)
    assert peer.send() == 1
    observation = peer.observation(tube, an)
    assert (observation["status"], value(observation)) == ("corrected", CODES.values["negative"])
    first, second = day.messages("cdc")
    assert first.receipt != second.receipt
    assert (
        peer.channel().read_back(first.subject, first.key, first.payload)
        == "the field status differs"
    )


def test_what_was_said_of_the_wrong_person_is_marked_as_an_error(peer: Peer, day: Day) -> None:
    tube, [an] = day.pair("Lê Văn An")
    day.release(tube, Call.POSITIVE)
    peer.send()
    day.void(an)
    assert peer.send() == 1
    observation = peer.observation(tube, an)
    assert observation["status"] == "entered-in-error"
    assert "valueCodeableConcept" not in observation
    assert peer.found("Specimen", "pairing", an.id)[0]["status"] == "entered-in-error"


def test_a_negative_pool_clears_each_member_on_the_one_pool_tube(peer: Peer, day: Day) -> None:
    tube, members = day.pair("Lê Văn An", "Trần Thị Bình", "Phạm Văn Cường", pool=True)
    day.release(tube, Call.NEGATIVE)
    assert peer.send() == 3
    [pool] = peer.found("Specimen", "pool-specimen", tube)
    assert (len(pool["parent"]), pool["extension"][0]["valueCode"]) == (3, "pooled")
    for member in members:
        observation = peer.observation(tube, member)
        assert value(observation) == CODES.values["negative"]
        assert observation["specimen"]["reference"].endswith(f"Specimen/{pool['id']}")
        [own] = peer.found("Specimen", "pairing", member.id)
        assert "subject" in own


def test_a_positive_pool_says_of_nobody_that_they_are_positive(peer: Peer, day: Day) -> None:
    tube, members = day.pair("Lê Văn An", "Trần Thị Bình", pool=True)
    day.release(tube, Call.POSITIVE)
    peer.send()
    for member in members:
        observation = peer.observation(tube, member)
        assert observation["status"] == "registered"
        assert "valueCodeableConcept" not in observation


def test_somebody_elses_change_at_the_receiver_is_not_overwritten_blindly(
    peer: Peer, day: Day
) -> None:
    tube, [an] = day.pair("Lê Văn An")
    result = day.release(tube, Call.POSITIVE)
    peer.send()
    [patient] = peer.found("Patient", "person", an.person_id)
    patient["telecom"] = [{"system": "phone", "value": "0911000000"}]
    peer.pool.request(
        "PUT", f"{peer.url}/Patient/{patient['id']}", json=patient,
        headers={"Content-Type": "application/fhir+json"},
    )  # fmt: skip
    day.correct(result, Call.NEGATIVE)
    assert peer.send() == 1  # a stale version was refused there, looked up and sent again
    assert value(peer.observation(tube, an)) == CODES.values["negative"]


def test_a_server_that_breaks_transactions_up_leaves_nothing_half_unseen(
    medplum_hostile: str, day: Day, clock: Any
) -> None:
    peer = Peer(medplum_hostile, day, clock)
    tube, [an] = day.pair("Lê Văn An")
    with day.database.write() as session:
        session.get_one(Person, an.person_id).birth = "1991-45-99"
    day.release(tube, Call.POSITIVE)
    assert peer.send() == 0  # HTTP 200, and a 400 within
    [message] = day.messages("cdc")
    assert (message.state, "Patient" in (message.last_error or "")) == ("dead", True)
    with day.database.write() as session:
        session.get_one(Person, an.person_id).birth = "1991-03-05"
        services.send_again(session, message.id, by="user:hoa", now=day.now)
    assert peer.send() == 1
    observation = peer.observation(tube, an)
    [patient] = peer.found("Patient", "person", an.person_id)
    assert observation["subject"]["reference"] == f"Patient/{patient['id']}"
