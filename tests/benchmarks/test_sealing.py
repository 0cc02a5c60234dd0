"""The benchmark of encryption measures what it says, small."""

from pathlib import Path

from benchmarks.sealing import measure
from server.vault import Vault, install


def test_a_small_run_gives_every_ratio(tmp_path: Path) -> None:
    install(Vault.create(tmp_path / "keys.json"))
    report = measure(tmp_path, people=120, rounds=1)
    assert set(report.ratios) == {"insert", "read", "search", "room"}
    assert all(ratio > 0 for ratio in report.ratios.values())
    assert report.figures["microseconds_a_value"][0] > 0
