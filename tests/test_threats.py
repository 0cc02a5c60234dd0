"""Each control of docs/threats.md names a test that is there, or the gate itself."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in (ROOT / "docs/threats.md").read_text("utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| who, and")
]
GATE = "the gate"  # `make check`


def test_the_table_is_read() -> None:
    assert len(ROWS) > 40
    assert [row for row in ROWS if len(row) != 3] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_control_names_tests_that_exist(row: list[str]) -> None:
    named = re.findall(r"`((?:tests|faults)/[^`]+)`", row[2])
    assert named == re.findall(r"`([^`]+)`", row[2]), "whole paths"
    assert named or row[2].rstrip(" |") == GATE
    for each in named:
        path, _, test = each.partition("::")
        tree = ast.parse((ROOT / path).read_text("utf-8"))
        tests = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert not test or test in tests
        assert any(name.startswith("test_") for name in tests)
