"""Nothing counts as applied but what took effect; what was refused, waits or is gone is told."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from benchmarks.ingest_traffic import Chain, drive
from benchmarks.load import BARS, tell
from benchmarks.load_kept import Kept, Open, kept, pairings
from benchmarks.load_site import Site, site
from benchmarks.report import Report
from server.db import open_database
from server.intake.models import WireEvent

EACH, PATIENCE = 5, 60.0


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path, "sqlite", 4, 20, 1) as one:
        yield one


def test_what_is_refused_waits_or_is_gone_is_not_applied_and_a_bar_says_so(made: Site) -> None:
    good, no_lot, unreadable, unsent = made.chains
    sent(made, good)
    found = kept(made, made.chains, PATIENCE)
    assert counts(found) == (0, 0, 0, 0)
    assert found.drained.last == Open(0, 0, 0)
    assert pairings(made) == EACH
    assert missed(found) == []

    no_lot.first += 1_000
    unreadable.seals = ["sealed to nobody"]
    sent(made, good, no_lot, unreadable)
    found = kept(made, made.chains, PATIENCE)
    assert found.drained.last == Open(0, refused=EACH, waiting=EACH)
    assert found.drained.applied <= EACH  # of what was there when we began to look
    assert counts(found) == (0, 0, 2 * EACH, 0)
    assert pairings(made) == 2 * EACH
    assert missed(found) == ["unpaired", "refused", "waiting"]

    said_to_be_applied(made)
    unsent.events(2)  # minted, and never there
    found = kept(made, made.chains, PATIENCE)
    assert found.drained.last == Open(0, 0, 0)
    assert counts(found) == (2, 0, 2 * EACH + 2, 0)
    assert missed(found) == ["lost", "unpaired"]


def sent(made: Site, *chains: Chain) -> None:
    drive(made.port, [[chain.upload(chain.events(EACH))] for chain in chains])


def counts(found: Kept) -> tuple[int, int, int, int]:
    return found.lost, found.doubled, found.unpaired, found.misplaced


def missed(found: Kept) -> list[str]:
    report = Report("load", bars=BARS)
    tell(found, report, engine=False)
    return [key for key, met in report.met().items() if not met]


def said_to_be_applied(made: Site) -> None:
    database = open_database(made.settings.database_url)
    with database.write() as session:
        session.execute(update(WireEvent).values(state="applied", problem=None))
    database.engine.dispose()
