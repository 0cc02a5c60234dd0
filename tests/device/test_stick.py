"""The journal's way home on a memory stick, and the receipt's way back."""

import threading
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from contract import signing
from contract.cards import key_name
from contract.events import TubePaired, decode_batch, digest
from contract.receipts import HeadWire
from contract.sticks import NoStick, Stored, unpack, write_receipt
from device.backlog import Backlog, Sent, SetAside, read_sent
from device.cli import main
from device.config import Config, Stick, Table
from device.enrolment import Office, Papers, Secrets
from device.journal import Journal
from device.stick import StickDesk, export, inbox_of, take_receipt
from device.stick_files import StickTrouble
from device.uplink_process import serve as uplink

SEALING = signing.encode(X25519PrivateKey.generate().public_key().public_bytes_raw())
PRESS = Ed25519PrivateKey.generate()
CARDS = {key_name(PRESS.public_key()): signing.public_text(PRESS)}
Pairs = Callable[..., TubePaired]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = Office(tmp_path / "state")
    office.keep(
        Papers("ban-1", "Bàn 1", "", "sampling", SEALING, CARDS, server="http://127.0.0.1:9")
    )
    office.keep_secrets(Secrets.mint())
    return office


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def write(office: Office, paired: Pairs, first: int, count: int) -> list[HeadWire]:
    """Write pairings; return where each stands."""
    with closing(Journal(office.folder / "journal", "ban-1")) as journal:
        events = [journal.append(paired(first + number))[0] for number in range(count)]
    backlog = Backlog(office.folder)
    rows = [backlog.row_at(event.epoch, event.seq) for event in events]
    return [
        HeadWire(event.epoch, event.seq, row.hash)
        for event, row in zip(events, rows, strict=True)
        if row
    ]


def signed(heads: list[HeadWire]) -> bytes:
    return write_receipt(PRESS, Stored("ban-1", heads, linked=True))


def carried(target: Path) -> list[str]:
    """Return the hashes of the events on the stick, in order."""
    hashes = []
    for path in sorted(target.glob("*.stick")):
        found = unpack(path.read_bytes())
        assert found.whole
        for upload in found.uploads:
            hashes += [digest(event) for event in decode_batch(upload.body).events]
    return hashes


def test_what_the_server_does_not_have_is_written_signed_and_nothing_else(
    office: Office, target: Path, paired: Pairs
) -> None:
    heads = write(office, paired, 1, 6)
    done = export(office, Sent(acked={heads[0].epoch: 2}), target)
    assert done.events == 4
    assert carried(target) == [head.hash for head in heads[2:]]
    [file] = done.files
    for upload in unpack(file.read_bytes()).uploads:
        upload.check("ban-1", office.secrets().key.public_key())
    export(office, Sent(acked={heads[0].epoch: 2}), target, everything=True)
    assert carried(target) == [head.hash for head in heads]


def test_an_event_that_the_server_refused_goes_along(
    office: Office, target: Path, paired: Pairs
) -> None:
    heads = write(office, paired, 1, 4)
    aside = [SetAside(heads[0].epoch, 2, 400)]
    export(office, Sent(acked={heads[0].epoch: 3}, set_aside=aside), target)
    assert carried(target) == [heads[1].hash, heads[3].hash]


def test_a_stick_that_cannot_be_written_says_so(
    office: Office, target: Path, paired: Pairs
) -> None:
    write(office, paired, 1, 1)
    key = sha256(office.secrets().key.public_key().public_bytes_raw()).hexdigest()[:8]
    (target / f"ghepmau-ban-1-{key}-01.part").mkdir()  # in the way
    with pytest.raises(StickTrouble, match="cannot be written"):
        export(office, Sent(), target)


