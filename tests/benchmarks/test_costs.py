from pathlib import Path

from benchmarks import costs
from benchmarks.report import Report
from server import vault
from server.db import open_database


def test_every_step_of_a_pairing_is_reckoned(tmp_path: Path) -> None:
    vault.install(vault.Vault.create(tmp_path / "vault.json"))
    database = open_database(f"sqlite:///{tmp_path / 'costs.sqlite'}")
    report = Report("costs")
    costs.run(report, "sqlite", database, 12, lambda: costs.size_of_file(database), lambda: 0.0)
    database.engine.dispose()
    steps = {"upload", "apply", "laboratory", "deliver", "whole", "bytes"}
    assert set(report.figures) == {f"sqlite_{step}" for step in steps}
    assert all(value > 0 for value, _ in report.figures.values())
