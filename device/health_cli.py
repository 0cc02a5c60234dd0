"""`ghepmau-station health`: whether the station that runs here is well enough to be left alone."""

import argparse
from time import monotonic, sleep
from typing import Any

from contract.health import Heartbeat
from contract.spoken import said
from device import vitals
from device.arguments import with_config
from device.clock import boot_id
from device.config import load

FRESH = 15.0  # seconds: it writes every five
PATIENCE = 10.0


def add_to(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add the command to the station's."""
    parser = commands.add_parser(
        "health",
        help=said(
            "cho biết trạm đang chạy có khỏe không", "say whether the running station is well"
        ),
    )
    with_config(parser, _health)


def _health(options: argparse.Namespace) -> int:
    """Exit code 0 where the loop turns and the journal can be written; a lost reader is no fault
    of the program's."""
    page, until = load(options.config).page_file, monotonic() + PATIENCE
    while (wrong := wrong_with(vitals.read(page), boot_id())) and monotonic() < until:
        sleep(0.5)
    print(wrong or said("khỏe", "well"))
    return 1 if wrong else 0


def wrong_with(page: Heartbeat | None, boot: str) -> str:
    """Return what is wrong in a sentence, or ''."""
    if page is None:
        return said("trạm chưa chạy", "the station has said nothing yet")
    age = vitals.age_of(page, boot)
    if age is None or age > FRESH:
        return said("vòng lặp đứng hoặc chưa chạy", "its loop hangs, or is not running")
    if page.journal == "trouble":
        return said("nhật ký không ghi được", "its journal cannot be written")
    return ""
