"""HAProxy before the cluster, by the file in deploy/cluster: for programs with one address."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from string import Template

import psycopg

from faults.cluster.local import Local
from faults.cluster.parts import DEPLOY, HERE, Missing, launch
from faults.province import free_port


@contextmanager
def proxy(local: Local) -> Iterator[int]:
    """Start HAProxy and give the port behind which the node is that takes writes."""
    program = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
    if program is None:
        raise Missing("haproxy is not installed: `make cluster` installs it")
    port, reads = free_port(), free_port()
    nodes = "\n".join(
        f"  server {node.name} {HERE}:{node.ports[3]} check port {node.ports[2]}"
        for node in local.nodes
    )
    text = Template((DEPLOY / "haproxy.cfg").read_text())
    settings = local.folder / "haproxy.cfg"
    settings.write_text(text.substitute(write_port=port, read_port=reads, nodes=nodes))
    running: subprocess.Popen[bytes] = launch(
        [program, "-db", "-f", str(settings)], local.folder / "haproxy.log"
    )
    try:
        yield port
    finally:
        running.kill()
        running.wait()


def writes(local: Local, port: int) -> bool:
    """Return whether a row can be written through *port* now."""
    where = f"host={HERE} port={port} user=postgres password={local.password} connect_timeout=3"
    with suppress(psycopg.Error), psycopg.connect(f"{where} dbname=ghepmau") as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS written (at timestamptz)")
        connection.execute("INSERT INTO written VALUES (now())")
        return True
    return False
