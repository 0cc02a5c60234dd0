"""`python -m pi [FOLDER] [--cuts N]`: play the day, print the report; 1 if a pair was lost."""

import argparse
import sys
from contextlib import closing
from pathlib import Path
from time import monotonic

from pi.day import Day
from pi.machine import MachineTrouble


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m pi", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("var/pi"))
    parser.add_argument("--cuts", type=int, default=2, help="how often the power is cut")
    options = parser.parse_args()
    began = monotonic()

    def tell(text: str) -> None:
        print(f"[{monotonic() - began:4.0f} s] {text}", flush=True)

    with closing(Day(options.folder.resolve(), tell, options.cuts)) as day:
        try:
            report = day.play()
        except MachineTrouble as trouble:
            tell(f"HỎNG · FAILED: {trouble}")
            return 1
    print("\n".join(report.lines()))
    return 0 if report.holds else 1


if __name__ == "__main__":
    sys.exit(main())
