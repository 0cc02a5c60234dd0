"""The cluster itself: three nodes, who leads, and how a program reaches it."""

import json
import os
import secrets
import shutil
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from time import monotonic, sleep
from typing import Any

import psycopg

from faults.cluster.parts import HERE, Node, check_installed
from faults.province import free_port

UP_WITHIN = 120.0  # seconds, on a busy machine


class NotUp(Exception):
    """The cluster did not come up, or did not heal, in time."""


@dataclass
class Local:
    """Three nodes on one machine; `url` is what goes into the setting `database`."""

    folder: Path
    nodes: list[Node]
    password: str
    rest_password: str = ""
    dropped: list[tuple[int, int]] = field(default_factory=list)

    @property
    def url(self) -> str:
        hosts = "&".join(f"host={HERE}:{node.ports[3]}" for node in self.nodes)
        return f"postgresql+psycopg://postgres:{self.password}@/ghepmau?{hosts}"

    def begin(self) -> None:
        """Start everything for the first time, and make the database."""
        for node in self.nodes:
            node.start_etcd(self._peers)
        self.nodes[0].start_patroni()
        wait("a first leader", lambda: self.leader is not None)
        for node in self.nodes[1:]:
            node.start_patroni()
        self.wait_whole()
        leader = self.leader or self.nodes[0]
        where = f"host={HERE} port={leader.ports[3]} user=postgres password={self.password}"
        with psycopg.connect(f"{where} dbname=postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE ghepmau")

    def heal(self) -> None:
        """Start again whatever is down, and wait until all three nodes are there."""
        self.undrop()
        for node in self.nodes:
            if node.etcd is None:
                node.start_etcd(self._peers)
            if node.patroni is None:
                node.start_patroni()
            node.thaw()
        self.wait_whole()

    def wait_whole(self) -> None:
        """Wait until there is a leader and two standbys whose answer counts.

        One that only streams is never promoted, and a cluster without any other waits for its
        old leader.
        """
        wait("three nodes", lambda: self.leader and self._counting() == 2)

    def _counting(self) -> int:
        roles = {"quorum_standby", "sync_standby"}
        return sum(
            each["role"] in roles and each["state"] == "streaming" for each in self._members()
        )

    @property
    def leader(self) -> Node | None:
        for member in self._members():
            if member["role"] == "leader" and member["state"] == "running":
                return next(node for node in self.nodes if node.name == member["name"])
        return None

    def _members(self) -> list[dict[str, Any]]:
        for node in self.nodes:
            if node.patroni is not None:
                with suppress(OSError, ValueError):
                    found = json.loads(_get(f"http://{HERE}:{node.ports[2]}/cluster"))
                    return list(found["members"])
        return []

    @property
    def etcd_leader(self) -> Node:
        for node in self.nodes:
            with suppress(OSError, ValueError):
                said = json.loads(
                    _get(f"http://{HERE}:{node.ports[0]}/v3/maintenance/status", b"{}")
                )
                if said["leader"] == said["header"]["member_id"]:
                    return node
        raise NotUp("etcd has no leader")

    def drop_replication(self, node: Node) -> None:
        """Drop what *node* sends to its standbys from now on; nobody is told."""
        for port in node.senders():
            self._iptables("-I", node.ports[3], port)
            self.dropped.append((node.ports[3], port))

    def undrop(self) -> None:
        while self.dropped:
            self._iptables("-D", *self.dropped.pop())

    @staticmethod
    def _iptables(how: str, source: int, target: int) -> None:
        subprocess.run(
            ["iptables", how, "INPUT", "-i", "lo", "-p", "tcp", "--sport", str(source),
             "--dport", str(target), "-j", "DROP"],
            check=True,
        )  # fmt: skip

    def kill_all(self) -> None:
        for node in self.nodes:
            node.kill()
            node.kill_etcd()

    @property
    def _peers(self) -> str:
        return ",".join(f"{node.name}=http://{HERE}:{node.ports[1]}" for node in self.nodes)


@contextmanager
def cluster() -> Iterator[Local]:
    """Start a cluster in a folder of its own; nothing of it is left at the end."""
    bin_ = check_installed()
    folder = Path(mkdtemp(prefix="ghepmau-cluster-"))
    folder.chmod(0o755)
    ports = [(free_port(), free_port(), free_port(), free_port()) for _ in range(3)]
    password, rest = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
    nodes = [_node(number, folder, bin_, ports, password) for number in range(3)]
    for node in nodes:
        node.filled["rest_password"] = rest
    made = Local(folder, nodes, password, rest)
    try:
        made.begin()
        yield made
    finally:
        made.undrop()
        made.kill_all()
        shutil.rmtree(folder, ignore_errors=True)


def _node(
    number: int, folder: Path, bin_: Path, ports: list[tuple[int, int, int, int]], password: str
) -> Node:
    own = folder / f"n{number}"
    own.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(own, "nobody", "nogroup")
    node = Node(number, own, bin_, ports[number])
    node.filled = {
        "name": node.name, "address": HERE, "rest_port": str(node.ports[2]),
        "etcd_hosts": ",".join(f"{HERE}:{each[0]}" for each in ports),
        "pg_port": str(node.ports[3]), "data": str(own / "data"), "bin": str(bin_),
        "folder": str(own), "password": password, "network": f"{HERE}/32", "watchdog": "off",
    }  # fmt: skip
    return node


def wait(what: str, holds: Callable[[], object], most: float = UP_WITHIN) -> None:
    """Wait until *holds*; raise NotUp, which names *what*, after *most* seconds."""
    until = monotonic() + most
    while not holds():
        if monotonic() > until:
            raise NotUp(f"waited {most:.0f} s in vain for {what}")
        sleep(0.3)


def _get(url: str, body: bytes | None = None) -> bytes:
    with urllib.request.urlopen(url, body, timeout=3) as answer:  # noqa: S310 - of ours, http
        return bytes(answer.read())
