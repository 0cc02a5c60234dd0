"""HAProxy before the cluster, by the file in deploy/cluster: for programs with one address."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg

from faults.cluster.local import Local
from faults.cluster.parts import HERE, Missing, launch, program


@contextmanager
def proxy(local: Local) -> Iterator[int]:
    """Start HAProxy and give the port behind which the node is that takes writes."""
    haproxy = program("haproxy")
    if haproxy is None:
        raise Missing("haproxy is not installed: `make cluster ARGS=--install` brings it")
    settings = local.folder / "haproxy.cfg"
    settings.write_text((local.nodes[0].files / "haproxy.cfg").read_text("utf-8"))
    port = local.proxy[0]
    running: subprocess.Popen[bytes] = launch(
        [haproxy, "-db", "-f", str(settings)], local.folder / "haproxy.log"
    )
    try:
        yield port
    finally:
        running.kill()
        running.wait()


def writes(local: Local, port: int) -> bool:
    """Return whether a row can be written through *port* now."""
    where = f"host={HERE} port={port} user=ghepmau password={local.password} connect_timeout=3"
    with suppress(psycopg.Error), psycopg.connect(f"{where} dbname=ghepmau") as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS written (at timestamptz)")
        connection.execute("INSERT INTO written VALUES (now())")
        return True
    return False
