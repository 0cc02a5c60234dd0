"""A station whose card was set back: it goes on in a new epoch, and sends what it wrote before."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from contract import signing
from contract.events import NO_EVENT, TubePaired, decode_batch, decode_envelope
from contract.receipts import HeadWire
from device.backlog import Backlog, Sent, SetAside, read_sent, sent_file
from device.config import Config, Table
from device.enrolment import Office, Papers, Secrets
from device.files import write_whole
from device.journal import Journal
from device.journal_file import files_of
from device.running import assemble
from device.uplink import Uplink
from device.upstream import Upstream

SEALING = signing.encode(X25519PrivateKey.generate().public_key().public_bytes_raw())
PAPERS = Papers("ban-1", "Bàn 1", "", "sampling", SEALING, {})
Pairs = Callable[..., TubePaired]


class Reply:
    def __init__(self, status: int, body: object) -> None:
        self.status, self.body = status, body
        self.headers: dict[str, str] = {}
        self.hang_up = False


@pytest.fixture
def state(tmp_path: Path) -> Path:
    office = Office(tmp_path)
    office.keep(PAPERS)
    office.keep_secrets(Secrets.mint())
    return tmp_path


def epochs(state: Path) -> list[str]:
    return [path.name[5:21] for path in files_of(state / "journal")]


def test_a_station_begins_a_new_epoch_where_the_server_has_another_history(
    state: Path, paired: Pairs
) -> None:
    with closing(Journal(state / "journal", "ban-1")) as journal:
        journal.append(paired(1))
    [old] = epochs(state)
    running = assemble(Config(Table(state=str(state))), lambda _: None)
    with closing(running.station.journal) as journal:
        write_whole(sent_file(state), b'{"forks": {"%s": 1}}' % old.encode())
        running.refresh()
        [new] = journal.append(paired(2))
        running.refresh()
        assert (new.epoch != old, new.seq, new.prev) == (True, 1, NO_EVENT)
        assert len(epochs(state)) == 2
        assert "set back" in running.page().alarms[0]
        assert journal.ledger.use_of(paired(1).tube) is not None  # nothing is forgotten


def test_what_the_server_never_saw_is_sent_as_a_fork_and_then_done(
    state: Path, paired: Pairs, serve: Callable[[Any], str]
) -> None:
    with closing(Journal(state / "journal", "ban-1")) as journal:
        for number in range(5):
            journal.append(paired(number))
    [epoch] = epochs(state)
    asked: list[bool] = []

    def server(request: Any) -> Reply:
        batch = decode_batch(request.body)
        asked.append(batch.fork)
        if batch.fork:
            return Reply(200, {"stored": len(batch.events), "known": 0, "now": ""})
        heads = [HeadWire(epoch, 9, "f" * 64)]
        return Reply(409, {"code": "changed-replay", "heads": heads})

    up = Uplink(Office(state), Backlog(state), Upstream(serve(server), 2.0), 3)
    up.turn()
    assert read_sent(state).forks == {epoch: 1}
    up.turn()
    assert asked[:2] == [False, True]
    sent = read_sent(state)
    assert (sent.acked, sent.set_aside) == ({epoch: 3}, [])


def test_a_server_that_has_our_own_newest_event_may_have_others_before_it(
    state: Path, paired: Pairs, serve: Callable[[Any], str]
) -> None:
    with closing(Journal(state / "journal", "ban-1")) as journal:
        [event] = journal.append(paired(1))
    row = Backlog(state).row_at(event.epoch, 1)
    assert row is not None
    heads = [HeadWire(event.epoch, 1, row.hash)]
    reply = Reply(409, {"code": "changed-replay", "heads": heads})
    up = Uplink(Office(state), Backlog(state), Upstream(serve(lambda _: reply), 2.0), 3)
    up.turn()
    assert read_sent(state).forks == {event.epoch: 1}
    assert read_sent(state).set_aside == []
    up.turn()  # as a fork it is refused as well: by its id it is another event
    assert [each.code for each in read_sent(state).set_aside] == ["changed-replay"]
    again = Uplink(Office(state), Backlog(state), Upstream(serve(lambda _: reply), 2.0), 3)
    assert [each.code for each in again.backlog.sent.set_aside] == ["changed-replay"]


def test_what_was_set_aside_before_is_sent_again_with_the_fork_and_listed_once(
    state: Path, paired: Pairs, serve: Callable[[Any], str]
) -> None:
    with closing(Journal(state / "journal", "ban-1")) as journal:
        journal.append(*[paired(number) for number in range(4)])
    [epoch] = epochs(state)
    aside = [
        SetAside(epoch, 2, 400, "unreadable-upload"),
        SetAside(epoch, 4, 409, "changed-replay"),
    ]
    noted = Backlog(state)
    noted.sent = Sent(acked={epoch: 4}, set_aside=aside)
    noted.save()

    def server(request: Any) -> Reply:
        events = decode_batch(request.body).events
        if any(decode_envelope(each).seq == 2 for each in events):
            return Reply(400, {"code": "unreadable-upload"})
        return Reply(200, {"stored": len(events), "known": 0, "now": ""})

    up = Uplink(Office(state), Backlog(state), Upstream(serve(server), 2.0), 1)
    assert (up.backlog.sent.set_aside, up.backlog.sent.forks) == ([], {epoch: 4})
    for _ in range(4):
        up.turn()
    sent = read_sent(state)
    assert (sent.acked, [each.seq for each in sent.set_aside]) == ({epoch: 4}, [2])
