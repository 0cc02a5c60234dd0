"""Reading codes: what a live frame costs, and how photographs are read, beside plain libraries.

    python -m benchmarks.sight [--images DIR] [--json]

Times are CPU milliseconds.  `empty_frame` and `easy_frame`: ours to zxing-cpp for QR alone, on
1280x720 frames.  `time_to_best_single`: our mean per QR photograph to that of the single library
that reads most of them.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from time import process_time_ns

import numpy as np

from benchmarks.report import Report, arguments, median, percentile
from benchmarks.sight_engines import ENGINES, zbar, zxing
from benchmarks.sight_photos import Score, scores
from device.drivers.simulated import optics
from device.drivers.simulated.scene import Grey, Held, Scene, render
from device.sight.eye import Eye
from device.sight.symbology import Symbology

CITIZEN = "024091000001||Nguyễn Văn An|05031991|Nam|Thôn Mẫu, Hồng Thái, Bắc Giang|15042021"
ROUNDS = 7
FRAMES = 12
FRAME_SECONDS = 1 / 15
BARS = {"empty_frame": "<= 1.3", "easy_frame": "<= 1.3", "time_to_best_single": "<= 0.3333"}


def main() -> int:
    """Measure and print."""
    parser = arguments(__doc__)
    parser.add_argument("--images", type=Path, help="a folder of sets of photographs")
    options = parser.parse_args()
    report = Report("sight", bars=BARS)
    frames(report)
    if options.images:
        photographs(report, options.images)
    return report.end(options.json)


def frames(report: Report) -> None:
    """Measure live frames: nothing in view, an easy code, and one that nobody can read."""
    rng = np.random.default_rng(2021)
    table = render((), Scene(clutter=True, blur=0.6), rng).astype(np.float32)
    empty = [_noisy(table, rng) for _ in range(FRAMES)]
    scene = Scene(tilt=15, turn=8, blur=0.6, clutter=True)
    easy_code = render([Held(CITIZEN.encode())], scene, rng).astype(np.float32)
    easy = [_noisy(easy_code, rng) for _ in range(FRAMES)]
    scene = Scene(tilt=15, turn=8, blur=6, clutter=True)
    hard = [render([Held(CITIZEN.encode())], scene, rng) for _ in range(FRAMES)]
    for name, film in (("empty", empty), ("easy", easy)):
        costs = _costs(empty, film)
        for engine, ms in costs.items():
            report.figures[f"frame.{name}.{engine}.ms"] = (ms, "ms")
        report.ratios[f"{name}_frame"] = costs["ours"] / costs["zxing-cpp"]
    report.figures["frame.unreadable.ours.ms"] = (_costs(empty, hard)["ours"], "ms")


def _noisy(light: optics.Light, rng: np.random.Generator) -> Grey:
    return np.clip(optics.noise(light, 3.0, rng), 0, 255).astype(np.uint8)


def _costs(empty: list[Grey], film: list[Grey]) -> dict[str, float]:
    """Return each engine's CPU ms a frame: the best of several rounds, taken in turns."""
    eye, now = Eye(), 0.0
    for grey in empty * 10:  # the eye learns the empty table, as it does at the start of a day
        eye.look(grey, now := now + FRAME_SECONDS)
    rounds: dict[str, list[float]] = {"ours": [], "zxing-cpp": [], "pyzbar": []}
    for turn in range(ROUNDS):
        times = [now + (turn * len(film) + place) * FRAME_SECONDS for place in range(len(film))]
        moments = dict(zip(map(id, film), times, strict=True))
        rounds["ours"].append(_mean_ms(lambda grey: eye.look(grey, moments[id(grey)]), film))  # noqa: B023
        rounds["zxing-cpp"].append(_mean_ms(lambda grey: zxing(grey, Symbology.QR), film))
        rounds["pyzbar"].append(_mean_ms(lambda grey: zbar(grey, Symbology.QR), film))
    return {name: min(times) for name, times in rounds.items()}


def _mean_ms(work: Callable[[Grey], object], film: Sequence[Grey]) -> float:
    began = process_time_ns()
    for grey in film:
        work(grey)
    return (process_time_ns() - began) / 1e6 / len(film)


def photographs(report: Report, folder: Path) -> None:
    """Read every photograph with every engine, and add figures by set and by kind."""
    board = scores(folder)
    for row, engines in board.items():
        for name, score in engines.items():
            _tell(report, f"{row}.{name}", score)
    if "qr" in board:
        report.ratios["time_to_best_single"] = _time_to_best(board["qr"])


def _tell(report: Report, key: str, score: Score) -> None:
    for word, number in score.counts.items():
        report.figures[f"{key}.{word}"] = (number, "images")
    report.figures[f"{key}.ms"] = (median(score.ms), "ms")
    report.figures[f"{key}.ms_p95"] = (percentile(score.ms, 95), "ms")
    report.figures[f"{key}.ms_mean"] = (_mean(score.ms), "ms")


def _time_to_best(engines: dict[str, Score]) -> float:
    single = [engines[name] for name in ENGINES if name != "ours"]
    best = max(single, key=lambda score: score.counts["right"])
    return _mean(engines["ours"].ms) / _mean(best.ms)


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers)


if __name__ == "__main__":
    raise SystemExit(main())
