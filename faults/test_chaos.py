"""A few days of everything at once, held against the reference row by row; `make chaos`: a month.

A seed that fails is printed; the same command with it plays the same deeds again.
"""

import os
from pathlib import Path

import pytest

from benchmarks import postgres
from faults.chaos import Chaos, chaos

DAYS = int(os.environ.get("GHEPMAU_CHAOS_DAYS", "2"))
SEED = int(os.environ.get("GHEPMAU_CHAOS_SEED", "42"))  # its few days have something of everything


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Uplinks and urllib3 tell of everything that goes wrong, which is everything."""
    caplog.set_level("CRITICAL")


def test_whatever_goes_wrong_every_row_is_as_it_should_be(tmp_path: Path) -> None:
    run = played(tmp_path, SEED, DAYS, "sqlite")
    assert run.full_disks or run.ballast is None  # not everybody may mount one


def test_on_postgresql_too_which_is_killed_every_row_is_as_it_should_be(tmp_path: Path) -> None:
    if postgres.programs() is None:
        pytest.skip(postgres.ABSENT)
    assert played(tmp_path, SEED, 2 * DAYS, "postgresql").killed_databases


def played(folder: Path, seed: int, days: int, engine: str) -> Chaos:
    with chaos(folder, seed, engine) as run:
        wrong = run.run(days)
    print(f"seed {seed}: {run.deeds}, wire {dict(run.world.proxy.done)}")
    assert wrong == [], f"python -m faults.chaos --seed {seed} --days {days} --engine {engine}"
    assert run.bench.done.get("release", 0) > 0
    missing = [deed for deed in ("crash", "clock", "kill", "part") if not run.deeds.get(deed)]
    assert not missing, "these days had nothing of it: another seed"
    return run
