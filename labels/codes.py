"""QR codes drawn on a page, with their quiet zone kept free."""

from labels.pdf import Page
from labels.symbols import qr, runs

QUIET_MODULES = 4
SMALLEST_MODULE_MM = 0.5  # read at arm's length by a cheap camera


def draw_qr(
    page: Page, text: str, x: float, y: float, size: float, *, ecc: str = "q", at_least: int = 1
) -> float:
    """Draw *text* as a QR *size* mm wide without its quiet zone; return its module in mm."""
    rows = qr(text, ecc, at_least)
    module = size / len(rows)
    page.fill(
        (x + first * module, y + line * module, length * module, module)
        for line, row in enumerate(rows)
        for first, length in runs(row)
    )
    return module


def room_for(text: str, square: float, *, ecc: str = "q") -> tuple[float, float]:
    """Return (size, quiet) of the largest QR of *text* in a *square* mm wide, quiet zone inside."""
    modules = len(qr(text, ecc))
    module = square / (modules + 2 * QUIET_MODULES)
    return modules * module, QUIET_MODULES * module
