"""`ghepmau-station kiosk`: becomes the kiosk's own, smaller process."""

import argparse
import os
import sys
from pathlib import Path

from contract.spoken import said
from device.arguments import with_config
from device.config import load


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the station's."""
    parser = commands.add_parser(
        "kiosk",
        help=said(
            "phục vụ trang cho màn hình của trạm", "serve the page for the station's own screen"
        ),
    )
    with_config(parser, _kiosk)


def words(config: Path) -> list[str]:
    """Return the command line of the process that serves the page."""
    return [sys.executable, "-m", "device.kiosk", "--config", str(config)]


def _kiosk(options: argparse.Namespace) -> int:
    load(options.config)  # a slip in the settings is told before anything is replaced
    command = words(options.config)
    os.execv(command[0], command)  # noqa: S606 - the interpreter that runs us
