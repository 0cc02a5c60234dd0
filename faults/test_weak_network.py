"""A backlog over a network that carries little: a full upload takes longer than any one wait."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from faults.badlink import INSIDE, behind
from faults.province import station_at
from faults.test_server import serving
from faults.test_wire import pairs

RATE = 160  # kbit/s
PAIRS, MOST = 260, 500  # events of an upload, as a station makes it: some 300 kB
LONGER_THAN, WITHIN = 10.0, 150.0  # seconds: twice what connecting may take


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("CRITICAL")


@pytest.mark.skipif(shutil.which("tc") is None, reason="tc (iproute2) is not installed")
def test_a_backlog_comes_home_though_an_upload_takes_longer_than_any_one_wait(
    tmp_path: Path,
) -> None:
    name = f"gw{os.getpid() % 10_000}"
    inside = {"GHEPMAU_HOST": INSIDE}
    home = station_at(tmp_path / "station")
    pairs(home, 1, PAIRS)
    with (
        behind(name, loss=0, twice=0, late=0),
        serving(tmp_path / "server", home, under=("ip", "netns", "exec", name), environment=inside)
        as server,
    ):  # fmt: skip
        slow(f"{name}a")
        began = time.monotonic()
        up = home.uplink(f"http://{INSIDE}:{server.port}", MOST)
        while up.backlog.next(1) is not None or up.backlog.sent.trouble:
            up.turn()
            assert time.monotonic() < began + WITHIN, up.backlog.sent
        took = time.monotonic() - began
        assert server.stored == home.written
        assert server.alerts() == []
    print(f"{len(home.written)} events over {RATE} kbit/s: {took:.1f} s")
    assert took > LONGER_THAN, "the network was not slow"


def slow(device: str) -> None:
    """Let *device* carry so much only; what waits for it is dropped after less than a second."""
    shaping = f"tc qdisc add dev {device} root tbf rate {RATE}kbit burst 3k latency 800ms"
    if subprocess.run(shaping.split(), check=False, capture_output=True).returncode:
        pytest.skip("this kernel shapes no traffic (tbf)")
