"""A PostgreSQL of our own for a while: a fresh cluster in a directory, gone at the end.

The server refuses to run as root; then it runs as `nobody`.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

PORT = 54391


def programs() -> Path | None:
    """Return where PostgreSQL's own programs are, if they are installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@contextmanager
def cluster(where: Path | None = None, port: int = PORT) -> Iterator[str]:
    """Start a cluster that keeps what it commits, and give the URL of an empty database."""
    bin_ = programs()
    if bin_ is None:
        raise FileNotFoundError("PostgreSQL is not installed: apt-get install postgresql-15")
    folder = Path(mkdtemp(prefix="ghepmau-pg-", dir=where))
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody", "nogroup")
    data = folder / "data"
    _run(bin_ / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
         "--locale=C.UTF-8")  # fmt: skip
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c shared_buffers=256MB"
    _run(bin_ / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
    try:
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
    finally:
        _run(bin_ / "pg_ctl", "-D", data, "-m", "fast", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _run(program: Path, *arguments: object) -> None:
    as_nobody = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups")
    command = [*(as_nobody if os.geteuid() == 0 else ()), str(program), *map(str, arguments)]
    subprocess.run(command, check=True, capture_output=True, cwd="/")  # noqa: S603
