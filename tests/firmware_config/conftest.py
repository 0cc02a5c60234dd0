"""A machine's files, as the installer puts them into an image."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

FIRMWARE = Path(__file__).parents[2] / "firmware_config"
CMDLINE = "console=serial0,115200 console=tty1 root=PARTUUID=1-02 rootwait\n"
Install = Callable[..., str]


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """An empty Raspberry Pi: nothing but its boot files."""
    boot = tmp_path / "image" / "boot" / "firmware"
    boot.mkdir(parents=True)
    (boot / "config.txt").write_text("# For more options see the web\n[all]\ndtparam=i2c_arm=on\n")
    (boot / "cmdline.txt").write_text(CMDLINE)
    return tmp_path / "image"


@pytest.fixture
def install(image: Path) -> Install:
    def run(*arguments: str) -> str:
        bash = shutil.which("bash") or "/bin/bash"
        command = [bash, str(FIRMWARE / "install.sh"), *arguments, "--root", str(image)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    return run
