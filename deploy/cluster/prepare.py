#!/usr/bin/env python3
"""Makes each machine's files of a cluster: certificates, etcd, Patroni, HAProxy, the firewall.

    prepare.py --to made --network 10.0.1.0/24 n0=10.0.0.10 n1=10.0.0.11 n2=10.0.0.12

writes made/n0, made/n1 and made/n2: each goes to its machine as /etc/ghepmau/cluster
(docs/cluster.md).  `made` itself, with the passwords and with the key that signs certificates,
belongs on none of them.  A folder that is there already is left as it is: to replace a machine,
remove its folder and run the same again.  `make cluster` starts its nodes from what this writes.
"""

import argparse
import json
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from string import Template

HERE = Path(__file__).parent
PORTS = (2379, 2380, 8008, 5432)  # etcd's clients and peers, Patroni, PostgreSQL
DAYS = 3650
LEAST = 3
PASSWORDS = ("", "replication_", "rewind_", "rest_")
SHARED = ("etcd.yml", "patroni.yml", "haproxy.cfg", "firewall.nft")


@dataclass(frozen=True)
class Machine:
    """NAME=ADDRESS, or NAME=ADDRESS:PORT,PORT,PORT,PORT where they are not the usual ones."""

    name: str
    address: str
    ports: tuple[int, ...] = PORTS

    @classmethod
    def read(cls, said: str) -> "Machine":
        name, _, where = said.partition("=")
        address, _, ports = where.partition(":")
        IPv4Address(address)
        if not name.isalnum():
            raise ValueError(f"a name of letters and digits, not {name!r}")
        if not ports:
            return cls(name, address)
        clients, peers, rest, pg = (int(port) for port in ports.split(","))
        return cls(name, address, (clients, peers, rest, pg))


def openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def make_ca(to: Path) -> None:
    """Make the certificate that signs the others, unless it is there from an earlier run."""
    key, certificate = to / "ca.key", to / "ca.crt"
    if certificate.exists():
        return
    _new_key(key)
    openssl("req", "-x509", "-new", "-key", str(key), "-sha256", "-days", str(DAYS),
            "-subj", "/CN=ghepmau cluster", "-out", str(certificate))  # fmt: skip


def passwords(to: Path) -> dict[str, str]:
    """Return the cluster's passwords: drawn at the first run, and the same ever after."""
    kept = to / "passwords.json"
    if not kept.exists():
        drawn = {f"{name}password": secrets.token_hex(24) for name in PASSWORDS}
        kept.touch(0o600)
        kept.write_text(json.dumps(drawn, indent=1), "utf-8")
    return dict(json.loads(kept.read_text("utf-8")))


def make_certificate(to: Path, own: Path, machine: Machine) -> None:
    """Make in *own* what *machine* shows to the others: as a server, and as their client."""
    _new_key(own / "node.key")
    request, told = own / "node.csr", own / "node.ext"
    told.write_text(
        f"subjectAltName=IP:{machine.address},DNS:{machine.name}\n"
        "extendedKeyUsage=serverAuth,clientAuth\nbasicConstraints=CA:FALSE\n"
    )
    openssl("req", "-new", "-key", str(own / "node.key"), "-subj", f"/CN={machine.name}",
            "-out", str(request))  # fmt: skip
    openssl("x509", "-req", "-in", str(request), "-CA", str(to / "ca.crt"), "-CAkey",
            str(to / "ca.key"), "-CAcreateserial", "-sha256", "-days", str(DAYS), "-extfile",
            str(told), "-out", str(own / "node.crt"))  # fmt: skip
    (own / "ca.crt").write_bytes((to / "ca.crt").read_bytes())
    request.unlink()
    told.unlink()


def _new_key(path: Path) -> None:
    path.touch(0o600)
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-out", str(path))  # fmt: skip
    path.chmod(0o600)


