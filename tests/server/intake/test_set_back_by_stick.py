"""A card that was set back and has no network: sticks bring both histories, and a receipt speaks of
what is stored, not of what has the same numbers."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from device.backlog import Backlog
from device.stick import export, take_receipt
from server.db import Database
from server.intake import sticks
from server.intake.models import Quarantine, WireEvent
from server.intake.writer import Writer
from tests.server.intake.cards import AT, Card, enrolled

SHAPES = [(1, 6), (3, 1), (3, 3)]  # lost with the card, written since


@pytest.fixture
def writer(database: Database) -> Writer:
    return Writer(database)


def hand_in(card: Card, database: Database, writer: Writer, stick: Path) -> None:
    """Carry a stick from the station to the server."""
    stick.mkdir()
    for path in export(card.office, card.sent, stick).files:
        report = sticks.take(database, writer.store, path.read_bytes(), by="user:q", now=AT)
        assert report.sound


def bring_receipt(card: Card, database: Database, stick: Path) -> int:
    """Carry a receipt back; return how many events it answers for."""
    path = stick / "receipt"
    with database.read() as session:
        path.write_bytes(sticks.receipt_for(session, card.name, AT))
    return take_receipt(card.office, Backlog(card.folder), path)


def stored(database: Database, card: Card) -> set[bytes]:
    with database.read() as session:
        asked = select(WireEvent.payload).where(WireEvent.station == card.name)
        return set(session.scalars(asked))


def answered(card: Card) -> set[bytes]:
    """Return the events that do not wait any more."""
    batch, every = Backlog(card.folder).next(500), card.written
    return set(every) - {row.body for row in batch.rows} if batch else set(every)


@pytest.mark.parametrize("receipts", [(2,), (1, 2)], ids=["one", "each"])
def test_sticks_of_a_card_that_was_set_back_bring_both_histories(
    database: Database, writer: Writer, tmp_path: Path, receipts: tuple[int, ...]
) -> None:
    for lost, other in SHAPES:
        folder = tmp_path / f"{lost}-{other}"
        card = enrolled(database, folder / "card", f"b-{lost}-{other}")
        card.write(2)
        hand_in(card, database, writer, folder / "first")
        image = card.copied(folder / "image")
        card.write(lost)
        hand_in(card, database, writer, folder / "lost")
        every = set(card.written)
        card.set_back(image)
        for trip in (1, 2):
            card.write(other)
            hand_in(card, database, writer, folder / f"trip-{trip}")
            every |= set(card.written)
            assert stored(database, card) == every, (lost, other, trip)
            if trip in receipts:
                assert bring_receipt(card, database, folder / f"trip-{trip}") > 0
                assert answered(card) == set(card.written)
                seen = trip * other >= lost  # ours has an event where the other history ends
                assert bool(card.sent.forks) == seen
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Quarantine)) == 0


@pytest.mark.engines
def test_a_receipt_answers_for_an_unbroken_history_alone(
    database: Database, writer: Writer, tmp_path: Path
) -> None:
    """A server of before has stored what was longer of the second history after the first."""
    card = enrolled(database, tmp_path / "card", "ban-1")
    card.write(2)
    image = card.copied(tmp_path / "image")
    card.write(3)
    card.drain(writer)
    card.set_back(image)
    card.write(5)
    newer = card.copied(tmp_path / "newer")
    backlog = Backlog(newer.folder)
    [epoch] = {batch.epoch for batch in [backlog.next(1)] if batch}
    backlog.sent.acked[epoch] = 5  # what was set aside: the rest follows the first history
    backlog.save()
    newer.drain(writer)
    (tmp_path / "one").mkdir()
    assert bring_receipt(card, database, tmp_path / "one") == 0
    assert len(stored(database, card)) == 7
    hand_in(card, database, writer, tmp_path / "two")
    assert bring_receipt(card, database, tmp_path / "two") == 7
    assert stored(database, card) >= set(card.written)


@settings(max_examples=7, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lost=st.integers(0, 4), other=st.integers(1, 6),
    trips=st.lists(st.tuples(st.booleans(), st.integers(0, 9), st.integers(1, 9)), max_size=4),
)  # fmt: skip
def test_in_any_portions_a_receipt_never_answers_for_what_is_not_stored(
    database: Database, writer: Writer, tmp_path_factory: pytest.TempPathFactory,
    lost: int, other: int, trips: list[tuple[bool, int, int]],
) -> None:  # fmt: skip
    folder = tmp_path_factory.mktemp("trips")
    card = enrolled(database, folder / "card", f"b-{folder.name.replace('_', '-')}")
    card.write(2)
    image = card.copied(folder / "image")
    card.write(lost)
    older = card.copied(folder / "older")
    card.set_back(image)
    card.write(other)
    for number, (first, start, size) in enumerate([*trips, (True, 0, 9), (False, 0, 9)]):
        portion = (older if first else card).written[start : start + size]
        if portion:
            data = card.packed(portion)
            sticks.take(database, writer.store, data, by="user:q", now=AT)
        trip = folder / str(number)
        trip.mkdir()
        bring_receipt(card, database, trip)
        assert answered(card) <= stored(database, card)
    assert stored(database, card) == {*older.written, *card.written}
    assert answered(card) == set(card.written)
