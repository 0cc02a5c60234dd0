#!/usr/bin/env python3
"""Makes each machine's files of a cluster: certificates, etcd, Patroni, HAProxy, the firewall.

    prepare.py --to made --network 10.0.1.0/24 n0=10.0.0.10 n1=10.0.0.11 n2=10.0.0.12

writes made/n0, made/n1 and made/n2: each goes to its machine as /etc/ghepmau/cluster
(docs/cluster.md).  `made` itself, with the passwords and with the key that signs certificates,
belongs on none of them.  A folder that is there already is left as it is: to replace a machine,
remove its folder and run `prepare.py --to made`.  What was said at first is in made/cluster.json;
whatever else is said later is refused.  `make cluster` starts its nodes from what this writes.
"""

import argparse
import json
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from ipaddress import IPv4Network
from pathlib import Path
from string import Template

import remembered
from remembered import Machine, Remembered, Unfit

HERE = Path(__file__).parent
DAYS = 3650
PASSWORDS = ("", "replication_", "rewind_", "rest_")
CONFINED = "  user {0}\n  group {0}\n  chroot /var/lib/haproxy"  # HAProxy begins as root
DEFAULTS = {
    "network": "", "bin": "/usr/lib/postgresql/15/bin", "etc": "/etc/ghepmau/cluster",
    "home": "/var/lib/ghepmau-cluster", "watchdog": "automatic", "write_port": "5000",
    "read_port": "5001", "haproxy_user": "haproxy",
}  # fmt: skip
SHARED = ("etcd.yml", "patroni.yml", "haproxy.cfg", "firewall.nft")


def openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def make_ca(to: Path) -> None:
    """Make the certificate that signs the others, unless it is there from an earlier run."""
    key, certificate = to / "ca.key", to / "ca.crt"
    if certificate.exists():
        return
    _new_key(key)
    new = to / ".ca.crt"
    openssl("req", "-x509", "-new", "-key", str(key), "-sha256", "-days", str(DAYS),
            "-subj", "/CN=ghepmau cluster", "-out", str(new))  # fmt: skip
    new.chmod(0o644)
    new.rename(certificate)


def passwords(to: Path) -> dict[str, str]:
    """Return the cluster's passwords: drawn at the first run, and the same ever after."""
    kept = to / "passwords.json"
    if not kept.exists():
        drawn = {f"{name}password": secrets.token_hex(24) for name in PASSWORDS}
        new = to / ".passwords.json"
        new.touch(0o600)
        new.write_text(json.dumps(drawn, indent=1), "utf-8")
        new.rename(kept)
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
    for name in ("ca.crt", "node.crt"):  # whoever asks the database on this machine reads them
        (own / name).chmod(0o644)
    request.unlink()
    told.unlink()


def _new_key(path: Path) -> None:
    path.touch(0o600)
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-out", str(path))  # fmt: skip
    path.chmod(0o600)


def filled(
    machine: Machine, machines: Sequence[Machine], options: Mapping[str, str]
) -> dict[str, object]:
    """Return what stands for each dollar sign of the templates on *machine*."""
    clients, peers, rest, pg = machine.ports
    etc = options["etc"].format(name=machine.name)
    addresses = sorted({each.address for each in machines})
    user = options["haproxy_user"]
    return {
        **options, "etc": etc, "home": options["home"].format(name=machine.name),
        "name": machine.name, "address": machine.address,
        "clients": clients, "peers": peers, "rest_port": rest, "pg_port": pg,
        "etcd_hosts": ",".join(f"{each.address}:{each.ports[0]}" for each in machines),
        "etcd_peers": ",".join(
            f"{each.name}=https://{each.address}:{each.ports[1]}" for each in machines
        ),
        "addresses": ", ".join(addresses), "members": "\n".join(_members(addresses)),
        "nodes": "\n".join(_behind(each, f"{etc}/ca.crt") for each in machines),
        "confined": CONFINED.format(user) if user else "  # as whoever starts it",
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


def prepare(to: Path, kept: Remembered) -> list[str]:
    """Write a folder below *to* for each machine that has none; return their names.

    None is under its name before all are whole: cut off, the same run goes on where it was.
    """
    machines = [Machine.read(f"{name}={where}") for name, where in kept.machines.items()]
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    remembered.write(to, kept)
    make_ca(to)
    missing = [each for each in machines if not (to / each.name).exists()]
    # etcd that comes to others that run has to be told: it would begin a cluster of its own.
    joins = kept.made and len(missing) < len(machines)
    shared = {**passwords(to), "etcd_state": "existing" if joins else "new"}
    for machine in missing:
        _write(to, machine, {**filled(machine, machines, kept.options), **shared})
    for machine in missing:
        (to / f".{machine.name}").rename(to / machine.name)
    remembered.write(to, replace(kept, made=True))
    return [each.name for each in missing]


def _write(to: Path, machine: Machine, values: Mapping[str, object]) -> None:
    own = to / f".{machine.name}"
    shutil.rmtree(own, ignore_errors=True)
    own.mkdir()
    own.chmod(0o755)  # whatever the umask
    make_certificate(to, own, machine)
    for name in SHARED:
        path = own / name
        path.touch(0o600)
        path.write_text(Template((HERE / name).read_text("utf-8")).substitute(values), "utf-8")


def parsed(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Return what was typed: of what was not, None, and no machines."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("machines", nargs="*", type=Machine.read, metavar="NAME=ADDRESS")
    parser.add_argument(
        "--to", type=Path, required=True, help="a new folder, or that of the run before"
    )
    parser.add_argument("--network", type=lambda said: str(IPv4Network(said)),
                        help="where the servers are that may use the database")  # fmt: skip
    parser.add_argument("--bin", help="PostgreSQL's programs")
    parser.add_argument("--etc", help="where a folder goes on its machine")
    parser.add_argument("--home", help="where the data lies there")
    parser.add_argument("--watchdog", choices=("automatic", "required", "off"))
    parser.add_argument("--write-port", help="HAProxy's, to the node that takes writes")
    parser.add_argument("--read-port", help="HAProxy's, to any node that can be read")
    parser.add_argument("--haproxy-user", help="'' for one that is not started by root")
    return parser.parse_args(arguments)


def settled(options: argparse.Namespace) -> Remembered:
    """Return what is to be made, held against the run before.  Raises Unfit."""
    before = remembered.read(options.to)
    if before is None:
        remembered.check(options.machines, options.network or "")
    kept = remembered.settle(options, DEFAULTS, before)
    remembered.check_whole(options.to, kept)
    return kept


def main() -> int:
    options = parsed()
    if shutil.which("openssl") is None:
        print("openssl is not installed (apt install openssl)", file=sys.stderr)
        return 1
    try:
        kept = settled(options)
    except Unfit as error:
        print(error, file=sys.stderr)
        return 1
    written = prepare(options.to, kept)
    left = [name for name in kept.machines if name not in written]
    print(f"Written in {options.to}: {', '.join(written) or 'nothing'}.")
    if left:
        print(f"Left as they were: {', '.join(left)}.")
    if left and written:
        print(
            f"{', '.join(written)} joins the others, which run (initial-cluster-state: existing)."
        )
    print(f"{options.to} stays away from these machines: it has the passwords and ca.key.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