def test_a_receipt_counts_as_far_as_the_journal_bears_it_out(
    office: Office, target: Path, paired: Pairs
) -> None:
    heads = write(office, paired, 1, 5)
    backlog, receipt = Backlog(office.folder), target / "ghepmau-ban-1.receipt"
    wrong = HeadWire(heads[0].epoch, 4, "f" * 64)
    unknown = HeadWire("f" * 16, 9, "f" * 64)
    for said in ([unknown], [HeadWire(heads[0].epoch, 99, heads[0].hash)], [wrong]):
        receipt.write_bytes(signed(said))
        assert read_sent(office.folder).forks == {}
        assert take_receipt(office, backlog, receipt) == 0
    assert read_sent(office.folder).forks == {heads[0].epoch: 4}  # that one is another history
    receipt.write_bytes(signed([unknown, wrong, heads[2]]))
    assert take_receipt(office, backlog, receipt) == 3
    assert read_sent(office.folder).acked == {heads[0].epoch: 3}
    assert take_receipt(office, backlog, receipt) == 0
    for foreign in (
        write_receipt(Ed25519PrivateKey.generate(), Stored("ban-1", [heads[4]], linked=True)),
        write_receipt(PRESS, Stored("ban-2", [heads[4]], linked=True)),
        write_receipt(PRESS, Stored("ban-1", [heads[4]])),  # of before: it counted numbers
    ):
        receipt.write_bytes(foreign)
        with pytest.raises(NoStick) as told:
            take_receipt(office, backlog, receipt)
    assert "nâng cấp máy chủ" in str(told.value)
    assert read_sent(office.folder).acked == {heads[0].epoch: 3}


def test_a_stick_that_is_put_in_is_written_by_itself_and_the_card_is_left_alone(
    office: Office, target: Path, paired: Pairs
) -> None:
    heads = write(office, paired, 1, 3)
    there = [False]
    desk = StickDesk(office, Backlog(office.folder), target, lambda _: there[0])
    desk.turn()
    assert list(target.iterdir()) == []
    there[0] = True
    desk = StickDesk(office, Backlog(office.folder), target, lambda _: there[0])
    desk.turn()
    assert carried(target) == [head.hash for head in heads]
    assert desk.backlog.sent.stick == "written"


def test_a_receipt_that_cannot_be_read_does_not_keep_what_waits_from_the_stick(
    office: Office, target: Path, paired: Pairs
) -> None:
    heads = write(office, paired, 1, 3)
    (target / "ghepmau-ban-1.receipt").write_bytes(signed([heads[1]])[:-20])
    StickDesk(office, Backlog(office.folder), target, lambda _: True).turn()
    assert carried(target) == [head.hash for head in heads]


def test_by_hand_out_and_back(
    office: Office, target: Path, paired: Pairs, capsys: pytest.CaptureFixture[str]
) -> None:
    heads = write(office, paired, 1, 3)
    config = office.folder.parent / "station.toml"
    config.write_text(f'[station]\nstate = "{office.folder}"\n')
    assert main(["export", "--config", str(config)]) == 1
    assert "--to" in capsys.readouterr().err
    assert main(["export", "--config", str(config), "--to", str(target)]) == 0
    assert carried(target) == [head.hash for head in heads]
    receipt = target / "ghepmau-ban-1.receipt"
    receipt.write_bytes(b"nothing of ours")
    assert main(["receipt", "--config", str(config), str(receipt)]) == 1
    receipt.write_bytes(signed([heads[2]]))
    assert main(["receipt", "--config", str(config), str(receipt)]) == 0
    assert read_sent(office.folder).acked == {}  # uplink alone writes its notes
    desk = StickDesk(office, Backlog(office.folder), None)
    desk.turn()
    assert read_sent(office.folder).acked == {heads[0].epoch: 3}
    assert not inbox_of(office.folder).exists()


def test_many_events_make_several_files_each_whole(
    office: Office, target: Path, paired: Pairs
) -> None:
    with closing(Journal(office.folder / "journal", "ban-1")) as journal:
        for start in range(0, 6000, 500):
            journal.append(*[paired(start + number) for number in range(500)])
    done = export(office, Sent(), target)
    assert done.events == 6000
    assert len(done.files) > 1
    assert max(path.stat().st_size for path in done.files) < 4_000_000
    assert len(set(carried(target))) == 6000
    export(office, Sent(acked={done_epoch(office): 5999}), target)
    assert len(list(target.glob("*.stick"))) == 1  # older files are gone


def done_epoch(office: Office) -> str:
    [path] = (office.folder / "journal").glob("*.sqlite")
    return path.name[5:21]


def test_an_uplink_without_a_network_looks_for_the_stick(office: Office) -> None:
    stop = threading.Event()
    config = Config(Table(state=str(office.folder)), stick=Stick(folder=str(office.folder)))
    thread = threading.Thread(target=uplink, args=(config, stop))
    thread.start()
    stop.set()
    thread.join(30)
    assert not thread.is_alive()
