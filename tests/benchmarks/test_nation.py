import re
from pathlib import Path

from benchmarks import nation
from benchmarks.report import Figure, Report
from server import vault
from server.db import open_database

FIGURES: dict[str, Figure] = {
    "sqlite_whole": (36.0, "ms"),
    "sqlite_bytes": (1_000.0, "bytes"),
    "postgresql_whole": (40.0, "ms"),
    "postgresql_beside": (20.0, "ms"),
    "postgresql_bytes": (1e4, "bytes"),
    "postgresql_above_whole": (2.0, "ms"),
    "postgresql_above_beside": (1.6, "ms"),
    "postgresql_above_bytes": (300.0, "bytes"),
}


def test_the_sums_follow_from_what_one_pairing_costs() -> None:
    district, _, above = (tier.row(FIGURES) for tier in nation.TIERS)
    # 10⁵ times 36 ms are an hour; 5 a second take 0.18 of a core; 10⁵ times 1 kB are 0.1 GB
    assert district == ("100,000", "5", "0.18", "1", "0.1", "1")
    # 10⁸ times 3.6 ms are a hundred hours
    assert above == ("100,000,000", "200", "0.72", "100", "30", "300")


def test_what_an_outcome_costs_above_is_measured(tmp_path: Path) -> None:
    vault.install(vault.Vault.create(tmp_path / "vault.json"))
    database, report = open_database(f"sqlite:///{tmp_path / 'above.sqlite'}"), Report("nation")
    nation.above(report, "sqlite", database, 5, lambda: 0.0, lambda: 0.0)
    database.engine.dispose()
    assert report.figures["sqlite_above_whole"][0] > 0


def test_the_page_has_the_rows_that_the_command_prints() -> None:
    page = Path("docs/nation.md").read_text("utf-8")
    printed = [re.split(r"\s*\|\s*", line)[1] for line in nation.lines(FIGURES) if line]
    assert [said for said in printed if said and said not in page] == []
