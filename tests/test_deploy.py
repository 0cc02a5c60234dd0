"""What is handed out for others' programs leaves no door open."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PATRONI = ROOT / "deploy/cluster/patroni.yml"
UNITS = ROOT / "firmware_config/systemd"


def test_patroni_takes_no_change_of_the_cluster_without_a_password() -> None:
    sections = re.split(r"^(\w+):", PATRONI.read_text("utf-8"), flags=re.M)
    rest = sections[sections.index("restapi") + 1]
    assert re.search(r'^  authentication: \{ username: \w+, password: "\$\{\w+\}" \}', rest, re.M)


def test_a_workbook_that_takes_all_memory_ends_alone_and_not_the_server() -> None:
    for name in ("ghepmau-server", "ghepmau-work"):
        unit = (UNITS / f"{name}.service").read_text("utf-8")
        assert "\nOOMPolicy=continue\n" in unit
