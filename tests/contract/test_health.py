"""Heartbeats on the wire."""

from datetime import UTC, datetime

import pytest

from contract.health import Heartbeat, NoHeartbeat, decode, encode

AT = datetime(2026, 11, 22, 1, tzinfo=UTC)
BEAT = Heartbeat(station="ban-1", at=AT, trusted=True, boot="b", mono=5, queue=3)


def test_a_heartbeat_arrives_as_it_was_sent() -> None:
    assert decode(encode(BEAT)) == BEAT


def test_a_later_version_may_say_more() -> None:
    said = encode(BEAT).replace(b'"queue":3', b'"queue":3,"mood":"fine"')
    assert decode(said) == BEAT


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        encode(BEAT).replace(b'"mono":5', b'"mono":-5'),
        encode(BEAT).replace(b"ban-1", b"../ban"),
        encode(BEAT).replace(b'"v":1', b'"v":9'),
    ],
)
def test_what_is_no_heartbeat_is_refused(body: bytes) -> None:
    with pytest.raises(NoHeartbeat):
        decode(body)
