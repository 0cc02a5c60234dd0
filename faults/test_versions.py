"""F19: stations and servers of different versions: no difference stops an upload."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from contract import signing
from contract.events import (
    NO_EVENT,
    EventError,
    decode,
    decode_envelope,
    digest,
    encode,
    encode_batch,
)
from contract.lots import IssuedLots
from contract.receipts import Receipt
from device.chain import Row, check
from device.enrolment import Papers
from device.upstream import BATCHES, Upstream
from faults.province import Home, Server, found, free_port, station_at

GOLDEN = Path(__file__).with_name("golden")
NAMES = ("station-v1.jsonl", "station-later.jsonl", "station-duties.jsonl")
LATER_PAPERS = {
    "station": "ban-1", "label": "Bàn 1", "place": "", "duty": "sampling", "sealing_key": "AAAA",
    "card_keys": {}, "now": "2027-01-01T00:00:00+00:00", "theme": "dark", "limits": {"pool": 20},
}  # fmt: skip


def golden(name: str) -> list[bytes]:
    return (GOLDEN / name).read_bytes().splitlines()


@pytest.mark.parametrize("name", NAMES)
def test_the_fixed_bytes_are_a_chain_that_this_version_reads(name: str) -> None:
    prev = NO_EVENT
    for seq, data in enumerate(golden(name), 1):
        event = decode_envelope(data)
        assert (event.seq, event.prev, event.station) == (seq, prev, "ban-1")
        prev = digest(data)
    rows = [Row(seq, digest(data), data) for seq, data in enumerate(golden(name), 1)]
    assert check(rows, event.epoch, "ban-1").sound


def test_a_field_of_a_later_version_is_passed_over_and_a_later_kind_is_told_apart() -> None:
    old, later = golden(NAMES[0]), golden(NAMES[1])
    assert [type(decode(data)) for data in later[:-1]] == [type(decode(data)) for data in old]
    with pytest.raises(EventError):
        decode(later[-1])


def test_the_fixed_bytes_of_every_duty_are_written_again_byte_for_byte() -> None:
    for data in golden("station-duties.jsonl"):
        assert encode(decode(data)) == data


def test_answers_of_a_later_server_are_understood() -> None:
    receipt = b'{"stored": 3, "known": 0, "now": "2027-01-01T00:00:00+00:00", "hint": {"a": [1]}}'
    assert msgspec.json.decode(receipt, type=Receipt).stored == 3
    papers = msgspec.json.decode(msgspec.json.encode(LATER_PAPERS), type=Papers)
    assert papers.label == "Bàn 1"
    lots = IssuedLots.from_json(b'[{"lot":"L-1","series":26,"first":0,"last":9,"colour":"red"}]')
    assert lots.lots[0].last == 9


@dataclass
class Place:
    server: Server
    home: Home

    def send(self, events: list[bytes]) -> tuple[int, bytes]:
        upstream = Upstream(f"http://127.0.0.1:{self.server.port}")
        body = encode_batch("ban-1", events)
        answer = upstream.post(BATCHES, "ban-1", self.home.secrets.key, body)
        return answer.status, answer.body


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    home = station_at(tmp_path / "station")
    found(tmp_path / "server", signing.public_text(home.secrets.key))
    server = Server(tmp_path / "server", free_port())
    server.start()
    yield Place(server, home)
    server.kill()


def test_the_server_keeps_every_byte_of_stations_old_and_new(place: Place) -> None:
    for name in NAMES:
        status, body = place.send(golden(name))
        assert status == 200
        assert msgspec.json.decode(body, type=Receipt).stored == len(golden(name))
    stored = [row[3] for row in place.server.stored]
    assert stored == [data for name in NAMES for data in golden(name)]
    assert place.server.alerts() == []
    status, body = place.send(golden(NAMES[1]))
    assert msgspec.json.decode(body, type=Receipt).known == len(golden(NAMES[1]))
