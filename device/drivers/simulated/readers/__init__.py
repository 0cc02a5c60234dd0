"""Readers that are not there, each protocol on a pseudo-terminal that can misbehave."""

from collections.abc import Callable

from device.drivers.simulated.readers.gm65 import Gm65Model
from device.drivers.simulated.readers.ssi import SsiModel
from device.drivers.simulated.readers.texts import HoneywellModel, NewlandModel

AnyModel = Gm65Model | SsiModel | HoneywellModel | NewlandModel


def _gm67(
    baud: int = 115200,
    missing: frozenset[str] = frozenset(),
    deaf: frozenset[str] = frozenset(),
) -> SsiModel:
    return SsiModel(baud, missing, deaf, tells=False)


MODELS: dict[str, Callable[..., AnyModel]] = {
    "gm65": Gm65Model,
    "ssi": SsiModel,
    "gm67": _gm67,
    "honeywell": HoneywellModel,
    "newland": NewlandModel,
}
"""By the names of `device.drivers.readers.DRIVERS`; each takes baud, missing and deaf."""
