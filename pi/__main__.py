"""`python -m pi [FOLDER] [--cuts N]`: play the day, print the report; 1 if a pair was lost."""

import argparse
import sys
from contextlib import closing
from pathlib import Path
from time import monotonic

from pi import pi3
from pi.day import Day
from pi.machine import MachineTrouble
from pi.report import Report


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m pi", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("var/pi"))
    parser.add_argument("--cuts", type=int, default=2, help="how often the power is cut")
    parser.add_argument("--pi3", action="store_true", help="a Pi 3's UART and pins, instead")
    options = parser.parse_args()
    began = monotonic()

    def tell(text: str) -> None:
        print(f"[{monotonic() - began:4.0f} s] {text}", flush=True)

    if options.pi3:
        return _told(pi3.play(options.folder.resolve(), tell))
    with closing(Day(options.folder.resolve(), tell, options.cuts)) as day:
        try:
            report = day.play()
        except MachineTrouble as trouble:
            tell(f"HỎNG · FAILED: {trouble}")
            return 1
    return _told(report)


def _told(report: Report) -> int:
    print("\n".join(report.lines()))
    return 0 if report.holds else 1


if __name__ == "__main__":
    sys.exit(main())
