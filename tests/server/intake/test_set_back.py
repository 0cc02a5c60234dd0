"""A card that was set back and wrote on, over the wire: whichever history is the longer, both are
on the server, nothing is set aside, and the station goes on in a new epoch."""

from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import select

from device.backlog import Backlog, Batch
from server.db import Database
from server.intake.models import ChainAlert, WireEvent
from server.intake.writer import Writer
from tests.server.intake.cards import Card, enrolled

BEFORE = 2
SHAPES = [*product((0, 1, 3), (1, 3, 6)), (25, 31)]  # lost with the card, written since


@pytest.fixture
def writer(database: Database) -> Writer:
    return Writer(database)


def stored(database: Database, card: Card) -> list[bytes]:
    with database.read() as session:
        asked = select(WireEvent.payload).where(WireEvent.station == card.name)
        return sorted(session.scalars(asked))


def alerts(database: Database, card: Card) -> list[str]:
    with database.read() as session:
        asked = select(ChainAlert.kind).where(
            ChainAlert.station == card.name, ChainAlert.closed_at.is_(None)
        )
        return list(session.scalars(asked))


def set_back(
    database: Database, writer: Writer, folder: Path, lost: int, other: int
) -> tuple[Card, set[bytes]]:
    """Return a card that goes on from an image, and all that was ever confirmed with it."""
    card = enrolled(database, folder / "card", f"b-{folder.name}")
    card.write(BEFORE)
    card.drain(writer)
    image = card.copied(folder / "image")
    card.write(lost)
    card.drain(writer)
    before = set(card.written)
    card.set_back(image)
    card.write(other)
    return card, before | set(card.written)


def test_whichever_history_is_longer_both_reach_the_server(
    database: Database, writer: Writer, tmp_path: Path
) -> None:
    for number, (lost, other) in enumerate(SHAPES):
        most = 2 if number % 2 else 500  # events at once
        card, every = set_back(database, writer, tmp_path / f"{lost}-{other}", lost, other)
        card.drain(writer, most)
        assert stored(database, card) == sorted(every), (lost, other)
        assert card.sent.set_aside == [], (lost, other)
        assert bool(card.sent.forks) == bool(lost), (lost, other)
        assert alerts(database, card) == ["fork"] * bool(lost), (lost, other)
        card.write(3)
        card.drain(writer, most)
        assert stored(database, card) == sorted(every | set(card.written))


def test_an_answer_that_was_lost_does_not_hide_that_the_card_was_set_back(
    database: Database, writer: Writer, tmp_path: Path
) -> None:
    card, every = set_back(database, writer, tmp_path / "unheard", 2, 6)
    uplink, kept = card.uplink(writer), (card.folder / "uplink.json").read_bytes()
    uplink.turn()
    (card.folder / "uplink.json").write_bytes(kept)  # the power went before it could be noted
    card.drain(writer)
    assert stored(database, card) == sorted(every)
    assert card.sent.set_aside == []


def test_what_an_older_station_set_aside_is_sent_after_all(
    database: Database, writer: Writer, tmp_path: Path
) -> None:
    """It took the server's newest event, its own, for a sign that it had not been set back."""
    card, every = set_back(database, writer, tmp_path / "older", 3, 7)
    backlog = Backlog(card.folder)
    while (batch := backlog.next(1)) is not None:
        if batch.last <= BEFORE + 3:
            backlog.set_aside(batch, 409, "changed-replay")
        else:
            backlog.done(Batch(batch.epoch, batch.rows))
    backlog.save()
    card.drain(writer)
    assert stored(database, card) == sorted(every)
    assert card.sent.set_aside == []
    assert len(card.sent.forks) == 1
