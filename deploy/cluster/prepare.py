#!/usr/bin/env python3
"""Makes each machine's files of a cluster: certificates, etcd, Patroni, HAProxy, the firewall.

    prepare.py --to made --network 10.0.0.0/24 n0=10.0.0.10 n1=10.0.0.11 n2=10.0.0.12

writes made/n0, made/n1 and made/n2: each goes to its machine as /etc/ghepmau/cluster
(docs/cluster.md).  The passwords are drawn anew; `openssl` makes the certificates, and
`made/ca.key`, which signed them, belongs on no machine.  `make cluster` starts its three nodes from
what this writes.
"""

import argparse
import secrets
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
    if key.exists():
        return
    _new_key(key)
    openssl("req", "-x509", "-new", "-key", str(key), "-sha256", "-days", str(DAYS),
            "-subj", "/CN=ghepmau cluster", "-out", str(certificate))  # fmt: skip


def make_certificate(to: Path, machine: Machine) -> None:
    """Make what *machine* shows to the others: as a server, and as their client."""
    own = to / machine.name
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


def prepare(machines: Sequence[Machine], options: argparse.Namespace) -> None:
    """Write a folder for each machine below `options.to`; the passwords are the same in all."""
    drawn = {f"{name}password": secrets.token_hex(24) for name in PASSWORDS}
    options.to.mkdir(parents=True, exist_ok=True)
    make_ca(options.to)
    for machine in machines:
        own = options.to / machine.name
        own.mkdir(mode=0o700)  # what is there already may be in use: it is not written over
        make_certificate(options.to, machine)
        values = {**filled(machine, machines, options), **drawn}
        for name in SHARED:
            path = own / name
            path.touch(0o600)
            path.write_text(Template((HERE / name).read_text("utf-8")).substitute(values), "utf-8")


def parsed(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("machines", nargs="+", type=Machine.read, metavar="NAME=ADDRESS")
    parser.add_argument(
        "--to", type=Path, required=True, help="a new folder, or the last run's with ca.key in it"
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
    try:
        prepare(options.machines, options)
    except FileExistsError as error:
        print(
            f"{error.filename} is there already: remove it, or name other machines", file=sys.stderr
        )
        return 1
    except FileNotFoundError as error:
        print(f"{error.filename} is not installed (apt install openssl)", file=sys.stderr)
        return 1
    print(f"Written: {', '.join(f'{options.to}/{each.name}' for each in options.machines)}")
    print(f"Keep {options.to}/ca.key away from these machines.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
