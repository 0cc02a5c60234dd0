"""What the commands say: results on standard output, progress and errors on standard error."""

import sys
from collections.abc import Callable


def say(text: object) -> None:
    sys.stdout.write(f"{text}\n")


def complain(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def bar(total: int, unit: str) -> Callable[[int], None] | None:
    """Return what draws a progress bar of *total*, or None where there is nobody to see it."""
    if not sys.stderr.isatty() or total < 2:
        return None

    def show(done: int) -> None:
        full = 40 * done // total
        end = "\n" if done >= total else ""
        sys.stderr.write(f"\r[{'█' * full}{'·' * (40 - full)}] {done}/{total} {unit}{end}")
        sys.stderr.flush()

    return show
