"""What a cluster is made of, kept in `made/cluster.json`: a later run makes only what fits."""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

NAME = "cluster.json"
SECRETS = ("ca.key", "ca.crt", "passwords.json")  # without which nothing fits the others
PORTS = (2379, 2380, 8008, 5432)  # etcd's clients and peers, Patroni, PostgreSQL
LEAST = 3
ONE_MACHINE = """{name} was {was} and is {now} now.  A machine that replaces another takes its \
name and its address: the others know it by both."""
OTHER = """{name} is not one of the machines that {to} was made for ({known}).  All of them are \
named at once, when a cluster is made."""
OPTION = """--{name} was {was} when {to} was made, and is {now} now.  The machines have the first: \
type that, or leave it out.  How it is changed on all of them: docs/cluster.md."""
UNFINISHED = "\nNothing of it was finished: to make another cluster, remove {to} and begin anew."
STRANGE = """{to} is not empty and has no {name}: what the machines were made with is not known.  \
Name a new folder, or bring the whole of {to} back from its copy."""
AWAY = """{missing} is not in {to}: what is made without it fits no other machine.  Bring it back \
from the copy of {to}.  There is none: a new cluster beside this one (docs/cluster.md)."""


class Unfit(Exception):
    """What is asked for does not fit what there is; the message says what to do."""


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

    def __str__(self) -> str:
        if self.ports == PORTS:
            return self.address
        return f"{self.address}:{','.join(map(str, self.ports))}"


@dataclass(frozen=True)
class Remembered:
    """Machines by their names, options by theirs, and whether every folder was written once."""

    machines: Mapping[str, str]
    options: Mapping[str, str]
    made: bool = False


def check(machines: Sequence[Machine], network: str) -> None:
    """Raise Unfit for what is no cluster."""
    if len(machines) < LEAST:
        raise Unfit(f"a cluster has {LEAST} machines or more: name them all")
    where = {(each.address, each.ports) for each in machines}
    if len({each.name for each in machines}) < len(machines) or len(where) < len(machines):
        raise Unfit("each machine has a name and an address of its own")
    if not network:
        raise Unfit("say by --network where the servers are that may use the database")


def read(to: Path) -> Remembered | None:
    """Return what *to* was made with, None where it is new or empty.  Raises Unfit."""
    if (to / NAME).is_file():
        return Remembered(**json.loads((to / NAME).read_text("utf-8")))
    if to.exists() and any(to.iterdir()):
        raise Unfit(STRANGE.format(to=to, name=NAME))
    return None


def write(to: Path, kept: Remembered) -> None:
    new = to / f".{NAME}"
    new.write_text(json.dumps(vars(kept), indent=1), "utf-8")
    new.replace(to / NAME)


def check_whole(to: Path, kept: Remembered) -> None:
    """Raise Unfit where something is away that every machine has a share in."""
    missing = [name for name in SECRETS if not (to / name).is_file()]
    if kept.made and missing:
        raise Unfit(AWAY.format(missing=" and ".join(missing), to=to))


def settle(
    options: argparse.Namespace, defaults: Mapping[str, str], kept: Remembered | None
) -> Remembered:
    """Return what holds: what was typed, else what is kept, else the defaults.

    Raises Unfit where something typed is not what is kept.
    """
    typed = {name: said for name in defaults if (said := getattr(options, name)) is not None}
    machines = {each.name: str(each) for each in options.machines}
    if kept is None:
        return Remembered(machines, {**defaults, **typed})
    wrong = [*_machines(options.to, machines, kept.machines), *_options(options.to, typed, kept)]
    if wrong:
        again = "" if kept.made else UNFINISHED.format(to=options.to)
        raise Unfit("\n".join(wrong) + again)
    return kept


def _machines(to: Path, said: Mapping[str, str], kept: Mapping[str, str]) -> Sequence[str]:
    wrong = [
        ONE_MACHINE.format(name=name, was=kept[name], now=now)
        for name, now in said.items()
        if name in kept and kept[name] != now
    ]
    known = ", ".join(kept)
    wrong += [OTHER.format(name=name, to=to, known=known) for name in said if name not in kept]
    if said and (missing := [name for name in kept if name not in said]):
        wrong.append(f"{', '.join(missing)} is not named: name all machines, or none of them.")
    return wrong


def _options(to: Path, typed: Mapping[str, str], kept: Remembered) -> Sequence[str]:
    return [
        OPTION.format(name=name.replace("_", "-"), was=kept.options[name], now=now, to=to)
        for name, now in typed.items()
        if kept.options[name] != now
    ]
