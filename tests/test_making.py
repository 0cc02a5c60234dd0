"""What `make` offers and installs: all is listed, nothing begins a service of a stranger."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BEGIN_SERVICES = {"caddy", "etcd-server", "haproxy", "nginx", "postgresql"}


def test_make_help_lists_everything_that_can_be_made() -> None:
    make = shutil.which("make")
    if make is None:
        pytest.skip("make is not installed")
    told = re.findall(r"^([\w-]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.M)
    done = subprocess.run([make, "-C", str(ROOT), "help"], capture_output=True, text=True)
    listed = [line.split()[0] for line in done.stdout.splitlines() if line[:1].isalpha()]
    assert "a11y" in told
    assert set(told) <= set(listed)


def test_no_package_is_installed_that_begins_a_service() -> None:
    """Their programs are fetched as files; PostgreSQL's package is told to begin none."""
    text = (ROOT / "tools/installing.sh").read_text("utf-8")
    assert not set(re.findall(r"=([a-z0-9.-]+)(?=[\s'\\])", text)) & BEGIN_SERVICES


@pytest.mark.parametrize(("test", "code"), [("pytest.skip('no etcd')", 5), ("pass", 0)])
def test_a_run_of_the_cluster_s_faults_that_skips_everything_fails(
    test: str, code: int, tmp_path: Path
) -> None:
    shutil.copy(ROOT / "faults/cluster/conftest.py", tmp_path)
    (tmp_path / "test_one.py").write_text(f"import pytest\n\ndef test_one():\n    {test}\n")
    command = [sys.executable, "-m", "pytest", "-q", "-c", "/dev/null", "--rootdir", str(tmp_path)]
    done = subprocess.run([*command, str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == code, done.stdout
    assert ("every test was skipped" in done.stdout) == (code != 0)
