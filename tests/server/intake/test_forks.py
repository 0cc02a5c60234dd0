"""A journal that was set back and went on: both histories are kept, nothing twice."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, select
from werkzeug.test import TestResponse

from contract import events
from contract.events import encode_batch
from contract.receipts import Changed
from server.db import Database
from server.intake.models import ChainAlert, Quarantine, StationEpoch, WireEvent
from server.intake.unbroken import heads_of

Sender = Any


def again(sender: Sender, *written: bytes) -> TestResponse:
    """Send events as a station does that knows that its journal was set back."""
    return sender.post(encode_batch(sender.name, list(written), fork=True))


def stored(database: Database) -> set[bytes]:
    with database.read() as session:
        return set(session.scalars(select(WireEvent.payload)))


def standing(database: Database) -> list[tuple[str, int]]:
    with database.read() as session:
        found = select(ChainAlert).where(ChainAlert.closed_at.is_(None))
        return [(alert.kind, alert.seq) for alert in session.scalars(found)]


def two_histories(sender: Sender, before: int, after: int, other: int) -> tuple[list[bytes], ...]:
    """Write a journal, set it back to *before* events, and write on otherwise."""
    first = [sender.write() for _ in range(before)]
    image = replace(sender)
    lost = [sender.write() for _ in range(after)]
    return first, lost, [image.write() for _ in range(other)]


@pytest.mark.parametrize(("after", "longer"), [(4, 2), (4, 6)])
def test_a_refusal_tells_what_stands_where_the_journal_first_differs_and_stores_nothing(
    sender: Sender, database: Database, after: int, longer: int
) -> None:
    """So a station of before, which looks whether that event is its own, sees what happened."""
    first, lost, other = two_histories(sender, 3, after, longer)
    sender.send(*first, *lost)
    for _ in range(2):
        answer = sender.send(*first, *other)
        assert answer.status_code == 409
        [head] = msgspec.json.decode(answer.data, type=Changed).heads
        assert (head.epoch, head.seq, head.hash) == (sender.epoch, 4, events.digest(lost[0]))
        assert stored(database) == {*first, *lost}


@pytest.mark.engines
def test_what_follows_a_fork_joins_it_though_its_station_does_not_say_so(
    sender: Sender, database: Database
) -> None:
    first, lost, other = two_histories(sender, 2, 3, 6)
    sender.send(*first, *lost)
    assert sender.send(*other[:4]).status_code == 409
    assert stored(database) == {*first, *lost}
    again(sender, *other[:4])
    assert sender.send(*other[4:]).get_json()["stored"] == 2
    assert stored(database) == {*first, *lost, *other}
    assert standing(database) == [("fork", 3)]  # no gap


def test_what_a_server_of_before_stored_beyond_the_fork_is_joined_by_the_rest(
    sender: Sender, database: Database
) -> None:
    """It stored what was longer of the second history after the first."""
    first, lost, other = two_histories(sender, 2, 2, 4)
    sender.send(*first, *lost)
    sender.send(*other[2:])
    assert sender.send(*other).status_code == 409
    assert again(sender, *other).get_json() | {"now": ""} == {"stored": 2, "known": 2, "now": ""}
    assert stored(database) == {*first, *lost, *other}


@pytest.mark.engines
@pytest.mark.parametrize("missing", [1, 2, 3])
def test_what_was_missing_before_the_fork_fills_its_gap(
    sender: Sender, database: Database, missing: int
) -> None:
    """Also where it parts right behind the gap."""
    first, lost, other = two_histories(sender, 3, 3, 2)
    sender.send(*first[: missing - 1])
    sender.send(*first[missing:], *lost)
    assert standing(database) == [("gap", missing)]
    assert again(sender, *first, *other).status_code == 200
    assert stored(database) == {*first, *lost, *other}
    assert standing(database) == [("fork", 4)]
    with database.read() as session:
        asked = select(WireEvent.seq).where(WireEvent.epoch == sender.epoch)
        assert list(session.scalars(asked.order_by(WireEvent.seq))) == [1, 2, 3, 4, 5, 6]
        assert [head.hash for head in heads_of(session, sender.name)] == [
            events.digest(other[-1]), events.digest(lost[-1]),
        ]  # fmt: skip
    assert again(sender, *first, *other).get_json()["known"] == 5


@pytest.mark.engines
def test_what_comes_while_a_receipt_is_written_does_no_harm_to_it(
    sender: Sender, database: Database
) -> None:
    written = [sender.write() for _ in range(4)]
    sender.send(*written[:1])
    late = [sender.send(*written[2:])] if is_sqlite(database) else []

    def come(*_: object) -> None:
        if not late:
            late.append(sender.send(*written[2:]))  # behind a gap

    with database.read() as session:
        connection = session.connection()
        event.listen(connection, "after_cursor_execute", come)
        [head] = heads_of(session, sender.name)
        event.remove(connection, "after_cursor_execute", come)
    assert late
    assert (head.seq, head.hash) == (1, events.digest(written[0]))


def is_sqlite(database: Database) -> bool:
    """Return whether a look sees what was there when it began: nothing comes between."""
    return database.engine.dialect.name == "sqlite"


def test_both_histories_are_kept_and_one_alert_stays_for_a_person(
    sender: Sender, database: Database
) -> None:
    first, lost, other = two_histories(sender, 3, 4, 2)
    sender.send(*first, *lost)
    sender.send(*other)
    answer = again(sender, *other)
    assert (answer.status_code, answer.get_json()["stored"]) == (200, 2)
    assert stored(database) == {*first, *lost, *other}
    assert standing(database) == [("fork", 4)]
    assert again(sender, *other).get_json()["known"] == 2
    assert sender.send(*first, *lost).get_json()["known"] == 7


def test_an_event_with_other_bytes_under_its_own_id_is_still_put_aside(
    sender: Sender, database: Database
) -> None:
    first, lost, other = two_histories(sender, 1, 1, 1)
    sender.send(*first, *lost)
    again(sender, *other)
    answer = again(sender, other[0].replace(b"0.1.0", b"6.6.6"))
    assert (answer.status_code, answer.get_json()["code"]) == (409, "changed-replay")
    assert stored(database) == {*first, *lost, *other}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.integers(0, 3),
    after=st.integers(1, 6),
    other=st.integers(1, 9),
    cuts=st.lists(st.tuples(st.integers(0, 9), st.integers(1, 5)), max_size=5),
)
def test_in_any_portions_and_any_number_of_times_the_end_is_the_same(
    sender: Sender, database: Database, before: int, after: int, other: int,
    cuts: list[tuple[int, int]],
) -> None:  # fmt: skip
    with database.write() as session:
        for model in (WireEvent, StationEpoch, ChainAlert, Quarantine):
            session.execute(delete(model))
    sender.epoch = f"{abs(hash((before, after, other, tuple(cuts)))):016x}"[:16]
    sender.seq, sender.prev = 0, events.NO_EVENT
    first, lost, branch = two_histories(sender, before, after, other)
    sender.send(*first, *lost)
    for start, size in [*cuts, (0, len(branch))]:
        if portion := branch[start : start + size]:
            assert again(sender, *portion).status_code == 200
    assert stored(database) == {*first, *lost, *branch}
    with database.read() as session:
        hashes = list(session.scalars(select(WireEvent.hash)))
    assert len(hashes) == len(set(hashes)) == len(first) + len(lost) + len(branch)
