"""What a target calls things of ours is known of one address."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime

import pytest

from server.db import Database
from server.delivery import remotes
from server.delivery.models import RemoteCopy

pytestmark = pytest.mark.engines

TEST, REAL = "https://test.example/r4", "https://real.example/r4"
AN, BINH = ("Patient", "an"), ("Patient", "binh")


def keep(database: Database, address: str, theirs: str, now: datetime) -> None:
    with database.write() as session:
        remotes.keep(session, "cdc", address, {AN: (theirs, "1")}, now=now)


def known(database: Database, address: str) -> dict[tuple[str, str], tuple[str, str]]:
    with database.read() as session:
        return remotes.of(session, "cdc", address, [AN, BINH])


def test_at_another_address_nothing_is_known_and_what_was_is_forgotten(
    database: Database, now: datetime
) -> None:
    keep(database, TEST, "17", now)
    assert known(database, TEST + "/") == {AN: ("17", "1")}
    assert known(database, REAL) == {}
    keep(database, REAL, "3", now)
    keep(database, REAL, "4", now)
    assert (known(database, REAL), known(database, TEST)) == ({AN: ("4", "1")}, {})


def test_what_was_kept_before_addresses_were_holds_and_gets_its_own(
    database: Database, now: datetime
) -> None:
    with database.write() as session:
        kind, ours = AN
        session.add(RemoteCopy(target="cdc", kind=kind, ours=ours, theirs="17", version="1",
                               seen_at=now))  # fmt: skip
    assert known(database, TEST) == {AN: ("17", "1")}
    keep(database, TEST, "17", now)
    assert known(database, REAL) == {}


def test_a_version_may_be_as_long_as_fhir_lets_ids_be(database: Database, now: datetime) -> None:
    long = "v" * 64
    with database.write() as session:
        remotes.keep(session, "cdc", TEST, {AN: (long, long)}, now=now)
    assert known(database, TEST) == {AN: (long, long)}


def test_several_that_find_a_new_address_at_one_moment_do_not_fail(
    database: Database, now: datetime
) -> None:
    keep(database, TEST, "17", now)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda person: _keep_own(database, person, now), range(8)))
    assert known(database, TEST) == {}


def _keep_own(database: Database, person: int, now: datetime) -> None:
    with database.write() as session:
        found = {("Patient", str(person)): (str(person), "1")}
        remotes.keep(session, "cdc", REAL, found, now=now)


@pytest.mark.parametrize("upgraded", [True, False], ids=["with an address", "of before"])
def test_of_two_servers_with_two_addresses_neither_takes_an_id_for_one_at_its_own(
    database: Database, now: datetime, *, upgraded: bool
) -> None:
    """One has the new settings already, and both remember at one moment."""
    if upgraded:
        keep(database, TEST, "1", now)
    with ThreadPoolExecutor(1) as pool:
        with database.write() as session:
            remotes.keep(session, "cdc", TEST, {AN: ("17", "1")}, now=now)
            other = pool.submit(_keep_binh_at_the_real_one, database, now)
            wait([other], timeout=0.5)  # it goes on once this one is written
        other.result()
    assert (known(database, REAL), known(database, TEST)) == ({BINH: ("3", "1")}, {})


def _keep_binh_at_the_real_one(database: Database, now: datetime) -> None:
    with database.write() as session:
        remotes.keep(session, "cdc", REAL, {BINH: ("3", "1")}, now=now)
