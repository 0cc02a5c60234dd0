"""A node of the cluster: an etcd member and a Patroni with its PostgreSQL, processes of ours.

PostgreSQL and etcd refuse root or need not have it: as root we run them as `nobody`.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.postgres import ABSENT, programs

DEPLOY = Path(__file__).parents[2] / "deploy" / "cluster"
# (the interpreter in its first line must be one that nobody may run: not below /root)
PATRONI = Path(__file__).parents[2] / ".peers" / "patroni" / "bin" / "patroni"
FETCHED = PATRONI.parents[2] / "bin"  # etcd and HAProxy, where no package of them is installed
HERE = "127.0.0.1"
ELSEWHERE = ("/usr/sbin", str(FETCHED))
CERTIFICATES = {"cacert": "ca.crt", "cert": "node.crt", "key": "node.key"}
AS_NOBODY = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups")


class Missing(Exception):
    """Something that a cluster needs is not installed."""


def program(name: str) -> str | None:
    """Return where a program is, installed or fetched."""
    return shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", ""), *ELSEWHERE)))


class NotRunning(Exception):
    """There is nothing to kill: a fault that nobody would notice."""


def check_installed() -> Path:
    """Return where PostgreSQL's programs are; raise Missing with what to install."""
    bin_ = programs()
    if bin_ is None:
        raise Missing(ABSENT)
    if not (program("etcd") and program("etcdctl") and PATRONI.exists()):
        raise Missing("etcd or Patroni is not installed: `make cluster ARGS=--install` brings both")
    if os.geteuid() == 0 and subprocess.run([*AS_NOBODY, "test", "-x", PATRONI]).returncode:
        raise Missing(f"{PATRONI} cannot be run by nobody: put the project where nobody may look")
    return bin_


def prepare(to: Path, bin_: Path, nodes: Sequence["Node"], proxy: tuple[int, int]) -> None:
    """Write each node's files as an operator does, by the program that is shipped for it.

    *proxy* are the ports of HAProxy to write and to read.  Machines of one address differ by their
    ports, and each keeps its files in a folder of its own.
    """
    where = [f"{node.name}={HERE}:{','.join(map(str, node.ports))}" for node in nodes]
    etc, home = f"{to.parent}/{{name}}/etc", f"{to.parent}/{{name}}"
    places = ["--to", str(to), "--etc", etc, "--home", home]
    others = ["--network", "192.0.2.0/24", "--bin", str(bin_), "--watchdog", "off"]
    others += ["--haproxy-user", ""]
    others += ["--write-port", str(proxy[0]), "--read-port", str(proxy[1])]
    command = [sys.executable, str(DEPLOY / "prepare.py"), *places, *others, *where]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    for node in nodes:
        if not node.files.exists():
            shutil.copytree(to / node.name, node.files)
            if os.geteuid() == 0:
                for path in (node.folder, node.files, *node.files.iterdir()):
                    shutil.chown(path, "nobody", "nogroup")


def launch(command: list[str], log: Path) -> "subprocess.Popen[bytes]":
    """Start *command* as nobody (if we are root), in a session of its own."""
    whole = [*(AS_NOBODY if os.geteuid() == 0 else ()), *command]
    home = {"HOME": "/nonexistent"}  # libpq looks there for certificates: not into root's
    with log.open("ab") as out:
        return subprocess.Popen(
            whole, stdout=out, stderr=out, stdin=subprocess.DEVNULL, cwd="/",
            start_new_session=True, env={**os.environ, **home},
        )  # fmt: skip


@dataclass
class Node:
    """Node number *number*; `ports` are those of etcd (clients, peers), Patroni and PostgreSQL."""

    number: int
    folder: Path
    bin: Path
    ports: tuple[int, int, int, int]
    etcd: "subprocess.Popen[bytes] | None" = None
    patroni: "subprocess.Popen[bytes] | None" = None

    @property
    def name(self) -> str:
        return f"n{self.number}"

    @property
    def files(self) -> Path:
        """Where `prepare.py` wrote what belongs on this machine."""
        return self.folder / "etc"

    def start_etcd(self) -> None:
        command = [program("etcd") or "etcd", "--config-file", str(self.files / "etcd.yml")]
        self.etcd = launch(command, self.folder / "etcd.log")

    def start_patroni(self) -> None:
        command = [str(PATRONI), str(self.files / "patroni.yml")]
        self.patroni = launch(command, self.folder / "patroni.log")

    def etcdctl(self, *arguments: str) -> str:
        """Ask this node's etcd, with this node's certificate."""
        shown = [f"--{name}={self.files}/{file}" for name, file in CERTIFICATES.items()]
        where = f"--endpoints=https://{HERE}:{self.ports[0]}"
        done = subprocess.run(
            ["etcdctl", where, *shown, *arguments], capture_output=True, text=True, check=True
        )
        return done.stdout

    def takes(self, *arguments: str) -> bool:
        """Return whether etcd did so: for seconds after a new leader it changes no members."""
        with suppress(subprocess.CalledProcessError):
            return bool(self.etcdctl(*arguments))
        return False

    def keeps(self) -> bool:
        """Return whether etcd keeps what it is given here: without a majority it does not."""
        return self.takes("put", "/told", "x")

    def member_of(self, node: "Node") -> str:
        """Return the number that etcd, asked here, knows *node* by: another machine has another."""
        found = re.search(rf"^(\w+), \w+, {node.name},", self.etcdctl("member", "list"), re.M)
        if found is None:
            raise NotRunning(f"etcd knows no {node.name}")
        return found[1]

    def answers(self) -> list[int]:
        """Return which of its ports anybody answers at."""
        found = []
        for port in self.ports:
            with suppress(OSError), socket.create_connection((HERE, port), timeout=3):
                found.append(port)
        return found

    def patroni_said(self) -> str:
        return (self.folder / "patroni.log").read_text(errors="replace")

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
        with suppress(NotRunning):
            self.kill_postgresql()

    def kill_postgresql(self) -> int:
        """SIGKILL for its PostgreSQL; return which process that was.  Raises NotRunning."""
        postmaster = self.postmaster
        if postmaster is None or not _is_postgresql(postmaster):
            raise NotRunning(f"{self.name} has no PostgreSQL that runs")
        for pid in [postmaster, *_children(postmaster)]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return postmaster

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


def _is_postgresql(pid: int) -> bool:
    """Return whether that process is one: the number may be another's by now."""
    try:
        name, state = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)
    except OSError:
        return False
    return name.endswith("(postgres") and not state.startswith("Z")


def _children(pid: int) -> list[int]:
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
