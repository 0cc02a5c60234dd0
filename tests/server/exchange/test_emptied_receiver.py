"""A FHIR server that was emptied, or set back to a copy, and has no more what it once took."""

from typing import Any

from server.lab.words import Call
from tests.server.exchange.conftest import Day
from tests.server.exchange.test_fhir_peers import CODES, Peer, peer, value

__all__ = ["peer"]

MADE = [("Patient", "person"), ("Specimen", "pairing"), ("Observation", "outcome"),
        ("DiagnosticReport", "report")]  # fmt: skip


def named(tube: object, pairing: Any) -> dict[str, object]:
    line = f"{tube}/{pairing.person_id}"
    return {"person": pairing.person_id, "pairing": pairing.id, "outcome": line, "report": line}


def take_away(peer: Peer, kind: str, of: str, ours: object) -> None:
    [there] = peer.found(kind, of, ours)
    peer.pool.request("DELETE", f"{peer.url}/{kind}/{there['id']}")
    assert peer.found(kind, of, ours) == []


def test_a_receiver_that_was_emptied_gets_the_correction_whole(peer: Peer, day: Day) -> None:
    tube, [an] = day.pair("Lê Văn An")
    result = day.release(tube, Call.POSITIVE)
    assert peer.send() == 1
    for kind, of in MADE:
        take_away(peer, kind, of, named(tube, an)[of])
    day.correct(result, Call.NEGATIVE)
    assert peer.send() == 1
    assert value(peer.observation(tube, an)) == CODES.values["negative"]
    assert [len(peer.found(kind, of, named(tube, an)[of])) for kind, of in MADE] == [1, 1, 1, 1]


def test_what_alone_is_gone_there_is_made_again_and_the_rest_is_not_made_twice(
    peer: Peer, day: Day
) -> None:
    tube, [an] = day.pair("Lê Văn An")
    result = day.release(tube, Call.POSITIVE)
    assert peer.send() == 1
    take_away(peer, "Observation", "outcome", named(tube, an)["outcome"])
    day.correct(result, Call.NEGATIVE)
    assert peer.send() == 1
    assert value(peer.observation(tube, an)) == CODES.values["negative"]
    assert [len(peer.found(kind, of, named(tube, an)[of])) for kind, of in MADE] == [1, 1, 1, 1]
