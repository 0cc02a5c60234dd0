"""A worker that was paused until its lease was over, and then goes on with what it had in hand."""

from typing import Any
from uuid import UUID

import pytest

from server.delivery import taking
from server.delivery.channels import Overtaken
from server.delivery.noting import note_all
from server.delivery.taking import Taken
from server.delivery.worker import hand_over
from server.exchange.http import Access
from server.lab.words import Call
from tests.server.exchange.test_fhir_peers import CODES, Day, Peer, peer, value
from tests.server.exchange.test_whose_specimen import Overtaken as Interrupted

__all__ = ["peer"]
pytestmark = pytest.mark.parametrize("peer", ["sekmet"], indirect=True)


def claim(day: Day, clock: Any) -> Taken:
    with day.database.write() as session:
        [taken] = taking.claim(session, target="cdc", now=clock())
    return taken


def others_go_on(peer: Peer, day: Day, result: UUID, clock: Any) -> None:
    """The lease runs out; another worker sends what it was for, and the correction."""
    clock.at += taking.LEASE
    assert peer.send() == 1
    day.correct(result, Call.NEGATIVE)
    assert peer.send() == 1


def test_it_puts_no_older_version_back(peer: Peer, day: Day, clock: Any) -> None:
    tube, [an] = day.pair("Lê Văn An")
    result = day.release(tube, Call.POSITIVE)
    slow = claim(day, clock)
    others_go_on(peer, day, result, clock)
    sent = hand_over(peer.channel(), slow)
    with day.database.write() as session:
        assert note_all(session, "cdc", [sent], clock()) == 0
    assert value(peer.observation(tube, an)) == CODES.values["negative"]
    assert isinstance(sent.error, Overtaken)
    assert [each.state for each in day.messages("cdc")] == ["delivered", "delivered"]


@pytest.mark.parametrize("before", [True, False], ids=["sent before", "never sent"])
def test_nor_does_it_where_it_was_paused_on_its_way_to_the_receiver(
    peer: Peer, day: Day, clock: Any, *, before: bool
) -> None:
    tube, [an] = day.pair("Lê Văn An")
    result = day.release(tube, Call.POSITIVE)
    slow = claim(day, clock)
    if before:  # and that was never noted: but what the receiver has is known
        hand_over(peer.channel(), slow)
    channel = peer.channel()
    meanwhile = Interrupted(Access(peer.url), lambda: others_go_on(peer, day, result, clock))
    channel.http = meanwhile
    sent = hand_over(channel, slow)
    assert value(peer.observation(tube, an)) == CODES.values["negative"]
    assert isinstance(sent.error, Overtaken)
