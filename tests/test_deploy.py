"""What is handed out for others' programs leaves no door open."""

import re
from pathlib import Path

PATRONI = Path(__file__).parents[1] / "deploy/cluster/patroni.yml"


def test_patroni_takes_no_change_of_the_cluster_without_a_password() -> None:
    sections = re.split(r"^(\w+):", PATRONI.read_text("utf-8"), flags=re.M)
    rest = sections[sections.index("restapi") + 1]
    assert re.search(r'^  authentication: \{ username: \w+, password: "\$\{\w+\}" \}', rest, re.M)
