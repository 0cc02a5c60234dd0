"""What settings must not say together, though each alone may be said."""

import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from contract.spoken import Spoken
from device.drivers.panel_gpio import NONE
from device.roles import Role

if TYPE_CHECKING:
    from device.config import Config

_SHIFTING = re.compile(r"/dev/(tty(USB|ACM)|input/event)\d+")


class ConfigError(Spoken, ValueError):
    """The settings cannot be used; the message says where and why."""


def check_whole(path: Path, config: "Config") -> None:
    """Raise ConfigError where readers, camera or pins do not go together."""
    _refuse_shifting(path, config)
    _refuse_deaf(path, config)
    _refuse_shared_pins(path, config)


def _refuse_shifting(path: Path, config: "Config") -> None:
    for name, table in config.readers.items():
        if _SHIFTING.fullmatch(table.port):
            raise ConfigError(
                f"{path}: {name}.port: lần khởi động sau {table.port} có thể là thiết bị "
                "khác; ghi tên cố định của nó trong /dev/ghepmau, /dev/serial/by-id hoặc "
                "/dev/input/by-id",
                f"{path}: {name}.port: {table.port} may be another device after the next "
                "start; "
                "give its lasting name under /dev/ghepmau, /dev/serial/by-id or "
                "/dev/input/by-id",
            )


def _refuse_deaf(path: Path, config: "Config") -> None:
    """Refuse readers whose roles leave the table without somebody to read persons, or tubes."""
    readers, camera = config.readers, config.camera
    roles = {table.role for table in readers.values()}
    if len({table.port for table in readers.values()}) < len(readers):
        raise ConfigError(
            f"{path}: reader2.port: cũng là cổng của [reader]",
            f"{path}: reader2.port: is the port of [reader], too",
        )
    if roles == {Role.PERSON} and not camera.tubes:
        raise ConfigError(
            f"{path}: reader.role: ở đây không gì đọc ống; 'both' đọc tất cả",
            f"{path}: reader.role: nothing here reads tubes; 'both' reads all",
        )
    if roles == {Role.TUBE} and camera.source == "":
        raise ConfigError(
            f"{path}: reader.role: ở đây không gì đọc mã người; 'both' đọc tất cả",
            f"{path}: reader.role: nothing here reads persons; 'both' reads all",
        )


def _refuse_shared_pins(path: Path, config: "Config") -> None:
    known: dict[int, str] = {}
    for name, pin in asdict(config.panel.pins).items():
        if pin != NONE and (first := known.setdefault(pin, name)) != name:
            raise ConfigError(
                f"{path}: panel.{name}: chân {pin} cũng là của {first}",
                f"{path}: panel.{name}: {pin} is the pin of {first}, too",
            )
