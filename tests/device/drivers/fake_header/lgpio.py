"""Stands in for the lgpio extension: the real rpi-lgpio runs on it, on any machine.

Only what rpi-lgpio calls; `drive` is the outside world, `trace` every change of an output.
"""

from dataclasses import dataclass

SET_BIAS_PULL_UP = SET_PULL_UP = 32
SET_BIAS_PULL_DOWN = SET_PULL_DOWN = 64
SET_BIAS_DISABLE = SET_PULL_NONE = 128
RISING_EDGE, FALLING_EDGE, BOTH_EDGES = 1, 2, 3
GPIO_BUSY = -79
_BAD_LINE = -87
_INPUT, _OUTPUT = 0x100, 0x200


class error(Exception):  # noqa: N801 - its name there
    pass


@dataclass
class Line:
    mode: int = 0
    level: int = 0


lines = [Line() for _ in range(58)]
trace: list[tuple[int, object]] = []


def drive(gpio: int, level: int) -> None:
    lines[gpio].level = level


def error_text(number: int) -> str:
    return f"lgpio error {number}"


def gpiochip_open(number: int) -> int:
    return 0


def gpiochip_close(handle: int) -> int:
    return 0


def gpio_get_chip_info(handle: int) -> list[object]:
    return [0, len(lines), "gpiochip0", "pinctrl-bcm2711"]


def gpio_get_mode(handle: int, gpio: int) -> int:
    return lines[gpio].mode


def gpio_claim_input(handle: int, gpio: int, flags: int = 0) -> int:
    lines[gpio] = Line(_INPUT | flags, 1 if flags & SET_PULL_UP else 0)
    return 0


def gpio_claim_output(handle: int, gpio: int, level: int = 0, flags: int = 0) -> int:
    lines[gpio].mode = _OUTPUT | flags
    return gpio_write(handle, gpio, level)


def gpio_free(handle: int, gpio: int) -> int:
    lines[gpio].mode = 0
    return 0


def gpio_read(handle: int, gpio: int) -> int:
    return lines[gpio].level if lines[gpio].mode & (_INPUT | _OUTPUT) else _BAD_LINE


def gpio_write(handle: int, gpio: int, level: int) -> int:
    if not lines[gpio].mode & _OUTPUT:
        return _BAD_LINE
    lines[gpio].level = int(level)
    trace.append((gpio, int(level)))
    return 0


def tx_pwm(handle: int, gpio: int, frequency: float, duty: float, *rest: object) -> int:
    trace.append((gpio, ("pwm", frequency, duty)))
    return 0
