"""Folders of photographs with expected texts, and how a reading is judged.

    SET/truth.json    {"kind": "QRCode", "truth": {"1.png": ["text"], ...}}

right: an expected text and nothing else.  wrong: any text that is not expected.  missed: nothing.
On a picture with nothing of ours in it (no expected text), reading nothing is right.
"""

import json
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time_ns
from typing import cast

import cv2

from benchmarks.sight_dispute import picture_says
from benchmarks.sight_engines import ENGINES, Engine
from device.sight.decoders import Grey
from device.sight.symbology import Symbology

KINDS = {kind.value: (kind,) for kind in Symbology} | {"none": tuple(Symbology)}
# The same bytes mean different texts to different readers; each of these is what some print.
ENCODINGS = ("utf-8", "shift_jis", "gb18030", "cp1252", "latin-1", "utf-16")
RIGHT, WRONG, MISSED, DISPUTED = "right", "wrong", "missed", "disputed"


@dataclass(frozen=True, slots=True)
class Photo:
    set: str
    kind: str
    name: str
    expected: tuple[str, ...]
    grey: Grey


@dataclass(slots=True)
class Score:
    """How one engine did on one set.  `ms` holds CPU milliseconds, one number an image."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys((RIGHT, WRONG, MISSED), 0))
    ms: list[float] = field(default_factory=list)

    def add(self, verdict: str, ms: float) -> None:
        self.counts[verdict] = self.counts.get(verdict, 0) + 1
        self.ms.append(ms)


def photos(folder: Path) -> Iterator[Photo]:
    """Yield every photograph of every set in *folder* that OpenCV can open."""
    for truth in sorted(folder.glob("*/truth.json")):
        told = json.loads(truth.read_text(encoding="utf-8"))
        for name, expected in told["truth"].items():
            grey = cv2.imread(str(truth.parent / name), cv2.IMREAD_GRAYSCALE)
            if grey is None:
                print(f"{truth.parent.name}/{name}: cannot be opened, left out", file=sys.stderr)
                continue
            yield Photo(truth.parent.name, told["kind"], name, tuple(expected), cast(Grey, grey))


def judged(photo: Photo, engine: Engine) -> tuple[str, float]:
    """Return the verdict on one engine's reading of *photo*, and its CPU milliseconds."""
    began = process_time_ns()
    texts = [text for kind in KINDS[photo.kind] for text in engine(photo.grey, kind)]
    ms = (process_time_ns() - began) / 1e6
    return verdict(texts, photo), ms


def verdict(texts: Sequence[bytes], photo: Photo) -> str:
    strange = [text for text in texts if not meant(text, photo.expected)]
    if strange:
        return _dispute(strange, photo)
    if not photo.expected:
        return RIGHT
    return RIGHT if texts else MISSED


def meant(data: bytes, expected: Sequence[str]) -> bool:
    """Return whether *data*, in any usual encoding, is one of the *expected* texts."""
    texts = {_plain(text) for text in expected}
    return any(_plain(_decoded(data, encoding)) in texts for encoding in ENCODINGS)


def scores(folder: Path) -> dict[str, dict[str, Score]]:
    """Return set (and kind) -> engine -> score of every photograph in *folder*."""
    board: dict[str, dict[str, Score]] = {}
    for photo in photos(folder):
        for name, engine in ENGINES.items():
            word, ms = judged(photo, engine)
            for row in (photo.set, total_of(photo.kind)):
                board.setdefault(row, {}).setdefault(name, Score()).add(word, ms)
    return board


def total_of(kind: str) -> str:
    """Return the key under which all sets of a kind are added up."""
    return {Symbology.QR.value: "qr"}.get(kind, kind.lower())


def _dispute(strange: Sequence[bytes], photo: Photo) -> str:
    """A text that is not expected is a misread, unless the picture itself shows that text."""
    for text in strange:
        if not picture_says(photo.grey, text, photo.expected):
            print(f"{photo.set}/{photo.name}: misread as {text!r}", file=sys.stderr)
            return WRONG
    print(f"{photo.set}/{photo.name}: shows {strange!r}, not what is expected", file=sys.stderr)
    return DISPUTED


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n")


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return "\ufffd"
