"""Whose each pairing is can be asked while the server goes on pairing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from uuid import uuid4

from benchmarks.ingest_traffic import Chain
from benchmarks.load_kept import misplaced
from contract.identities import Key, Kind, System
from contract.signing import private_key
from contract.tubes import Tube
from server import vault
from server.accounts.models import Station
from server.db import open_database
from server.people.models import Identity, Person
from server.people.queries import value_blind
from server.sampling.models import Pairing

NUMBERS = ("024191000077", "024191000085")
NOW = datetime(2026, 11, 27, 4, tzinfo=UTC)


@dataclass
class Coming:
    """Stations; a pairing is applied once somebody comes to them."""

    chain: Chain
    apply: Callable[[], None]

    def __iter__(self) -> Iterator[Chain]:
        self.apply()
        yield self.chain


def test_who_is_paired_meanwhile_is_not_taken_for_wrong_and_who_is_wrong_is_told(
    fresh_postgresql: Callable[..., str], tmp_path: Path
) -> None:
    vault.install(vault.Vault.create(tmp_path / "vault.json"))
    url, key = fresh_postgresql(), private_key(b"1" * 32)
    chain = Chain("ban-1", key, [], 26, Random(1), seq=2, numbers=NUMBERS)
    (one, first), (two, second) = chain.given(2)
    register(url, chain.station)
    assert misplaced(url, Coming(chain, partial(pair, url, one, first))) == 0
    assert misplaced(url, [chain]) == 0
    assert first != second
    pair(url, two, "024191000093")
    assert misplaced(url, [chain]) == 1


def register(url: str, station: str) -> None:
    row = Station(id=station, label="Bàn 1", place="vn-2021:24", duty="sampling", state="created")
    row.created_at = NOW
    with_rows(url, row)


def pair(url: str, tube: Tube, number: str) -> None:
    person, key = Person(id=uuid4(), place="", created_at=NOW), Key(System.CITIZEN, number)
    link = Identity(
        id=uuid4(), person=person, system=str(key.system), value=number,
        value_blind=value_blind(key), claimed=False, kind=str(Kind.TYPED), evidence="a test",
        linked_at=NOW, linked_by="a test",
    )  # fmt: skip
    pairing = Pairing(
        id=uuid4(), tube=tube, person=person, station="ban-1", operator="", order="person-first",
        person_kind=str(Kind.TYPED), paired_at=NOW, trusted=True, place="", took_ms=1,
        manual=False, received_at=NOW,
    )  # fmt: skip
    with_rows(url, person, link, pairing)


def with_rows(url: str, *rows: object) -> None:
    database = open_database(url)
    with database.write() as session:
        session.add_all(rows)
    database.engine.dispose()
