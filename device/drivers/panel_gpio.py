"""Lights, sounder and buttons on a Raspberry Pi's header, through the `RPi.GPIO` interface alone.

The environment chooses who answers to that name (`rpi-lgpio` on every kernel of today); the chip is
found by its label, `chip` or one of a Raspberry Pi's.  Buttons
are asked every 20 ms: edge detection fails on kernels from 6.6 on.  A thread of its own plays the
signs, so that a scan never waits for a tone.
"""

import importlib
import logging
import threading
import time
from collections.abc import Mapping, Set
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from device.drivers import Button, DeviceLost
from device.drivers.gpio_chips import choose_chip
from device.signals import Light, Signal, Sound, score

log = logging.getLogger(__name__)
NONE = -1  # a button that is not there
POLL_SECONDS = 0.02
_PATIENCE = 3.0  # seconds for the pins at the end of the day
_STABLE = 2  # equal looks before a button counts: 40 ms against bouncing
_SLOW = 2.0  # seconds of one slow pulse, half of it dark


class PanelLost(DeviceLost):
    """The header cannot be used."""


@dataclass(frozen=True, slots=True)
class Pins:
    """BCM numbers; buttons close to ground; `sounder` is a passive piezo.

    `yes` and `no` answer at check-in; NONE where there is no such button.
    """

    green: int = 17
    red: int = 27
    blue: int = 22
    sounder: int = 18
    cancel: int = 23
    undo: int = 24
    yes: int = NONE
    no: int = NONE

    @property
    def lights(self) -> Mapping[Light, int]:
        return MappingProxyType(
            {Light.GREEN: self.green, Light.RED: self.red, Light.BLUE: self.blue}
        )

    @property
    def buttons(self) -> Mapping[int, Button]:
        wired = {each: getattr(self, each.value) for each in Button}
        return MappingProxyType({pin: each for each, pin in wired.items() if pin != NONE})


class _Pwm(Protocol):
    def start(self, dc: float) -> None: ...
    def stop(self) -> None: ...
    def ChangeFrequency(self, frequency: float) -> None: ...  # noqa: N802 - its name there


class _Gpio(Protocol):
    """The part of `RPi.GPIO` that is used."""

    BCM: int
    OUT: int
    IN: int
    LOW: int
    HIGH: int
    PUD_UP: int

    def setmode(self, mode: int) -> None: ...
    def setwarnings(self, value: bool) -> None: ...  # noqa: FBT001
    def setup(self, channel: int, direction: int, **options: int) -> None: ...
    def output(self, channel: int, value: int) -> None: ...
    def input(self, channel: int) -> int: ...
    def PWM(self, channel: int, frequency: float) -> _Pwm: ...  # noqa: N802
    def cleanup(self, channels: list[int]) -> None: ...


class GpioPanel:
    """Implements `device.drivers.Panel`."""

    def __init__(self, pins: Pins | None = None, chip: str = "") -> None:
        self._pins = pins or Pins()
        choose_chip(chip)
        self._gpio = _gpio()
        self._set_up()
        self._signal, self._since = Signal("off"), time.monotonic()
        self._changed, self._lock = threading.Event(), threading.Lock()
        self._pressed: set[Button] = set()
        self._looks: dict[int, int] = dict.fromkeys(self._pins.buttons, 0)
        self._ended = False
        self._thread = threading.Thread(target=self._play, name="panel", daemon=True)
        self._thread.start()

    def show(self, signal: Signal) -> None:
        """Play *signal*; a new signal replaces the one before; never blocks."""
        with self._lock:
            self._signal, self._since = signal, time.monotonic()
        self._changed.set()

    def pressed(self) -> Set[Button]:
        """Return the buttons pressed since the last call."""
        with self._lock:
            pressed, self._pressed = self._pressed, set()
        return pressed

    def close(self) -> None:
        """Switch everything off and release the header; closing twice is harmless."""
        if self._ended:
            return
        self._ended = True
        self._changed.set()
        self._thread.join(_PATIENCE)
        if self._thread.is_alive():  # inside the kernel: the header's lines go with the process
            log.warning("the panel's pins do not answer; they are left as they are")
            return
        self._sound(0)
        for pin in self._pins.lights.values():
            self._gpio.output(pin, self._gpio.LOW)
        used = [*self._pins.lights.values(), self._pins.sounder, *self._pins.buttons]
        self._gpio.cleanup(used)

    def _set_up(self) -> None:
        gpio = self._gpio
        try:
            gpio.setwarnings(False)  # noqa: FBT003
            gpio.setmode(gpio.BCM)
            for pin in self._pins.lights.values():
                gpio.setup(pin, gpio.OUT, initial=gpio.LOW)
            gpio.setup(self._pins.sounder, gpio.OUT, initial=gpio.LOW)
            for pin in self._pins.buttons:
                gpio.setup(pin, gpio.IN, pull_up_down=gpio.PUD_UP)
            self._tone = gpio.PWM(self._pins.sounder, 440)
        except (RuntimeError, ValueError, OSError) as error:
            raise PanelLost(
                f"không dùng được chân GPIO: {error}", f"the header's pins cannot be used: {error}"
            ) from error
        self._hertz = 0
        self._lit = Light.OFF

    def _play(self) -> None:
        while not self._ended:
            self._changed.wait(POLL_SECONDS)
            self._changed.clear()
            with self._lock:
                signal, since = self._signal, self._since
            at = time.monotonic() - since
            self._sound(_hertz_at(score(signal), _phase(signal, at)))
            self._light(_light_at(signal, at))
            self._look()

    def _light(self, light: Light) -> None:
        if light is self._lit:
            return
        for colour, pin in self._pins.lights.items():
            self._gpio.output(pin, self._gpio.HIGH if colour is light else self._gpio.LOW)
        self._lit = light

    def _sound(self, hertz: int) -> None:
        if hertz == self._hertz:
            return
        if hertz == 0:
            self._tone.stop()
        else:
            self._tone.ChangeFrequency(hertz)
            if self._hertz == 0:
                self._tone.start(50)
        self._hertz = hertz

    def _look(self) -> None:
        for pin, button in self._pins.buttons.items():
            down = self._gpio.input(pin) == self._gpio.LOW
            self._looks[pin] = self._looks[pin] + 1 if down else 0
            if self._looks[pin] == _STABLE:
                with self._lock:
                    self._pressed.add(button)


def _phase(signal: Signal, at: float) -> float:
    """A slow sign begins anew with each pulse."""
    return at % _SLOW if signal.slow else at


def _light_at(signal: Signal, at: float) -> Light:
    if signal.seconds is not None and at >= signal.seconds:
        return Light.OFF
    return Light.OFF if signal.slow and at % _SLOW >= _SLOW / 2 else signal.light


def _hertz_at(sounds: tuple[Sound, ...], at: float) -> int:
    return next((sound.hertz for sound in reversed(sounds) if sound.at <= at), 0)


def _gpio() -> _Gpio:
    try:
        gpio: _Gpio = importlib.import_module("RPi.GPIO")
    except (ImportError, RuntimeError, OSError) as error:
        raise PanelLost(
            f"máy này không có chân GPIO mà RPi.GPIO dùng được: {error}",
            f"this machine has no header that RPi.GPIO can use: {error}",
        ) from error
    return gpio
