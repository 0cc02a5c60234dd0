"""The load that is played is the load that is told: everybody once, bursts after hours off-line."""

from pathlib import Path
from random import Random

import pytest

from benchmarks.ingest_traffic import Chain
from benchmarks.load_clients import Act, Tally, Wire, play
from benchmarks.load_scripts import HOURS, pairings, station
from benchmarks.load_site import ground
from contract.signing import private_key


def chain() -> Chain:
    return Chain("tram-1", private_key(bytes(32)), ["sealed"], 26, Random(1))


def test_people_come_at_the_hours_of_a_day() -> None:
    times = pairings(6_000, 120.0, Random(2))
    assert len(times) == 6_000
    assert times == sorted(times)
    assert times[0] >= 0
    assert times[-1] <= 120
    noon = sum(60 <= at < 70 for at in times) / 6_000
    assert noon == pytest.approx(HOURS[6] / sum(HOURS), abs=0.03)


@pytest.mark.parametrize("seed", range(12))
def test_a_station_brings_each_of_its_pairs_and_none_before_it_was_made(seed: int) -> None:
    one, rng = chain(), Random(seed)
    times = pairings(700, 60.0, rng)
    acts = station(one, times, 60.0, rng)
    assert one.seq == 700
    assert [act.at for act in acts] == sorted(act.at for act in acts)
    assert acts[-1].at <= 61


def test_what_a_server_refuses_for_good_is_counted_and_what_it_puts_off_is_repeated() -> None:
    answers = iter((503, 200, 409))
    acts = [Act(0.0, "upload", lambda _: next(answers)) for _ in range(2)]
    tally: Tally = play(1, [acts])
    assert tally.again == 1
    assert tally.refused == {409: 1}
    assert len(tally.took["upload"]) == 2


def test_no_answer_at_all_is_as_good_as_a_server_that_is_busy() -> None:
    assert Wire(1).send("GET", "/", b"", {}) == 503


@pytest.mark.parametrize("asked", ["postgres", "Cluster"])
def test_an_engine_that_nobody_knows_is_refused_with_those_that_there_are(
    tmp_path: Path, asked: str
) -> None:
    with pytest.raises(SystemExit, match="one of sqlite"), ground(tmp_path, asked, 1, 1, 1):
        pass
