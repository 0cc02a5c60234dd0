"""A PostgreSQL of our own for a while: a fresh cluster in a directory, gone at the end.

The server refuses to run as root; then it runs as `nobody`.  Without a port it listens on a socket
in its own directory only, so that any number of them run side by side.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, cast

from server.engines import make_engine

if TYPE_CHECKING:
    import psycopg

PORT = 54391
ROOM = 1 << 30
ABSENT = (
    "PostgreSQL is not installed (its programs are looked for in /usr/lib/postgresql/*/bin). "
    "On Debian: sudo apt-get install postgresql"
)


def programs() -> Path | None:
    """Return where PostgreSQL's own programs are, if they are installed."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    return found[-1].parent if found else None


@dataclass(frozen=True)
class Cluster:
    """A cluster that was made: its folder, and how it is reached."""

    bin: Path
    folder: Path
    port: int | None

    def url(self, database: str = "postgres") -> str:
        if self.port:
            return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def start(self, *, durable: bool = True) -> None:
        options = ["-k", str(self.folder), "-c", "shared_buffers=256MB"]
        options += ["-c", f"listen_addresses={'127.0.0.1' if self.port else ''}"]
        if self.port:
            options += ["-p", str(self.port)]
        if not durable:
            options += ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "jit=off"]
            # In its own folder, which goes: elsewhere half a megabyte stayed of each one ended.
            options += ["-c", "dynamic_shared_memory_type=mmap"]
        self.control("start", "-l", self.folder / "log", "-o", " ".join(options))

    def stop(self, how: str = "fast") -> None:
        self.control("stop", "-m", how)

    def control(self, what: str, *arguments: object) -> None:
        run_as_nobody(self.bin / "pg_ctl", "-D", self.data, "-w", *arguments, what)

    @property
    def postmaster(self) -> int:
        """The process whose children serve this cluster, while it runs."""
        return int((self.data / "postmaster.pid").read_text().partition("\n")[0])

    @property
    def data(self) -> Path:
        return self.folder / "data"


def make(where: Path | None = None, port: int | None = None, *, durable: bool = True) -> Cluster:
    """Make a cluster that is not started yet; raises FileNotFoundError with what to install."""
    bin_ = programs()
    if bin_ is None:
        raise FileNotFoundError(ABSENT)
    if where is None and not durable:
        where = in_memory()
    made = Cluster(bin_, folder_in(where), port)
    run_as_nobody(
        bin_ / "initdb", "-D", made.data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
        "--locale=C.UTF-8", *([] if durable else ["--no-sync"]),
    )  # fmt: skip
    return made


def folder_in(where: Path | None) -> Path:
    """Make a fresh folder for a cluster; whoever it will run as may write in it."""
    folder = Path(mkdtemp(prefix="ghepmau-pg-", dir=where))
    folder.chmod(0o755)
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody", "nogroup")
    return folder


def in_memory(room: int = ROOM) -> Path | None:
    """Return a folder that is no disk, if there is one with room for some small databases."""
    shared = Path("/dev/shm")  # noqa: S108 - a fresh folder of ours is made in it
    return shared if shared.is_dir() and shutil.disk_usage(shared).free > room else None


@contextmanager
def cluster(where: Path | None = None, port: int = PORT) -> Iterator[str]:
    """Start a cluster that keeps what it commits, and give the URL of an empty database."""
    with running(where, port) as made:
        yield made.url()


@contextmanager
def running(
    where: Path | None = None, port: int | None = None, *, durable: bool = True
) -> Iterator[Cluster]:
    """Make and start a cluster; stop it and remove it at the end."""
    made = make(where, port, durable=durable)
    made.start(durable=durable)
    try:
        yield made
    finally:
        made.stop("fast" if durable else "immediate")
        shutil.rmtree(made.folder, ignore_errors=True)


def run_as_nobody(program: Path, *arguments: object) -> None:
    """Run *program*, which refuses to run as root."""
    as_nobody = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups")
    command = [*(as_nobody if os.geteuid() == 0 else ()), str(program), *map(str, arguments)]
    subprocess.run(command, check=True, capture_output=True, cwd="/")  # noqa: S603


@contextmanager
def connected(url: str) -> Iterator["psycopg.Connection"]:
    """Connect as the server does, also to that node of many which takes writes; plain psycopg."""
    engine = make_engine(url)
    made = engine.raw_connection()
    try:
        yield cast("psycopg.Connection", made.driver_connection)
    finally:
        made.close()
        engine.dispose()
