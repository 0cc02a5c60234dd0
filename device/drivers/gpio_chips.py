"""Which chip is the header: found by its label, as its number has moved from kernel to kernel.

rpi-lgpio takes the number from RPI_LGPIO_CHIP; where somebody set that, it is left alone.  The real
RPi.GPIO needs no number and does not look.
"""

import fcntl
import os
import struct
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path

HEADERS = ("pinctrl-rp1", "pinctrl-bcm2711", "pinctrl-bcm2835")  # Pi 5, 4, and before
VARIABLE = "RPI_LGPIO_CHIP"
_INFO = struct.Struct("32s32sI")  # struct gpiochip_info: name, label, lines
_GET_INFO = 0x8044B401  # GPIO_GET_CHIPINFO_IOCTL
_DEVICES = Path("/dev")


def choose_chip(wanted: str = "", devices: Path = _DEVICES) -> None:
    """Tell rpi-lgpio which chip to take; *wanted* is a label (* and ? stand for others)."""
    number = number_of(labels_of(devices), (wanted,) if wanted else HEADERS)
    if number is not None:
        os.environ.setdefault(VARIABLE, str(number))


def number_of(labels: Mapping[int, str], wanted: tuple[str, ...]) -> int | None:
    """Return the number of the chip whose label comes first in *wanted*, None if there is none."""
    for pattern in wanted:
        for number, label in sorted(labels.items()):
            if fnmatchcase(label, pattern):
                return number
    return None


def labels_of(devices: Path) -> dict[int, str]:
    """Return the labels of the chips that may be opened, by their numbers."""
    labels = dict[int, str]()
    for path in devices.glob("gpiochip*"):
        number = path.name.removeprefix("gpiochip")
        if number.isdigit() and not path.is_symlink():  # an old name kept for old programs
            label = _label(path)
            if label is not None:
                labels[int(number)] = label
    return labels


def _label(path: Path) -> str | None:
    info = bytearray(_INFO.size)
    try:
        chip = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.ioctl(chip, _GET_INFO, info)
    except OSError:
        return None
    finally:
        os.close(chip)
    label: bytes = _INFO.unpack(info)[1]
    return label.rstrip(b"\0").decode("utf-8", "replace")
