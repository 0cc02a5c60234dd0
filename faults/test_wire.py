"""F12, F13, F14: the answer is lost, the server is killed, the server's power is cut."""

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random
from threading import Event as Flag

import pytest

from contract import signing
from device.backlog import read_sent
from device.uplink import Uplink
from faults import runs
from faults.disks import Disk, powered, restarted
from faults.province import Home, Server, found, free_port, station_at
from faults.wire import Wire

KILLED_AFTER = (0.0, 0.0, 0.001, 0.002, 0.004, 0.008, 0.016, 0.05)  # seconds


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """urllib3 tells of every cut answer at length."""
    caplog.set_level("CRITICAL", "urllib3")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return station_at(tmp_path / "station")


@pytest.fixture
def server(tmp_path: Path, home: Home) -> Iterator[Server]:
    data = tmp_path / "server"
    found(data, signing.public_text(home.secrets.key))
    server = Server(data, free_port())
    server.start()
    yield server
    server.kill()


@pytest.fixture
def wire(server: Server) -> Iterator[Wire]:
    wire = Wire(server.port)
    yield wire
    wire.close()


def drain(up: Uplink, home: Home) -> None:
    """Turn until the server has everything, as the uplink's process does, without its waits."""
    for _ in range(400):
        up.turn()
        if up.backlog.next(1) is None and not up.backlog.sent.trouble:
            return
    pytest.fail(f"not drained: {read_sent(home.folder)}")


def pairs(home: Home, first: int, count: int) -> None:
    assert runs.run(home.journal, "--first", str(first), "--pairs", str(count)).code == 0


def test_an_answer_cut_after_any_byte_makes_no_double_and_no_loss(
    home: Home, server: Server, wire: Wire
) -> None:
    pairs(home, 1, 60)
    for cut in range(0, 420, 15):
        wire.cut_down = cut
        up = home.uplink(wire.address, most=2)
        up.turn()
        up.turn()
        wire.cut_down = None
        up = home.uplink(wire.address, most=2)
        up.turn()
    assert wire.cuts > 20
    drain(home.uplink(wire.address), home)
    assert server.stored == home.written
    assert server.alerts() == []
    assert read_sent(home.folder).set_aside == []


def test_a_question_cut_after_any_byte_stores_all_of_an_upload_or_nothing(
    home: Home, server: Server, wire: Wire
) -> None:
    pairs(home, 1, 60)
    for cut in range(1, 2600, 130):
        before, cuts = len(server.stored), wire.cuts
        wire.cut_up = cut
        up = home.uplink(wire.address, most=3)
        up.turn()
        new, cut_off = len(server.stored) - before, wire.cuts > cuts
        assert new == 3 or (new == 0 and cut_off and up.backlog.sent.trouble)
    assert wire.cuts >= 10
    wire.cut_up = None
    drain(home.uplink(wire.address), home)
    assert server.stored == home.written
    assert server.alerts() == []


def test_a_server_killed_at_any_moment_has_every_event_once(
    home: Home, server: Server, wire: Wire
) -> None:
    """Killed while a batch is on its way: from its first bytes on, to after its answer."""
    unanswered = 0
    for kill, delay in enumerate(KILLED_AFTER):
        pairs(home, 1 + kill * 1000, 40)
        up = home.uplink(wire.address, most=5)
        up.turn()
        killed = Flag()
        wire.at_question = partial(kill_after, server, delay, killed)
        up.turn()
        assert killed.wait(20)
        told = read_sent(home.folder)
        unanswered += bool(told.trouble)
        assert len(server.stored) >= told.sent
        server.start()
    print(f"{unanswered} of {len(KILLED_AFTER)} turns were cut short by the kill")
    assert unanswered >= 3
    drain(home.uplink(wire.address), home)
    assert server.stored == home.written
    assert server.alerts() == []


def kill_after(server: Server, seconds: float, killed: Flag) -> None:
    Flag().wait(seconds)
    server.kill()
    killed.set()


def asked_until_the_cut(disk: Disk, home: Home, port: int, turns: int) -> None:
    server = Server(disk.mount / "server", port)
    server.start()
    up = home.uplink(f"http://127.0.0.1:{port}", most=4)
    for _ in range(turns):
        up.turn()
    disk.off()
    server.kill()
    restarted(disk.platter)


def test_a_server_whose_power_is_cut_has_what_it_answered_for(tmp_path: Path, home: Home) -> None:
    random, port = Random(5), free_port()
    with powered(tmp_path / "disk") as disk:
        found(disk.platter / "server", signing.public_text(home.secrets.key))
        for cut in range(3):
            pairs(home, 1 + cut * 1000, 30)
            asked_until_the_cut(disk, home, port, random.randrange(2, 9))
            acked = read_sent(home.folder).acked
            after = Server(disk.platter / "server", port)
            assert {row[:2] for row in after.stored} >= {
                row[:2] for row in home.written if row[1] <= acked.get(row[0], 0)
            }
            disk.on()
        disk.off()
    last = Server(restarted(disk.platter) / "server", port)
    last.start()
    try:
        drain(home.uplink(f"http://127.0.0.1:{port}"), home)
        assert last.stored == home.written
        assert last.alerts() == []
    finally:
        last.kill()


@pytest.mark.parametrize("since", [4, 9])  # as much as was lost, and more
def test_a_card_that_forgot_what_was_sent_loses_nothing_and_is_shown_on_the_server(
    home: Home, server: Server, since: int
) -> None:
    """F4 once more: the whole folder goes back in time, the note of what was sent as well."""
    address = f"http://127.0.0.1:{server.port}"
    pairs(home, 1, 4)
    shutil.copytree(home.folder, home.folder.with_name("yesterday"))
    pairs(home, 500, 4)
    drain(home.uplink(address), home)
    shutil.rmtree(home.folder)
    shutil.copytree(home.folder.with_name("yesterday"), home.folder)
    before = server.stored
    pairs(home, 900, since)
    up = home.uplink(address)
    for _ in range(60):
        up.turn()
    after = server.stored
    assert set(after) >= set(before)
    hashes = [row[2] for row in after]
    assert len(hashes) == len(set(hashes))  # nothing twice
    assert set(hashes) == {row[2] for row in [*before, *home.written]}  # and nothing lost
    assert "fork" in {alert[0] for alert in server.alerts()}
    assert "changed-replay" not in {alert[0] for alert in server.alerts()}
    sent = read_sent(home.folder)
    assert (sent.set_aside, list(sent.forks)) == ([], [home.written[0][0]])