def filled(
    machine: Machine, machines: Sequence[Machine], options: argparse.Namespace
) -> dict[str, object]:
    """Return what stands for each dollar sign of the templates on *machine*."""
    clients, peers, rest, pg = machine.ports
    etc = options.etc.format(name=machine.name)
    addresses = sorted({each.address for each in machines})
    return {
        "name": machine.name, "address": machine.address, "etc": etc,
        "home": options.home.format(name=machine.name), "bin": options.bin,
        "clients": clients, "peers": peers, "rest_port": rest, "pg_port": pg,
        "etcd_hosts": ",".join(f"{each.address}:{each.ports[0]}" for each in machines),
        "etcd_peers": ",".join(
            f"{each.name}=https://{each.address}:{each.ports[1]}" for each in machines
        ),
        "addresses": ", ".join(addresses), "members": "\n".join(_members(addresses)),
        "network": options.network, "watchdog": options.watchdog,
        "nodes": "\n".join(_behind(each, f"{etc}/ca.crt") for each in machines),
        "write_port": options.write_port, "read_port": options.read_port,
    }  # fmt: skip


def _behind(machine: Machine, ca: str) -> str:
    """Return HAProxy's line for a machine."""
    _, _, rest, pg = machine.ports
    asked = f"check port {rest} check-ssl verify required ca-file {ca}"
    return f"  server {machine.name} {machine.address}:{pg} {asked}"


def _members(addresses: Sequence[str]) -> Iterator[str]:
    """Yield the lines by which PostgreSQL lets the machines themselves in."""
    for address in addresses:
        yield f"    - hostssl replication replicator {address}/32 scram-sha-256"
        yield f"    - hostssl all postgres,rewinder,ghepmau {address}/32 scram-sha-256"


def prepare(machines: Sequence[Machine], options: argparse.Namespace) -> list[str]:
    """Write a folder below `options.to` for each machine that has none; return their names."""
    options.to.mkdir(mode=0o700, parents=True, exist_ok=True)
    make_ca(options.to)
    missing = [each for each in machines if not (options.to / each.name).exists()]
    # etcd that comes to others that run has to be told: it would begin a cluster of its own.
    state = {"etcd_state": "new" if len(missing) == len(machines) else "existing"}
    for machine in missing:
        own = options.to / f".{machine.name}"  # under its name when it is whole
        shutil.rmtree(own, ignore_errors=True)
        own.mkdir(mode=0o755)
        make_certificate(options.to, own, machine)
        values = {**filled(machine, machines, options), **passwords(options.to), **state}
        for name in SHARED:
            path = own / name
            path.touch(0o600)
            path.write_text(Template((HERE / name).read_text("utf-8")).substitute(values), "utf-8")
        own.rename(options.to / machine.name)
    return [each.name for each in missing]


def checked(machines: Sequence[Machine]) -> None:
    """Raise ValueError for machines that are no cluster."""
    if len(machines) < LEAST:
        raise ValueError(f"a cluster has {LEAST} machines or more: name them all, each time")
    where = {(each.address, each.ports) for each in machines}
    if len({each.name for each in machines}) < len(machines) or len(where) < len(machines):
        raise ValueError("each machine has a name and an address of its own")


def parsed(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("machines", nargs="+", type=Machine.read, metavar="NAME=ADDRESS")
    parser.add_argument(
        "--to", type=Path, required=True, help="a new folder, or that of the run before"
    )
    parser.add_argument("--network", type=lambda said: str(IPv4Network(said)), required=True,
                        help="where the servers are that may use the database")  # fmt: skip
    parser.add_argument("--bin", default="/usr/lib/postgresql/15/bin", help="PostgreSQL's programs")
    parser.add_argument(
        "--etc", default="/etc/ghepmau/cluster", help="where a folder goes on its machine"
    )
    parser.add_argument(
        "--home", default="/var/lib/ghepmau-cluster", help="where the data lies there"
    )
    parser.add_argument("--watchdog", choices=("automatic", "required", "off"), default="automatic")
    parser.add_argument("--write-port", type=int, default=5000)
    parser.add_argument("--read-port", type=int, default=5001)
    return parser.parse_args(arguments)


def main() -> int:
    options = parsed()
    if shutil.which("openssl") is None:
        print("openssl is not installed (apt install openssl)", file=sys.stderr)
        return 1
    try:
        checked(options.machines)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    written = prepare(options.machines, options)
    left = [each.name for each in options.machines if each.name not in written]
    print(f"Written in {options.to}: {', '.join(written) or 'nothing'}.")
    if left:
        print(f"Left as they were: {', '.join(left)}.")
    print(f"{options.to} stays away from these machines: it has the passwords and ca.key.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
