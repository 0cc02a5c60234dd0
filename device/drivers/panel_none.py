"""A station without lights: the screen and the lines alone speak."""

from collections.abc import Set

from device.drivers import Button
from device.signals import Signal


class NoPanel:
    """Implements `device.drivers.Panel` and does nothing."""

    def show(self, signal: Signal) -> None:
        return

    def pressed(self) -> Set[Button]:
        return frozenset()

    def close(self) -> None:
        return
