"""Servers and commands of the tests take what a test gives them, whatever runs the tests."""

import os
import subprocess
import sys
from pathlib import Path

from tests import asked

ROOT = Path(__file__).parents[1]
THEIRS = {"GHEPMAU_TEST_ENGINE": "postgresql", "GHEPMAU_DATABASE": "postgresql:///tinh"}


def test_no_setting_of_whoever_runs_the_tests_is_left() -> None:
    assert [name for name in os.environ if name.startswith(asked.PREFIX)] == []


def test_no_setting_is_left_where_one_was_set() -> None:
    which = f"{__file__}::{test_no_setting_of_whoever_runs_the_tests_is_left.__name__}"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", which]
    done = subprocess.run(
        command, env=os.environ | THEIRS, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
