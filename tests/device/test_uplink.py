"""The uplink against a real HTTP server that plays every trick."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from contract import signing
from contract.events import TubePaired, digest
from contract.lots import AssignmentWire, LotWire, RosterWire, assignment_tag
from contract.receipts import ABOUT_EVENTS
from device.backlog import Backlog, read_sent
from device.enrolment import Office, Secrets
from device.journal import Journal
from device.uplink import Uplink, full_jitter
from device.upstream import Upstream
from tests.device.played_server import NOW, PAPERS, Reply, Server, refusing

Pairs = Callable[..., TubePaired]


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def address(server: Server, serve: Callable[[Server], str]) -> str:
    return serve(server)


@pytest.fixture
def state(tmp_path: Path, server: Server) -> Path:
    office, secrets = Office(tmp_path), Secrets.mint()
    office.keep(PAPERS)
    office.keep_secrets(secrets)
    server.keys.append(signing.public_text(secrets.key))
    return tmp_path


def fill(state: Path, paired: Pairs, count: int) -> None:
    with closing(Journal(state / "journal", "ban-1")) as journal:
        for number in range(count):
            journal.append(paired(number))


def uplink(state: Path, address: str, most: int = 4) -> Uplink:
    return Uplink(Office(state), Backlog(state), Upstream(address, 2.0), most)


def turns(up: Uplink, count: int) -> list[float]:
    return [up.turn() for _ in range(count)]


def test_events_go_oldest_first_in_batches_and_once(
    state: Path, server: Server, address: str, paired: Pairs
) -> None:
    fill(state, paired, 10)
    turns(uplink(state, address), 6)
    assert server.uploads == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10]]
    turns(uplink(state, address), 2)
    assert len(server.uploads) == 3
    assert read_sent(state).sent == 10


def test_what_the_server_has_is_byte_for_byte_what_the_journal_has(
    state: Path, server: Server, address: str, paired: Pairs
) -> None:
    with closing(Journal(state / "journal", "ban-1")) as journal:
        journal.append(paired(1))
        turns(uplink(state, address), 2)
        [second] = journal.append(paired(2))
        assert second.prev == digest(server.stored[1])


@pytest.mark.parametrize(
    "reply",
    [
        Reply(503, headers={"Retry-After": "7"}),
        Reply(500),
        Reply(502),
        Reply(429),
        Reply(408),
        Reply(404),
        Reply(400),
        Reply(400, "<html>Please log in</html>"),
        Reply(409, {"code": "odd"}),
        Reply(413),
        Reply(422, {"code": "unreadable-upload"}),
        Reply(401, {"code": "station-revoked", "message": "", "message_en": "revoked"}),
        Reply(200, "no receipt"),
        Reply(hang_up=True),
    ],
    ids=lambda reply: f"{reply.status}{'-hang-up' * reply.hang_up}{'-odd' * bool(reply.body)}",
)
def test_a_server_in_trouble_loses_nothing(
    state: Path, server: Server, address: str, paired: Pairs, reply: Reply
) -> None:
    fill(state, paired, 3)
    server.refuse = refusing(reply)
    up = uplink(state, address)
    waits = turns(up, 3)
    assert read_sent(state).trouble
    assert server.stored == {}
    if "Retry-After" in reply.headers:
        assert min(waits) >= 7
    server.refuse = refusing(None)
    turns(up, 3)
    assert sorted(server.stored) == [1, 2, 3]
    assert read_sent(state).set_aside == []
    assert read_sent(state).trouble == ""


def test_stations_that_are_told_the_same_time_do_not_come_back_at_the_same_moment(
    state: Path, server: Server, address: str, paired: Pairs
) -> None:
    fill(state, paired, 1)
    server.refuse = refusing(Reply(503, headers={"Retry-After": "2"}))
    waits = [uplink(state, address).turn() for _ in range(4)]
    assert len(set(waits)) == 4
    assert min(waits) >= 2
    assert max(waits) <= 2 + full_jitter(1, lambda: 1.0)


def test_no_server_at_all_loses_nothing(state: Path, address: str, paired: Pairs) -> None:
    fill(state, paired, 1)
    turns(uplink(state, "http://127.0.0.1:9"), 2)
    sent = read_sent(state)
    assert (sent.sent, sent.set_aside) == (0, [])
    assert "does not answer" in sent.trouble


@pytest.mark.parametrize(("code", "status"), ABOUT_EVENTS.items())
def test_an_event_that_is_refused_is_set_aside_alone_and_kept(
    state: Path, server: Server, address: str, paired: Pairs, code: str, status: int
) -> None:
    fill(state, paired, 10)
    server.refuse = lambda seqs: Reply(status, {"code": code}) if 6 in seqs else None
    turns(uplink(state, address, most=8), 16)
    assert sorted(server.stored) == [1, 2, 3, 4, 5, 7, 8, 9, 10]
    [aside] = read_sent(state).set_aside
    assert (aside.seq, aside.status, aside.code) == (6, status, code)


def test_a_proxy_that_takes_less_at_once_is_given_less(
    state: Path, server: Server, address: str, paired: Pairs
) -> None:
    fill(state, paired, 10)
    server.refuse = lambda seqs: Reply(413) if len(seqs) > 3 else None
    turns(uplink(state, address, most=8), 16)
    assert sorted(server.stored) == list(range(1, 11))
    assert read_sent(state).set_aside == []


def test_a_server_that_refuses_everything_does_not_empty_the_backlog(
    state: Path, server: Server, address: str, paired: Pairs
) -> None:
    fill(state, paired, 40)
    server.refuse = refusing(Reply(400, {"code": "unreadable-upload"}))
    turns(uplink(state, address), 60)
    assert len(read_sent(state).set_aside) == 20


def test_an_answer_that_got_lost_makes_a_second_upload_and_no_double(
    state: Path, server: Server, address: str, paired: Pairs
) -> None:
    fill(state, paired, 2)

    def stored_then_cut(seqs: list[int]) -> Reply:
        server.refuse = refusing(None)
        server.stored.update(dict.fromkeys(seqs, b""))
        return Reply(hang_up=True)

    server.refuse = stored_then_cut
    turns(uplink(state, address), 3)
    assert read_sent(state).sent == 2
    assert sorted(server.stored) == [1, 2]


def test_a_roster_is_fetched_and_kept_where_a_bad_one_follows(
    state: Path, server: Server, address: str
) -> None:
    tag = assignment_tag(bytes(32), "cccd", "024191000001")
    server.roster = RosterWire(signing.encode(bytes(32)), (AssignmentWire("260000000182", (tag,)),))
    uplink(state, address).turn()
    assert Office(state).roster().is_assigned("260000000182")
    server.roster = {"key": 3}
    uplink(state, address).turn()
    assert Office(state).roster().is_assigned("260000000182")


@pytest.mark.parametrize("reply", [Reply(500), Reply(hang_up=True), Reply(200, {"key": 3})])
def test_a_new_lot_is_not_taken_before_it_is_known_whose_its_labelled_tubes_are(
    state: Path, server: Server, address: str, reply: Reply
) -> None:
    up = uplink(state, address)
    up.turn()
    before = Office(state).lots()
    server.lots, server.roster = [*server.lots, LotWire("L-2", 30, 1, 2)], reply
    uplink(state, address).turn()
    assert (Office(state).lots(), bool(read_sent(state).trouble)) == (before, True)
    server.roster = RosterWire(signing.encode(bytes(32)))
    uplink(state, address).turn()
    assert (len(Office(state).lots().lots), read_sent(state).trouble) == (2, "")


def test_lots_papers_and_time_are_fetched(state: Path, server: Server, address: str) -> None:
    turns(uplink(state, address), 1)
    office = Office(state)
    assert office.lots().lots == (LotWire("L-1", 26, 0, 99),)
    assert office.papers().label == "Bàn số 1"
    sent = read_sent(state)
    assert (sent.server_now, bool(sent.server_mono)) == (NOW, True)


def test_two_epochs_go_one_after_the_other(
    state: Path, server: Server, address: str, paired: Pairs
) -> None:
    fill(state, paired, 2)
    [path] = (state / "journal").glob("*.sqlite")
    with closing(Journal(state / "journal", "ban-1", {path.name[5:21]: 5})) as journal:
        journal.append(paired(7))
    turns(uplink(state, address), 4)
    assert server.uploads == [[1, 2], [1]]


def test_waits_grow_and_are_spread() -> None:
    assert full_jitter(1, lambda: 1.0) == 1.0
    assert full_jitter(100, lambda: 1.0) == 60.0
    assert full_jitter(100, lambda: 0.0) == 0.0
