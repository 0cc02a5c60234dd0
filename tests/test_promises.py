"""Each promise names a test that is there and is run: docs/promises.md is no wish list."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
TESTS = """
import pytest

def test_kept():
    pass

@pytest.mark.parametrize("where", ["here", "there"])
def test_half(where):
    if where == "there":
        pytest.skip("no disk there")
"""


@pytest.fixture
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("promises", ROOT / "tools" / "promises.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool


def test_every_promise_names_tests_that_exist(tool: ModuleType) -> None:
    assert len(list(tool.promises())) > 40
    assert tool.missing() == []


def test_readme_has_the_table_that_the_command_prints_and_promises_no_more(
    tool: ModuleType,
) -> None:
    """What was promised since may be missing there until somebody prints it again."""
    lines = list(tool.table())
    page = (ROOT / "README.md").read_text("utf-8").splitlines()
    there = page.index(lines[0])
    shown = [line.strip("| ").split(" | ") for line in page[there + 2 : there + len(lines)]]
    printed = [line.strip("| ").split(" | ") for line in lines[2:]]
    assert [row[0] for row in shown] == [row[0] for row in printed]
    for told, true in zip(shown, printed, strict=True):
        assert int(told[1]) <= int(true[1])
        assert int(told[2]) <= int(true[2])


def test_a_promise_whose_test_was_skipped_is_named_with_the_reason(
    tool: ModuleType, tmp_path: Path
) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own/test_some.py").write_text(TESTS)
    (tmp_path / "pytest.ini").touch()
    kept, half = ("own/test_some.py", "test_kept"), ("own/test_some.py", "test_half")
    assert tool.run(tmp_path, [kept, half]) == (0, {half: "no disk there"})


def test_the_fault_tests_are_found_where_nothing_was_installed_for_them(tmp_path: Path) -> None:
    """They are skipped one by one then, and those that need nothing run."""
    absent = 'raise ModuleNotFoundError("not installed", name="mfusepy")\n'
    (tmp_path / "mfusepy.py").write_text(absent)
    asked = [sys.executable, "-m", "pytest", "--collect-only", "-q", "faults"]
    done = subprocess.run(
        asked, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(tmp_path)}, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "test_crash_states.py::test_no_crash_state_lacks_what_was_told" in done.stdout
