"""What light and lens do to a picture, one effect a function; amounts in pixels and grey levels.

All work on float32 frames, 0 black to 255 white, and return a new frame.
"""

from typing import cast

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Light = NDArray[np.float32]


def clutter(frame: Light, rng: Generator) -> Light:
    """A table with papers, edges and a soft texture on it, instead of an even surface."""
    high, wide = frame.shape
    coarse = rng.normal(0, 14, (9, 16)).astype(np.float32)
    texture = cv2.resize(coarse, (wide, high), interpolation=cv2.INTER_CUBIC)
    table = frame + cast(Light, texture)
    for _ in range(6):
        x, y = int(rng.integers(0, wide)), int(rng.integers(0, high))
        box = ((x, y), (int(rng.integers(40, 260)), int(rng.integers(30, 180))), rng.uniform(0, 90))
        corners = cv2.boxPoints(box).astype(np.int32)
        cv2.fillPoly(table, [corners], float(rng.uniform(60, 215)))
        cv2.line(table, (x, y), (int(rng.integers(0, wide)), y), float(rng.uniform(40, 200)), 2)
    return table


def screen(frame: Light, depth: float, pitch: float = 2.3) -> Light:
    """The pixel grid of a phone's screen, which beats with the camera's own (moiré)."""
    high, wide = frame.shape
    y, x = np.mgrid[0:high, 0:wide].astype(np.float32)
    grid = np.cos((x + 0.06 * y) * (2 * np.pi / pitch)) + np.cos((y - 0.06 * x) * 6.2832 / pitch)
    return cast(Light, frame * (1 - depth * (0.5 + 0.25 * grid)))


def glare(frame: Light, strength: float, at: tuple[float, float], size: float) -> Light:
    """One burnt-out spot of radius *size* px at *at*; *strength* 1 is all white in its middle."""
    return _whitened(frame, strength * _spot(frame.shape, at, size, size))


def laminate(frame: Light, strength: float, at: tuple[float, float], size: float) -> Light:
    """A plastic sleeve: a veil over everything, and a window mirrored as a long streak."""
    veiled = _whitened(frame, np.full(frame.shape, 0.3 * strength, np.float32))
    return _whitened(veiled, strength * _spot(frame.shape, at, size * 4, size * 0.5))


def exposure(frame: Light, brightness: float, slope: float) -> Light:
    """Less or more light, and *slope* (0 to 1) less of it at one side than at the other."""
    fall = np.linspace(1.0, 1.0 - slope, frame.shape[1], dtype=np.float32)
    return frame * (brightness * fall)


def blur(frame: Light, sigma: float) -> Light:
    """The softness of a lens: a Gaussian of *sigma* px."""
    return cast(Light, cv2.GaussianBlur(frame, (0, 0), sigma))


def defocus(frame: Light, radius: float) -> Light:
    """A lens focused elsewhere: a disc of *radius* px."""
    reach = int(np.ceil(radius)) + 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    disc = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1)
    return cast(Light, cv2.filter2D(frame, -1, disc / disc.sum()))


def motion(frame: Light, length: float, angle: float) -> Light:
    """A hand that moves *length* px while the shutter is open, at *angle* degrees."""
    reach = int(np.ceil(length / 2)) + 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    along, across = _turned(x, y, angle)
    track = np.clip(length / 2 + 0.5 - np.abs(along), 0, 1) * np.clip(1 - np.abs(across), 0, 1)
    return cast(Light, cv2.filter2D(frame, -1, track / track.sum()))


def noise(frame: Light, sigma: float, rng: Generator) -> Light:
    """A small sensor's noise: *sigma* grey levels."""
    return frame + sigma * rng.standard_normal(frame.shape, dtype=np.float32)


def _whitened(frame: Light, share: Light) -> Light:
    return frame + (255 - frame) * np.clip(share, 0, 1)


def _spot(shape: tuple[int, ...], at: tuple[float, float], along: float, across: float) -> Light:
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    u, v = _turned(x - at[0], y - at[1], 30.0)
    return cast(Light, np.exp(-((u / along) ** 2) - (v / across) ** 2))


def _turned(x: Light, y: Light, angle: float) -> tuple[Light, Light]:
    cosine, sine = float(np.cos(np.radians(angle))), float(np.sin(np.radians(angle)))
    return x * cosine + y * sine, y * cosine - x * sine
