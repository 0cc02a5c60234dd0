"""Nothing happened later than it came here, whatever a clock that was never set says."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from contract import sealing
from contract.duty_events import CheckedIn
from contract.events import encode_batch
from contract.tubes import TubeId
from server.db import Database
from server.declarations.models import CheckIn
from server.intake.applier import apply_pending
from server.intake.models import StationBoot
from server.sampling.models import Pairing
from tests.server.intake.conftest import CODE

pytestmark = pytest.mark.engines

AHEAD, MINUTE = datetime(2030, 5, 1, tzinfo=UTC), 60 * 10**9
T1 = TubeId.mint(26, 1)


def pairing_of(database: Database) -> Pairing:
    with database.read() as session:
        return session.scalars(select(Pairing)).one()


def send(sender: Any, database: Database, now: datetime, later: timedelta) -> Pairing:
    """Send a pairing in the boot after its own; it is applied *later*."""
    event = sender.pairing(T1, at=AHEAD, trusted=False, boot="boot-a", mono=MINUTE)
    body = encode_batch(sender.name, [event], boot="boot-b", mono=MINUTE)
    assert sender.post(body).status_code == 200
    apply_pending(database, now + later)
    return pairing_of(database)


def test_a_pairing_is_no_later_than_it_came(
    sender: Any, with_lots: None, database: Database, now: datetime
) -> None:
    pairing = send(sender, database, now, timedelta(hours=2))
    assert (pairing.paired_at, pairing.trusted, pairing.claimed_at) == (now, False, AHEAD)


def test_the_first_exact_word_still_sets_it_right(
    sender: Any, with_lots: None, database: Database, now: datetime
) -> None:
    send(sender, database, now, timedelta(0))
    began = now - timedelta(hours=3)
    with database.write() as session:
        session.add(StationBoot(station=sender.name, boot="boot-a", zero_at=began, how="upload"))
    apply_pending(database, now)
    pairing = pairing_of(database)
    assert (pairing.paired_at, pairing.trusted) == (began + timedelta(minutes=1), True)
    assert pairing.claimed_at == AHEAD


def test_one_of_before_whose_boot_says_what_cannot_be_is_no_later_either(
    sender: Any, with_lots: None, database: Database, now: datetime
) -> None:
    send(sender, database, now, timedelta(0))
    with database.write() as session:
        row = session.scalars(select(Pairing)).one()
        row.paired_at, row.claimed_at = AHEAD, None  # as a server of before kept it
        session.add(StationBoot(station=sender.name, boot="boot-a", zero_at=AHEAD, how="upload"))
    apply_pending(database, now)
    pairing = pairing_of(database)
    assert (pairing.paired_at, pairing.trusted, pairing.claimed_at) == (now, False, AHEAD)


def test_nor_is_a_check_in(sender: Any, with_lots: None, database: Database, now: datetime) -> None:
    sealed = sealing.seal(sender.vault.sealing.public_key(), CODE)
    event = sender.write(
        CheckedIn, person=sealed, person_kind="citizen-card", tag="0" * 16, symptoms="no",
        at=AHEAD, trusted=False, boot="boot-a", mono=MINUTE,
    )  # fmt: skip
    assert sender.post(encode_batch(sender.name, [event])).status_code == 200
    apply_pending(database, now)
    with database.read() as session:
        made = session.scalars(select(CheckIn)).one()
    assert (made.at, made.trusted) == (now, False)
