"""Machines that the laboratory listens to: who they are, how they connect, what they call things.

A TOML file, named by the setting `machines`; an unknown key stops the start.

    [[machine]]
    name = "xpert-1"
    link = "astm-tcp"          # mllp, astm-tcp or astm-serial
    address = "0.0.0.0:9100"   # or device = "/dev/ttyUSB0", baud = 9600
    sample_fields = ["O-3"]
    targets = { "N2" = "N" }
"""

import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from contract.spoken import Spoken
from server.lab.instruments.profile import PLAIN, Profile

Link = Literal["mllp", "astm-tcp", "astm-serial"]


class MachinesError(Spoken):
    """The file of machines is missing or wrong; the message says where."""


class Machine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One machine of the laboratory."""

    name: Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9._-]{0,39}$")]
    link: Link
    address: str = ""
    device: str = ""
    baud: Annotated[int, msgspec.Meta(ge=300, le=1_000_000)] = 9600
    place: str = ""
    sample_fields: tuple[str, ...] = ()
    targets: dict[str, str] = {}

    @property
    def profile(self) -> Profile:
        return Profile(self.name, self.sample_fields, self.targets)

    @property
    def endpoint(self) -> tuple[str, int]:
        host, _, port = self.address.rpartition(":")
        return host.strip("[]"), int(port)


class _File(msgspec.Struct, forbid_unknown_fields=True):
    machine: list[Machine] = []


def load(named: str) -> list[Machine]:
    """Read the file of machines, none if *named* is ''.  Raises MachinesError."""
    if not named:
        return []
    path = Path(named)
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        found = msgspec.convert(document, _File).machine
    except (OSError, ValueError) as error:
        raise MachinesError(
            f"không đọc được các máy trong {path}: {error}",
            f"cannot read the machines in {path}: {error}",
        ) from error
    names = [each.name for each in found]
    for each in found:
        if names.count(each.name) > 1:
            raise MachinesError(
                f"{path}: hai máy cùng tên {each.name}",
                f"{path}: two machines are called {each.name}",
            )
        _check(each, path)
    return found


def _check(machine: Machine, path: Path) -> None:
    if machine.link in {"mllp", "astm-tcp"}:
        try:
            machine.endpoint  # noqa: B018 - it raises where it cannot be one
        except ValueError as error:
            raise MachinesError(
                f'{path}: máy {machine.name} cần address = "máy:cổng"',
                f'{path}: machine {machine.name} needs address = "host:port"',
            ) from error
    if machine.link == "astm-serial" and not machine.device:
        raise MachinesError(
            f"{path}: máy {machine.name} cần device",
            f"{path}: machine {machine.name} needs a device",
        )


_known: dict[str, Profile] = {}


def install(machines: list[Machine]) -> None:
    """Let this process read what these machines send by their profiles."""
    _known.clear()
    _known.update({each.name: each.profile for each in machines})


def profile_of(source: str) -> Profile:
    return _known.get(source, PLAIN)
