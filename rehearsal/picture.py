"""Pictures of codes held up: a few frames each, as a hand holds a card - never twice the same."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

from device.drivers.simulated.scene import Held, Scene, render, usual
from device.drivers.simulated.symbols import symbol
from device.sight.symbology import Symbology

FRAMES = 3
QUIET = 8  # modules of white around a printed code, four on each side
REACH = 470.0  # px: how large people hold a code up, whatever its number of modules

Grey = NDArray[np.uint8]


class Pictures:
    """Draws codes ahead of time, in the background, while the one before is at the table."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._drawn: dict[bytes, Future[Sequence[Grey]]] = {}
        self._artist = ThreadPoolExecutor(max_workers=1)

    def prepare(self, codes: Sequence[bytes]) -> None:
        """Begin to draw *codes*, in this order."""
        for code in codes:
            if code not in self._drawn:
                self._drawn[code] = self._artist.submit(draw, code, default_rng(self._next()))

    def of(self, code: bytes) -> Sequence[Grey]:
        """Return the frames of *code*; draws them now if nobody prepared them."""
        drawn = self._drawn.get(code)
        return drawn.result() if drawn else draw(code, default_rng(self._next()))

    def again(self, code: bytes) -> Sequence[Grey]:
        """Draw *code* anew: the person holds it another way."""
        return draw(code, default_rng(self._next()))

    def close(self) -> None:
        self._artist.shutdown(cancel_futures=True)

    def _next(self) -> int:
        self._seed += 1
        return self._seed


def draw(code: bytes, rng: Generator) -> Sequence[Grey]:
    """Return frames (720 x 1280, grey) of *code* in perspective, blur, noise and glare."""
    modules = symbol(code, Symbology.QR, error="M", version=None).shape[0] + QUIET
    held = Held(code, module=min(REACH / modules, 9.0), at=(0.5, 0.5))
    scene = usual(rng)
    return [render([held], _swayed(scene, rng), rng) for _ in range(FRAMES)]


def _swayed(scene: Scene, rng: Generator) -> Scene:
    """The same hand, a moment later."""
    return replace(
        scene,
        tilt=max(0.0, scene.tilt + rng.uniform(-3, 3)),
        turn=scene.turn + rng.uniform(-3, 3),
        motion=rng.uniform(0, 2),
    )
