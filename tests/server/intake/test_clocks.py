"""A clock that stood at 1970 all morning: the server finds out when things really happened."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from contract import signing
from contract.events import PairingVoided, TubePaired, decode, encode_batch
from contract.health import Heartbeat, encode
from contract.sticks import pack
from contract.tubes import Tube, TubeId
from server.accounts.roles import Role
from server.db import Database
from server.intake import sticks
from server.intake.applier import apply_pending
from server.intake.models import StationBoot, WireEvent
from server.intake.writer import Writer
from server.sampling import matters
from server.sampling.models import Pairing, PairingVoid

Sender = Any
OLD = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
HEARTBEAT = "/api/v1/stations/me/heartbeat"


def seconds(mono: float) -> int:
    return int(mono * 10**9)


@pytest.fixture
def morning(sender: Sender, with_lots: None) -> Callable[..., bytes]:
    """Write a pairing *after* seconds of the boot, by a clock that was never set."""

    def write(number: int, after: float, boot: str = "boot-1") -> bytes:
        written: bytes = sender.pairing(
            TubeId.mint(26, number), at=OLD + timedelta(seconds=after), trusted=False, boot=boot,
            mono=seconds(after),
        )  # fmt: skip
        return written

    return write


def pairings(database: Database) -> list[Pairing]:
    with database.read() as session:
        return list(session.scalars(select(Pairing).order_by(Pairing.tube)))


def by_stick(
    sender: Sender, database: Database, at: datetime, *written: bytes, mono: float
) -> None:
    body = encode_batch(sender.name, list(written), boot="boot-1", mono=seconds(mono))
    data = pack(sender.name, sender.key, [body])
    sticks.take(database, Writer(database).store, data, by="user:quan", now=at)
    apply_pending(database, at)


def send(sender: Sender, *written: bytes, mono: float = 0.0, boot: str = "boot-1") -> None:
    body = encode_batch(sender.name, list(written), boot=boot, mono=seconds(mono))
    assert sender.post(body).status_code == 200


def test_an_upload_tells_how_the_clock_of_that_boot_stands(
    sender: Sender, morning: Callable[..., bytes], database: Database, now: datetime
) -> None:
    first, second = morning(1, 60), morning(2, 3600)
    send(sender, first, second, mono=4 * 3600)  # four hours after it was switched on
    apply_pending(database, now)
    switched_on = now - timedelta(hours=4)
    assert [each.paired_at for each in pairings(database)] == [
        switched_on + timedelta(minutes=1),
        switched_on + timedelta(hours=1),
    ]
    assert all(each.trusted for each in pairings(database))
    assert pairings(database)[0].claimed_at == OLD + timedelta(minutes=1)
    with database.read() as session:
        kept = session.scalar(select(WireEvent.payload).order_by(WireEvent.seq))
    assert kept == first  # what the station said is never changed


def test_nothing_is_known_at_first_and_a_later_trusted_event_rights_the_past(
    sender: Sender, morning: Callable[..., bytes], database: Database, now: datetime
) -> None:
    sender.send(morning(1, 60))  # as from a stick: nobody says when it was sent
    apply_pending(database, now)
    [pairing] = pairings(database)
    assert (pairing.trusted, pairing.paired_at) == (False, OLD + timedelta(minutes=1))
    noon = now - timedelta(hours=1)
    sender.send(
        sender.pairing(TubeId.mint(26, 2), at=noon, trusted=True, boot="boot-1", mono=seconds(7200))
    )
    apply_pending(database, now)
    [pairing, _] = pairings(database)
    assert (pairing.trusted, pairing.paired_at) == (True, noon - timedelta(seconds=7140))
    assert pairing.claimed_at == OLD + timedelta(minutes=1)


def test_a_heartbeat_of_the_same_boot_rights_the_past_too(
    sender: Sender, morning: Callable[..., bytes], database: Database, now: datetime
) -> None:
    sender.send(morning(1, 60), morning(2, 90, boot="boot-0"))
    apply_pending(database, now)
    said = Heartbeat(station="ban-1", at=OLD, trusted=False, boot="boot-1", mono=seconds(660))
    body = encode(said)
    message = signing.request_message("ban-1", "POST", HEARTBEAT, body)
    signed = {
        "X-Ghepmau-Station": "ban-1",
        "X-Ghepmau-Signature": signing.sign(sender.key, message),
    }
    answer = sender.app.test_client().post(HEARTBEAT, data=body, headers=signed)
    assert answer.status_code == 200
    apply_pending(database, now)
    first, other = pairings(database)
    assert first.paired_at == now - timedelta(seconds=600)
    assert (other.trusted, other.paired_at.year) == (False, 1970)  # of a boot nobody heard in


def test_a_stick_says_how_late_it_was_at_most_and_gives_way_to_what_is_exact(
    sender: Sender, morning: Callable[..., bytes], database: Database, now: datetime
) -> None:
    first, second = morning(1, 60), morning(2, 3600)
    by_stick(sender, database, now, first, mono=7200)
    at_most = now - timedelta(seconds=7140)
    [pairing] = pairings(database)
    assert (pairing.trusted, pairing.paired_at) == (False, at_most)
    assert pairing.claimed_at == OLD + timedelta(minutes=1)
    by_stick(sender, database, now + timedelta(days=1), first, second, mono=7200)  # once more
    assert [each.paired_at for each in pairings(database)] == [at_most, now - timedelta(hours=1)]
    send(sender, first, second, mono=14400)  # the network is back, and it is the same boot
    apply_pending(database, now)
    assert [(each.trusted, each.paired_at, each.boot) for each in pairings(database)] == [
        (True, now - timedelta(seconds=14340), None),
        (True, now - timedelta(hours=3), None),
    ]
    assert pairings(database)[0].claimed_at == OLD + timedelta(minutes=1)


def held_tubes(database: Database) -> set[Tube | None]:
    with database.read() as session:
        found = matters.open_matters(session)
        assert [each.held for each in found] == [True]
        return {found[0].tube, found[0].other_tube}


@pytest.mark.engines
@pytest.mark.parametrize(
    "order", ["stick other exact", "exact stick other", "other stick exact", "other exact stick"]
)
def test_a_time_that_is_set_right_holds_both_tubes_of_one_person_in_any_order(
    sender: Sender, make_sender: Any, morning: Callable[..., bytes], database: Database,
    now: datetime, order: str,
) -> None:  # fmt: skip
    unset, elsewhere = morning(1, 60), make_sender("ban-2")
    known = elsewhere.pairing(TubeId.mint(26, 2), at=now - timedelta(minutes=30))
    steps: dict[str, Callable[[], object]] = {
        "stick": lambda: by_stick(sender, database, now, unset, mono=7200),
        "other": lambda: elsewhere.send(known),
        "exact": lambda: send(sender, unset, mono=3600),
    }
    for step in order.split():
        steps[step]()
        apply_pending(database, now)
    assert held_tubes(database) == {TubeId.mint(26, 1), TubeId.mint(26, 2)}
    send(sender, unset, mono=3600)
    apply_pending(database, now)
    assert len(held_tubes(database)) == 2  # asked once


def test_a_stick_changes_no_boot_that_is_known_exactly(
    sender: Sender, morning: Callable[..., bytes], database: Database, now: datetime
) -> None:
    written = morning(1, 60)
    send(sender, written, mono=3600)
    by_stick(sender, database, now + timedelta(hours=5), written, mono=3700)
    with database.read() as session:
        [boot] = session.scalars(select(StationBoot))
    assert (boot.how, boot.zero_at) == ("upload", now - timedelta(hours=1))


def test_what_was_learned_elsewhere_rights_the_past_at_the_next_look(
    sender: Sender, morning: Callable[..., bytes], database: Database, now: datetime
) -> None:
    sender.send(morning(1, 60))
    apply_pending(database, now)
    with database.write() as session:
        session.add(
            StationBoot(
                station="ban-1", boot="boot-1", zero_at=now - timedelta(hours=2), how="upload"
            )
        )
    apply_pending(database, now)
    assert pairings(database)[0].paired_at == now - timedelta(minutes=119)


def test_a_void_is_told_with_the_right_time(
    sender: Sender, morning: Callable[..., bytes], database: Database, now: datetime
) -> None:
    pair = morning(1, 60)
    event = decode(pair)
    assert isinstance(event, TubePaired)
    void = sender.write(
        PairingVoided, pairing=event.id, tube=event.tube, reason="undo", at=OLD, trusted=False,
        boot="boot-1", mono=seconds(80),
    )  # fmt: skip
    send(sender, pair, void, mono=3600)
    apply_pending(database, now)
    with database.read() as session:
        [found] = session.scalars(select(PairingVoid))
    assert found.voided_at == now - timedelta(seconds=3520)


@pytest.mark.parametrize("mono", [2**53, 10**16])
def test_a_clock_that_says_the_impossible_corrects_nothing(
    sender: Sender, morning: Callable[..., bytes], database: Database, now: datetime, mono: int
) -> None:
    written = sender.pairing(
        TubeId.mint(26, 1), at=OLD, trusted=False, boot="boot-1", mono=min(mono, 2**53)
    )
    send(sender, written, mono=10)  # as if it had been sent before it happened
    apply_pending(database, now)
    apply_pending(database, now)
    [pairing] = pairings(database)
    assert (pairing.trusted, pairing.paired_at) == (False, OLD)


def test_the_page_of_conflicts_says_whose_time_it_shows(
    sender: Sender, morning: Callable[..., bytes], database: Database, now: datetime, sign_in: Any
) -> None:
    other = (
        b"024191000124||Tr\xe1\xba\xa7n V\xc4\x83n M\xe1\xba\xabu|02031991|Nam|X\xc3\xa3|01012022"
    )
    second = sender.pairing(TubeId.mint(26, 1), other, at=now, trusted=True)
    send(sender, second, morning(1, 60), mono=3600)
    apply_pending(database, now)
    page = sign_in(Role.HEALTH_OFFICER).get("/conflicts").get_data(as_text=True)
    assert "giờ do máy chủ chỉnh" in page
