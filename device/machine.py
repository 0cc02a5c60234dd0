"""How the machine itself is: heat, voltage, room on the disk.  Read from files, nothing is run.

`root` stands in front of `/sys` and `/proc`, so that a test or a rehearsal can say how warm it is.
What a machine does not tell is None.
"""

import os
from dataclasses import dataclass
from pathlib import Path

# get_throttled, as `vcgencmd` tells it: bit 0 under-voltage now, bits 1-3 slowed down now,
# bits 16-19 the same at any time since the start.
_THROTTLED = "sys/devices/platform/soc/soc:firmware/get_throttled"
_NOW, _EVER = 0x1, 0xF000E


@dataclass(frozen=True, slots=True)
class Condition:
    """How the machine is now; `disk_*` in bytes, of the disk that holds the journal."""

    celsius: float | None = None
    undervoltage: bool | None = None
    throttled: bool | None = None
    disk_free: int | None = None
    disk_size: int | None = None


def look(root: Path, state: Path) -> Condition:
    """Return the condition of this machine."""
    bits = _number(root / _THROTTLED, 16)
    milli = _number(root / "sys/class/thermal/thermal_zone0/temp")
    free, size = _room(state)
    return Condition(
        celsius=None if milli is None else milli / 1000,
        undervoltage=_alarm(root) if bits is None else bool(bits & _NOW),
        throttled=None if bits is None else bool(bits & _EVER),
        disk_free=free,
        disk_size=size,
    )


def _alarm(root: Path) -> bool | None:
    """Ask the voltage sensor of newer kernels, found by its name."""
    for name in sorted(root.glob("sys/class/hwmon/hwmon*/name")):
        if _text(name) == "rpi_volt":
            alarm = _number(name.with_name("in0_lcrit_alarm"))
            return None if alarm is None else bool(alarm)
    return None


def _room(state: Path) -> tuple[int | None, int | None]:
    try:
        found = os.statvfs(state)
    except OSError:
        return None, None
    return found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize


def _number(path: Path, base: int = 10) -> int | None:
    try:
        return int(_text(path), base)
    except ValueError:
        return None


def _text(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except (OSError, ValueError):
        return ""
