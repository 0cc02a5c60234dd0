"""What a camera sees: codes held up before it, in perspective, under real light, through a lens.

    render([Held(b"024...|Nguyễn...")], Scene(tilt=30, noise=6), rng) -> grey frame 720 x 1280

The same seed gives the same frame.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from device.drivers.simulated import optics
from device.drivers.simulated.optics import Light
from device.drivers.simulated.symbols import symbol
from device.sight.symbology import Symbology

Grey = NDArray[np.uint8]
Plane = NDArray[np.float64]
FRAME = (720, 1280)  # rows, columns
_FOCAL = 1100.0  # px: a usual webcam's lens at this frame size
_FINER = 3  # a code is drawn this much finer, then averaged down, as a sensor does


@dataclass(frozen=True, slots=True)
class Held:
    """One code before the camera: `module` px a module, its middle `at` (parts of the frame)."""

    data: bytes
    kind: Symbology = Symbology.QR
    module: float = 4.0
    at: tuple[float, float] = (0.5, 0.5)
    error: str = "M"
    version: int | None = None
    inverted: bool = False  # a phone in dark mode


@dataclass(frozen=True, slots=True)
class Scene:
    """How the codes are held and lit.  Angles in degrees, lengths in px, noise in grey levels."""

    tilt: float = 0.0  # about an axis in the paper that lies at `tilt_axis`
    tilt_axis: float = 90.0
    turn: float = 0.0
    radius: float = 0.0  # of the tube that the paper is wrapped round, its axis upright; 0: flat
    blur: float = 0.0
    defocus: float = 0.0
    motion: float = 0.0
    motion_angle: float = 0.0
    noise: float = 0.0
    glare: float = 0.0
    laminate: float = 0.0
    screen: float = 0.0  # moiré of a phone's screen, 0 to 1
    brightness: float = 1.0
    veil: float = 0.0  # light over everything, as of the sun on a phone's glass: it burns out
    stops: float = 0.0  # EV by which the camera exposes other than it would
    slope: float = 0.0  # how much darker one side of the frame is, 0 to 1
    background: float = 150.0
    clutter: bool = False


def usual(rng: Generator) -> Scene:
    """Return how a person holds up a card at a table: never straight, never still, never dark."""
    return Scene(
        tilt=rng.uniform(0, 30),
        tilt_axis=rng.uniform(0, 180),
        turn=rng.uniform(-25, 25),
        blur=rng.uniform(0.4, 1.0),
        motion=rng.uniform(0, 2),
        motion_angle=rng.uniform(0, 180),
        noise=rng.uniform(2, 7),
        glare=rng.choice([0.0, 0.5]),
        brightness=rng.uniform(0.65, 1.1),
        slope=rng.uniform(0, 0.4),
        clutter=True,
    )


def render(
    codes: Sequence[Held], scene: Scene, rng: Generator, size: tuple[int, int] = FRAME
) -> Grey:
    """Return the frame (rows, columns) that a camera would take of *codes*."""
    light = np.full(size, scene.background, np.float32)
    if scene.clutter:
        light = optics.clutter(light, rng)
    for code in codes:
        light = _placed(light, code, scene)
    light = (_lit(light, codes, scene, rng) + scene.veil) * np.float32(2**scene.stops)
    return cast(Grey, np.clip(_through_the_lens(light, scene, rng), 0, 255).astype(np.uint8))


def _lit(light: Light, codes: Sequence[Held], scene: Scene, rng: Generator) -> Light:
    high, wide = light.shape
    x, y = codes[0].at if codes else (0.5, 0.5)
    drift = rng.uniform(-60, 60, 2)
    at = (x * wide + float(drift[0]), y * high + float(drift[1]))
    if scene.screen:
        light = optics.screen(light, scene.screen)
    light = optics.exposure(light, scene.brightness, scene.slope)
    if scene.laminate:
        light = optics.laminate(light, scene.laminate, at, 40.0)
    return optics.glare(light, scene.glare, at, 45.0) if scene.glare else light


def _through_the_lens(light: Light, scene: Scene, rng: Generator) -> Light:
    if scene.defocus:
        light = optics.defocus(light, scene.defocus)
    if scene.motion:
        light = optics.motion(light, scene.motion, scene.motion_angle)
    if scene.blur:
        light = optics.blur(light, scene.blur)
    return optics.noise(light, scene.noise, rng) if scene.noise else light


def _placed(light: Light, code: Held, scene: Scene) -> Light:
    """Lay one code over the picture, as far as it is in view."""
    modules = symbol(code.data, code.kind, error=code.error, version=code.version)
    paper = (255 - modules if code.inverted else modules).astype(np.float32) * 0.86 + 20
    to_frame = _homography(modules.shape, code, scene, light.shape)
    left, top, right, bottom = _bounds(modules.shape, to_frame, light.shape)
    if right <= left or bottom <= top:
        return light
    x, y = np.meshgrid(_fine(left, right), _fine(top, bottom))
    u, v = _unbent(
        *_through(cast(Plane, np.linalg.inv(to_frame)), x, y), modules.shape[1], code, scene
    )
    inside = (u >= 0) & (v >= 0) & (u < modules.shape[1]) & (v < modules.shape[0])
    rows = np.clip(v, 0, modules.shape[0] - 1).astype(np.int32)
    columns = np.clip(u, 0, modules.shape[1] - 1).astype(np.int32)
    shape = (right - left, bottom - top)
    ink = np.where(inside, paper[rows, columns], np.float32(0))
    drawn = cv2.resize(ink, shape, interpolation=cv2.INTER_AREA)
    cover = cv2.resize(inside.astype(np.float32), shape, interpolation=cv2.INTER_AREA)
    result = light.copy()
    result[top:bottom, left:right] *= 1 - cover
    result[top:bottom, left:right] += drawn
    return result


def _homography(
    modules: tuple[int, ...], code: Held, scene: Scene, frame: tuple[int, ...]
) -> Plane:
    """Return the map from modules to pixels of a flat paper, tilted and turned before a lens."""
    half_high, half_wide = modules[0] * code.module / 2, modules[1] * code.module / 2
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * (half_wide, half_high)
    flat = np.column_stack([corners, np.zeros(4)])
    axis, tilt = np.radians(scene.tilt_axis), np.radians(scene.tilt)
    lean, _ = cv2.Rodrigues(np.array([np.cos(axis) * tilt, np.sin(axis) * tilt, 0.0]))
    spin, _ = cv2.Rodrigues(np.array([0.0, 0.0, np.radians(scene.turn)]))
    seen = flat @ (lean @ spin).T
    middle = np.array([code.at[0] * frame[1], code.at[1] * frame[0]])
    image = seen[:, :2] * (_FOCAL / (_FOCAL + seen[:, 2:])) + middle
    grid = np.array([(0, 0), (modules[1], 0), (modules[1], modules[0]), (0, modules[0])])
    found = cv2.getPerspectiveTransform(grid.astype(np.float32), image.astype(np.float32))
    return cast(Plane, found)


def _bounds(
    modules: tuple[int, ...], to_frame: Plane, frame: tuple[int, ...]
) -> tuple[int, int, int, int]:
    x, y = _through(
        to_frame,
        np.array([0.0, modules[1], modules[1], 0.0]),
        np.array([0.0, 0.0, modules[0], modules[0]]),
    )
    left, right = np.clip([np.floor(x.min()), np.ceil(x.max())], 0, frame[1]).astype(int)
    top, bottom = np.clip([np.floor(y.min()), np.ceil(y.max())], 0, frame[0]).astype(int)
    return int(left), int(top), int(right), int(bottom)


def _fine(low: int, high: int) -> Plane:
    return low + (np.arange((high - low) * _FINER) + 0.5) / _FINER


def _through(matrix: Plane, x: Plane, y: Plane) -> tuple[Plane, Plane]:
    w = matrix[2, 0] * x + matrix[2, 1] * y + matrix[2, 2]
    u = (matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2]) / w
    v = (matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2]) / w
    return u, v


def _unbent(u: Plane, v: Plane, columns: int, code: Held, scene: Scene) -> tuple[Plane, Plane]:
    """Return where on the paper a point lies that is seen at (u, v), if it is round a tube."""
    if not scene.radius:
        return u, v
    round_ = scene.radius / code.module
    chord = (u - columns / 2) / round_
    arc = np.where(np.abs(chord) < 1, np.arcsin(np.clip(chord, -1, 1)) * round_, np.inf)
    return arc + columns / 2, v
