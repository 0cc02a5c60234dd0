"""The cluster itself: three nodes, who leads, and how a program reaches it."""

import json
import os
import re
import secrets
import shutil
import ssl
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

from faults.cluster.parts import HERE, Node, check_installed, prepare
from faults.province import free_port

UP_WITHIN = 120.0  # seconds, on a busy machine


class NotUp(Exception):
    """The cluster did not come up, or did not heal, in time."""


@dataclass
class Local:
    """Three nodes on one machine; `url` is what goes into the setting `database`."""

    folder: Path
    nodes: list[Node]
    bin: Path
    proxy: tuple[int, int]  # HAProxy's ports, to write and to read
    password: str
    master_password: str
    rest_password: str
    dropped: list[tuple[int, int]] = field(default_factory=list)

    @property
    def url(self) -> str:
        hosts = "&".join(f"host={HERE}:{node.ports[3]}" for node in self.nodes)
        shown = f"sslmode=verify-ca&sslrootcert={self.ca}"
        return f"postgresql+psycopg://ghepmau:{self.password}@/ghepmau?{hosts}&{shown}"

    @property
    def ca(self) -> Path:
        """The certificate that signed those of all nodes."""
        return self.folder / "made" / "ca.crt"

    def begin(self) -> None:
        """Start everything for the first time, and make the database."""
        for node in self.nodes:
            node.start_etcd()
        self.nodes[0].start_patroni()
        wait("a first leader", lambda: self.leader is not None)
        for node in self.nodes[1:]:
            node.start_patroni()
        self.wait_whole()
        with self.as_master(self.leader or self.nodes[0]) as connection:
            connection.execute(f"CREATE ROLE ghepmau LOGIN PASSWORD '{self.password}'")
            connection.execute("CREATE DATABASE ghepmau OWNER ghepmau")

    def heal(self) -> None:
        """Start again whatever is down, and wait until all three nodes are there."""
        self.undrop()
        for node in self.nodes:
            if node.etcd is None:
                node.start_etcd()
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
                    found = json.loads(self._get(node, f"https://{HERE}:{node.ports[2]}/cluster"))
                    return list(found["members"])
        return []

    @property
    def etcd_leader(self) -> Node:
        for node in self.nodes:
            with suppress(OSError, ValueError):
                said = json.loads(
                    self._get(node, f"https://{HERE}:{node.ports[0]}/v3/maintenance/status", b"{}")
                )
                if said["leader"] == said["header"]["member_id"]:
                    return node
        raise NotUp("etcd has no leader")

    def etcd_led_by_others(self, node: Node) -> bool:
        """Return whether etcd has a leader, and *node* is not it."""
        with suppress(NotUp):
            return self.etcd_leader is not node
        return False

    def drop_replication(self, node: Node) -> None:
        """Drop what *node* sends to its standbys from now on; nobody is told."""
        for port in node.senders():
            self._iptables("-I", node.ports[3], port)
            self.dropped.append((node.ports[3], port))

    def never_arrived(self) -> int:
        """Return how many packets of replication were dropped up to now."""
        asked = ["iptables", "-nvxL", "INPUT"]
        said = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
        return sum(
            int(line.split()[0])
            for line in said.splitlines()
            for source, target in self.dropped
            if f"spt:{source} dpt:{target}" in line
        )

    def heard(self, node: Node) -> list[str]:
        """Return up to where each standby of *node* says that it has its log."""
        asked = "SELECT flush_lsn::text FROM pg_stat_replication ORDER BY application_name"
        with self.as_master(node) as connection:
            return [str(row[0]) for row in connection.execute(asked).fetchall()]

    def behind(self, node: Node) -> int:
        """Return how many standbys of *node* have not told of all its log."""
        asked = "SELECT count(*) FROM pg_stat_replication WHERE flush_lsn <"
        with self.as_master(node) as connection:
            row = connection.execute(f"{asked} pg_current_wal_flush_lsn()").fetchone()
        return int(row[0]) if row else 0

    def as_master(self, node: Node) -> "psycopg.Connection[Any]":
        where = f"host={HERE} port={node.ports[3]} user=postgres dbname=postgres"
        return psycopg.connect(where, password=self.master_password, autocommit=True)

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

    def replace(self, node: Node) -> None:
        """Let *node* be lost for good, and put a new machine in its place (docs/cluster.md)."""
        node.kill()
        node.kill_etcd()
        for gone in (self.folder / "made" / node.name, *node.folder.iterdir()):
            shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
        other = next(each for each in self.nodes if each is not node)
        wait("etcd's leader", lambda: self.etcd_led_by_others(node))
        other.etcdctl("member", "remove", other.member_of(node))
        peer = f"--peer-urls=https://{HERE}:{node.ports[1]}"
        wait("etcd's consent", lambda: other.takes("member", "add", node.name, peer))
        prepare(self.folder / "made", self.bin, self.nodes, self.proxy)
        node.start_etcd()
        node.start_patroni()
        self.wait_whole()

    def kill_all(self) -> None:
        for node in self.nodes:
            node.kill()
            node.kill_etcd()

    def _get(self, node: Node, url: str, body: bytes | None = None) -> bytes:
        """Ask as the machine itself does: etcd hears nobody without a certificate."""
        shown = ssl.create_default_context(cafile=str(self.ca))
        shown.load_cert_chain(node.files / "node.crt", node.files / "node.key")
        with urllib.request.urlopen(url, body, timeout=3, context=shown) as answer:  # noqa: S310
            return bytes(answer.read())


@contextmanager
def cluster() -> Iterator[Local]:
    """Start a cluster in a folder of its own; nothing of it is left at the end."""
    bin_ = check_installed()
    folder = Path(mkdtemp(prefix="ghepmau-cluster-"))
    folder.chmod(0o755)
    nodes = [_node(number, folder, bin_) for number in range(3)]
    proxy = free_port(), free_port()
    prepare(folder / "made", bin_, nodes, proxy)
    master, rest = (_told(nodes[0], user) for user in ("postgres", "patroni"))
    made = Local(folder, nodes, bin_, proxy, secrets.token_urlsafe(16), master, rest)
    try:
        made.begin()
        yield made
    finally:
        made.undrop()
        made.kill_all()
        shutil.rmtree(folder, ignore_errors=True)


def _node(number: int, folder: Path, bin_: Path) -> Node:
    own = folder / f"n{number}"
    own.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(own, "nobody", "nogroup")
    return Node(number, own, bin_, (free_port(), free_port(), free_port(), free_port()))


def _told(node: Node, user: str) -> str:
    """Return the password of *user* from the file that was written for *node*."""
    settings = (node.files / "patroni.yml").read_text("utf-8")
    found = re.search(rf'username: {user}\b.*?password: "(\w+)"', settings, re.S)
    if found is None:
        raise NotUp(f"no password of {user} in patroni.yml")
    return found[1]


def wait(what: str, holds: Callable[[], object], most: float = UP_WITHIN) -> None:
    """Wait until *holds*; raise NotUp, which names *what*, after *most* seconds."""
    until = monotonic() + most
    while not holds():
        if monotonic() > until:
            raise NotUp(f"waited {most:.0f} s in vain for {what}")
        sleep(0.3)
