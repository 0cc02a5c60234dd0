"""The firewall that is shipped for a cluster's machines: tried on a network of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from faults.cluster.parts import DEPLOY

NFT = shutil.which("nft", path="/usr/sbin:/usr/bin") or ""
# Two machines on a wire: ours, which has the firewall, and one from elsewhere that knocks.
TRIED = """
set -eu
ip netns add knocks 2>/dev/null || exit 77
trap 'ip netns del knocks' EXIT
ip link add ours type veth peer name theirs netns knocks
ip addr add 10.0.0.10/16 dev ours; ip link set ours up; ip link set lo up
ip -n knocks addr add {address}/16 dev theirs; ip -n knocks link set theirs up
{nft} -f {rules}
mkfifo {folder}/ready
{python} -c "
import socket
with socket.create_server(('10.0.0.10', {port})) as served:
    open('{folder}/ready', 'w').close()
    served.accept()" & served=$!
read -r _ < {folder}/ready || true  # until it listens
knock="import socket; socket.create_connection(('10.0.0.10', {port}), 2)"
ip netns exec knocks {python} -c "$knock" 2>/dev/null && echo in || echo out
kill $served 2>/dev/null || true
"""


@pytest.mark.skipif(not NFT or os.geteuid() != 0, reason="needs nft, and to be root")
@pytest.mark.parametrize(
    ("address", "port", "said"),
    [
        ("10.0.0.11", 2379, "in"),
        ("10.0.0.11", 5432, "in"),
        ("10.0.1.7", 5432, "in"),
        ("10.0.1.7", 8008, "in"),
        ("10.0.1.7", 2379, "out"),
        ("10.0.2.7", 8008, "out"),
        ("10.0.2.7", 5432, "out"),
        ("10.0.2.7", 2380, "out"),
        ("10.0.2.7", 8000, "in"),
    ],
)
def test_only_the_machines_reach_etcd_and_patroni_and_the_servers_the_database(
    address: str, port: int, said: str, tmp_path: Path
) -> None:
    where = ["--to", str(tmp_path / "made"), "--network", "10.0.1.0/24"]
    machines = [f"n{number}=10.0.0.1{number}" for number in range(3)]
    subprocess.run([sys.executable, str(DEPLOY / "prepare.py"), *where, *machines], check=True)
    rules = tmp_path / "made/n0/firewall.nft"
    script = TRIED.format(
        address=address,
        port=port,
        nft=NFT,
        rules=rules,
        python="/usr/bin/python3",
        folder=tmp_path,
    )
    done = subprocess.run(
        ["unshare", "--net", "--mount", "sh", "-c", script],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    if done.returncode == 77:
        pytest.skip("no network namespaces here")
    assert done.stdout.strip() == said, done.stderr
