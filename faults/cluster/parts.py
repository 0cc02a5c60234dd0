"""A node of the cluster: an etcd member and a Patroni with its PostgreSQL, processes of ours.

PostgreSQL and etcd refuse root or need not have it: as root we run them as `nobody`.
"""

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

from benchmarks.postgres import ABSENT, programs

DEPLOY = Path(__file__).parents[2] / "deploy" / "cluster"
# (the interpreter in its first line must be one that nobody may run: not below /root)
PATRONI = Path(__file__).parents[2] / ".peers" / "patroni" / "bin" / "patroni"
HERE = "127.0.0.1"
AS_NOBODY = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups")


class Missing(Exception):
    """Something that a cluster needs is not installed."""


def check_installed() -> Path:
    """Return where PostgreSQL's programs are; raise Missing with what to install."""
    bin_ = programs()
    if bin_ is None:
        raise Missing(ABSENT)
    if shutil.which("etcd") is None or not PATRONI.exists():
        raise Missing("etcd or Patroni is not installed: `make cluster` installs both")
    if os.geteuid() == 0 and subprocess.run([*AS_NOBODY, "test", "-x", PATRONI]).returncode:
        raise Missing(f"{PATRONI} cannot be run by nobody: put the project where nobody may look")
    return bin_


def launch(command: list[str], log: Path) -> "subprocess.Popen[bytes]":
    """Start *command* as nobody (if we are root), in a session of its own."""
    whole = [*(AS_NOBODY if os.geteuid() == 0 else ()), *command]
    with log.open("ab") as out:
        return subprocess.Popen(
            whole, stdout=out, stderr=out, stdin=subprocess.DEVNULL, cwd="/", start_new_session=True
        )


@dataclass
class Node:
    """Node number *number*; `ports` are those of etcd (clients, peers), Patroni and PostgreSQL."""

    number: int
    folder: Path
    bin: Path
    ports: tuple[int, int, int, int]
    etcd: "subprocess.Popen[bytes] | None" = None
    patroni: "subprocess.Popen[bytes] | None" = None
    filled: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"n{self.number}"

    def start_etcd(self, peers: str) -> None:
        clients, peer = (f"http://{HERE}:{port}" for port in self.ports[:2])
        self.etcd = launch(
            ["etcd", "--name", self.name, "--data-dir", str(self.folder / "etcd"),
             "--listen-client-urls", clients, "--advertise-client-urls", clients,
             "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
             "--initial-cluster", peers, "--initial-cluster-state", "new",
             "--heartbeat-interval", "200", "--election-timeout", "2000"],
            self.folder / "etcd.log",
        )  # fmt: skip

    def start_patroni(self) -> None:
        settings = self.folder / "patroni.yml"
        text = Template((DEPLOY / "patroni.yml").read_text()).substitute(self.filled)
        settings.write_text(text)
        self.patroni = launch([str(PATRONI), str(settings)], self.folder / "patroni.log")

    def kill_etcd(self) -> None:
        if self.etcd is not None:
            self.etcd.kill()
            self.etcd.wait()
            self.etcd = None

    def kill(self) -> None:
        """SIGKILL Patroni, PostgreSQL and every process of it: the machine is gone."""
        if self.patroni is not None:
            self.patroni.kill()
            self.patroni.wait()
            self.patroni = None
        self.kill_postgresql()

    def kill_postgresql(self) -> None:
        postmaster = self.postmaster
        if postmaster is None:
            return
        for pid in [postmaster, *_children(postmaster)]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    @property
    def postmaster(self) -> int | None:
        try:
            return int((self.folder / "data" / "postmaster.pid").read_text().split("\n")[0])
        except (OSError, ValueError):
            return None

    def freeze(self) -> None:
        """Stop Patroni as a machine short of memory does; its PostgreSQL goes on."""
        if self.patroni is not None:
            self.patroni.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        if self.patroni is not None:
            self.patroni.send_signal(signal.SIGCONT)

    def senders(self) -> list[int]:
        """Return the ports of the standbys that this node sends its log to."""
        ports = []
        for pid in _children(self.postmaster or 0):
            with suppress(OSError):
                said = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
                if "walsender" in said and f"{HERE}(" in said:
                    ports.append(int(said.split(f"{HERE}(")[1].split(")")[0]))
        return ports


def _children(pid: int) -> list[int]:
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
