"""A ladder of rendered scenes, each a little worse than the one before: how far does sight reach?

    python -m benchmarks.sight_ladder [--json] [--picture docs/pictures/sight-ladder.svg]

Every step shows the same citizen card (a tube label on the last ladder) a few times, seeds fixed.
Live: the eye sees FRAMES frames of one showing, as a camera would give them, and reads or not.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.report import Report, arguments
from benchmarks.sight_curves import Curve, drawn
from benchmarks.sight_engines import zxing
from device.drivers.simulated.scene import Held, Scene, render
from device.sight.eye import Eye, Settings
from device.sight.symbology import Symbology

CITIZEN = (
    "024091000001||Nguyễn Văn An|05031991|Nam|Thôn Mẫu, Hồng Thái, Bắc Giang|15042021".encode()
)
CARD = b"P:K7M3Q9XT4H"
TUBE = b"260000000182"
SHOWINGS = 5
FRAMES = 6  # each extra step has its turn once
SIZE = (480, 640)  # a part of the frame: only what is round the code costs time
QR = Held(CITIZEN)  # 4 px a module
PX_PER_MM = 1100 / 150  # at 15 cm, under a lens of 1100 px focal length


@dataclass(frozen=True, slots=True)
class Ladder:
    """Steps of one degradation: `step` makes a held code and its scene from one number."""

    name: str
    unit: str
    amounts: Sequence[float]
    step: Callable[[float], tuple[Held, Scene]]


def _size(module: float) -> tuple[Held, Scene]:
    return Held(CITIZEN, module=module), Scene(noise=3, blur=0.5)


def _print(distance: float) -> tuple[Held, Scene]:
    # A 5x5 cm card: 21 modules and their margin.
    return Held(CARD, module=PX_PER_MM * 50 / 29 * 15 / distance), Scene(noise=4, blur=0.8)


def _qr_round(diameter: float) -> tuple[Held, Scene]:
    scene = Scene(noise=4, blur=0.5, radius=diameter / 2 * PX_PER_MM)
    return Held(TUBE, module=0.33 * PX_PER_MM), scene


def _bars_round(diameter: float) -> tuple[Held, Scene]:
    scene = Scene(noise=4, blur=0.5, radius=diameter / 2 * PX_PER_MM)
    return Held(TUBE, Symbology.CODE_128, module=0.33 * PX_PER_MM), scene


LADDERS = (
    Ladder("module size", "px", (1.2, 1.4, 1.6, 1.8, 2.0, 2.5, 3.0), _size),
    Ladder(
        "tilt", "degrees", (20, 35, 45, 50, 55, 60, 65, 70), lambda x: (QR, Scene(tilt=x, noise=3))
    ),
    Ladder("blur", "px", (0.5, 1, 1.5, 2, 2.5, 3, 4), lambda x: (QR, Scene(noise=3, blur=x))),
    Ladder("motion", "px", (2, 4, 6, 8, 10, 12), lambda x: (QR, Scene(noise=3, motion=x))),
    Ladder(
        "low light",
        "part of usual",
        (0.5, 0.2, 0.1, 0.07, 0.05, 0.03),
        lambda x: (QR, Scene(noise=3, brightness=x)),
    ),
    Ladder("glare", "strength", (0.6, 1, 1.3, 1.6, 2, 3), lambda x: (QR, Scene(noise=3, glare=x))),
    Ladder(
        "laminate",
        "strength",
        (0.5, 0.9, 1.2, 1.6, 2, 3),
        lambda x: (QR, Scene(noise=3, laminate=x)),
    ),
    Ladder(
        "phone moiré", "depth", (0.2, 0.4, 0.6, 0.8, 0.9), lambda x: (QR, Scene(noise=3, screen=x))
    ),
    Ladder("5x5 cm print", "cm away", (15, 30, 45, 60, 90, 120, 150), _print),
    Ladder("QR label round a tube", "mm diameter", (20, 16, 13, 11, 9, 8), _qr_round),
    Ladder("bars across a tube", "mm diameter", (60, 45, 35, 28, 20, 13), _bars_round),
)


def main() -> None:
    """Climb every ladder and print what was read."""
    parser = arguments(__doc__)
    parser.add_argument("--picture", type=Path, help="where to draw the curves (SVG)")
    options = parser.parse_args()
    report, curves, wrong = Report("sight_ladder"), [], 0
    for place, ladder in enumerate(LADDERS):
        curve, misread = climbed(ladder, place)
        curves.append(curve)
        wrong += misread
        for amount, live, plain in zip(curve.amounts, curve.ours, curve.plain, strict=True):
            report.figures[f"{ladder.name}.{amount:g}.ours"] = (live, "part read")
            report.figures[f"{ladder.name}.{amount:g}.zxing-cpp"] = (plain, "part read")
    report.figures["wrong"] = (wrong, "texts")
    report.print(options.json)
    if options.picture:
        options.picture.parent.mkdir(parents=True, exist_ok=True)
        options.picture.write_text(drawn(curves), encoding="utf-8")


def climbed(ladder: Ladder, seed: int) -> tuple[Curve, int]:
    """Return the part of showings that our eye and one pass of zxing-cpp read, and misreads."""
    ours, plain, wrong = [], [], 0
    for step, amount in enumerate(ladder.amounts):
        results = [_shown(*ladder.step(amount), (seed, step, n)) for n in range(SHOWINGS)]
        ours.append(sum(live for live, _, _ in results) / SHOWINGS)
        plain.append(sum(single for _, single, _ in results) / SHOWINGS)
        wrong += sum(misread for _, _, misread in results)
    return Curve(ladder.name, ladder.unit, ladder.amounts, ours, plain), wrong


def _shown(code: Held, scene: Scene, seed: tuple[int, int, int]) -> tuple[bool, bool, int]:
    """Show *code* for FRAMES frames; return read by us, by zxing-cpp at once, and misreads."""
    rng = np.random.default_rng(seed)
    spot = Held(code.data, code.kind, code.module, _anywhere(rng))
    eye = Eye(Settings(tuple({Symbology.QR, code.kind}), budget_ms=1000.0))
    texts: set[bytes] = set()
    single = False
    for place in range(FRAMES):
        grey = render([spot], scene, rng, SIZE)
        texts |= {found.data for found in eye.look(grey, place / 15).codes}
        if place == 0:
            single = code.data in zxing(grey, code.kind)
    return code.data in texts, single, len(texts - {code.data})


def _anywhere(rng: np.random.Generator) -> tuple[float, float]:
    return float(rng.uniform(0.4, 0.6)), float(rng.uniform(0.4, 0.6))


if __name__ == "__main__":
    main()
