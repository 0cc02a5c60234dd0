"""From stored events to persons, pairings and tallies."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from contract import events, specimens
from contract.tubes import TubeId
from server.accounts.roles import Role
from server.db import Database
from server.intake.applier import apply_pending
from server.intake.models import WireEvent
from server.people.models import Identity, Person
from server.sampling import lots, queries

pytestmark = pytest.mark.engines

Sender = Any
TUBE, POOL = TubeId.mint(26, 1), TubeId.mint(90, 1)


def states(database: Database) -> list[tuple[str, str | None]]:
    with database.read() as session:
        rows = session.execute(select(WireEvent.state, WireEvent.problem).order_by(WireEvent.seq))
        return [(row.state, row.problem) for row in rows]


def count(database: Database, table: type[Any]) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_pairing_finds_its_person_and_names_nobody_on_the_wire(
    sender: Sender, database: Database, with_lots: None, now: datetime
) -> None:
    written = sender.pairing(TUBE)
    assert "Mẫu".encode() not in written
    sender.send(written)
    assert apply_pending(database, now) == 1
    with database.read() as session:
        (pairing,) = queries.live_pairings(session, TUBE)
        assert pairing.id == events.decode(written).id
        assert pairing.person.name == "Nguyễn Thị Mẫu"
        assert pairing.place == "vn-2021:24"
        assert {link.system for link in pairing.person.identities} == {"cccd"}
    assert states(database) == [("applied", None)]


def test_applying_is_idempotent_even_if_events_are_marked_anew(
    sender: Sender, database: Database, with_lots: None, now: datetime
) -> None:
    pair = sender.pairing(TUBE)
    void = sender.write(events.PairingVoided, pairing=events.decode(pair).id, tube=TUBE.text,
                        reason="undo")  # fmt: skip
    pool = [sender.pairing(POOL, specimens.citizen_card(person)) for person in crowd(3)]
    closed = sender.write(events.PoolClosed, tube=POOL.text, members=3)
    sender.send(pair, void, *pool, closed)
    for _ in range(2):
        assert apply_pending(database, now) == 6
        with database.write() as session:
            session.execute(update(WireEvent).values(state="pending"))
    with database.read() as session:
        assert queries.live_pairings(session, TUBE) == []
        assert len(queries.live_pairings(session, POOL)) == 3
        assert [each.members for each in queries.closings_of(session, POOL)] == [3]
    assert (count(database, Person), count(database, Identity)) == (4, 4)


def crowd(size: int) -> list[specimens.Specimen]:
    people = specimens.people(size, Random(7))
    return [specimens.Specimen(p.name, p.birth, p.sex, serial=p.serial) for p in people]


def test_refusals_and_people_let_go_are_counted(
    sender: Sender, database: Database, now: datetime
) -> None:
    old = now - timedelta(days=20_000)
    sender.send(
        sender.write(events.ScanRefused, reason="tube-used", tube=TUBE.text),
        sender.write(events.ScanRefused, reason="tube-used", at=old, trusted=False),
        sender.write(events.PersonLeft, reason="timeout"),
        sender.write(events.StationStarted),
    )
    assert apply_pending(database, now) == 4
    with database.read() as session:
        found = {(each.kind, each.reason): each.count for each in queries.tallies(session)}
    assert found == {("refused", "tube-used"): 2, ("let-go", "timeout"): 1}


def test_a_tube_of_no_lot_waits_until_the_lot_is_registered(
    sender: Sender, database: Database, now: datetime
) -> None:
    sender.send(sender.pairing(TUBE), sender.write())
    assert apply_pending(database, now) == 1
    assert states(database) == [("waiting", "tube-of-no-lot"), ("applied", None)]
    assert count(database, Person) == 0
    with database.write() as session:
        lots.register_lot(session, series=26, count=5, place="p", station=None, by="u", now=now)
    assert apply_pending(database, now) == 1
    assert states(database) == [("applied", None), ("applied", None)]


def test_what_cannot_be_applied_is_kept_with_its_reason_and_blocks_nobody(
    sender: Sender, database: Database, with_lots: None, now: datetime
) -> None:
    sender.send(
        sender.pairing(TUBE, person="AAAA"),
        sender.pairing(TUBE, b"260000000182"),
        sender.pairing(TUBE, b"C:UNDO-8"),
        sender.pairing(TubeId.mint(98, 1)),
        sender.pairing(TUBE, order="pool"),
        sender.pairing(TUBE, text="xyxyxyxy"),
        sender.pairing(TUBE),
    )
    assert apply_pending(database, now) == 1
    assert states(database) == [
        ("refused", "cannot-unseal"),
        ("refused", "no-person-code"),
        ("refused", "no-person-code"),
        ("refused", "control-tube"),
        ("refused", "pool-order"),
        ("refused", "bad-input"),
        ("applied", None),
    ]
    assert count(database, Person) == 1


def test_a_void_that_comes_before_its_pairing_holds(
    sender: Sender, database: Database, with_lots: None, now: datetime
) -> None:
    pair = sender.pairing(TUBE)
    void = sender.write(events.PairingVoided, pairing=events.decode(pair).id, tube=TUBE.text,
                        reason="undo")  # fmt: skip
    for written in (void, pair):
        sender.send(written)
        apply_pending(database, now)
    with database.read() as session:
        assert queries.live_pairings(session, TUBE) == []


def test_two_stations_off_line_on_one_tube_make_a_conflict_and_lose_nothing(
    sender: Sender, make_sender: Callable[[str], Sender], database: Database, with_lots: None,
    now: datetime,
) -> None:  # fmt: skip
    other = make_sender("ban-2")
    mine, theirs = crowd(2)
    sender.send(sender.pairing(TUBE, specimens.citizen_card(mine)))
    other.send(other.pairing(TUBE, specimens.citizen_card(theirs)))
    assert apply_pending(database, now) == 2
    with database.read() as session:
        (conflict,) = queries.open_conflicts(session)
        assert {claim.pairing.station for claim in conflict.claims} == {"ban-1", "ban-2"}


def test_what_was_refused_is_tried_again_on_request(
    sender: Sender, database: Database, now: datetime, sign_in: Callable[..., FlaskClient]
) -> None:
    sender.send(sender.pairing(TUBE, person="AAAA"))
    apply_pending(database, now)
    client = sign_in(Role.ADMINISTRATOR)
    assert "cannot-unseal" in client.get("/intake/alerts").text
    assert client.post("/intake/again").status_code == 302
    assert states(database) == [("pending", None)]
    apply_pending(database, now)
    assert states(database) == [("refused", "cannot-unseal")]


def test_a_backlog_is_applied_in_the_order_of_the_journal(
    sender: Sender, database: Database, with_lots: None, now: datetime
) -> None:
    people = crowd(120)
    written = [
        sender.pairing(TubeId.mint(26, 1 + number % 50), specimens.citizen_card(person))
        for number, person in enumerate(people)
    ]
    sender.send(*written[:70])
    sender.send(*written[70:])
    assert apply_pending(database, now) == 120
    assert count(database, Person) == 120


def test_an_event_of_a_later_version_stays_what_it_is_until_the_server_knows_it(
    sender: Sender, database: Database, now: datetime, sign_in: Callable[..., FlaskClient]
) -> None:
    sender.send(sender.write().replace(b"station-started", b"tube-sung-to"))
    sign_in(Role.ADMINISTRATOR).post("/intake/again")
    assert apply_pending(database, now) == 0
    assert states(database) == [("refused", "unknown-kind")]
