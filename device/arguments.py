"""Words that several of the station's commands share on their command lines."""

import argparse
from collections.abc import Callable
from pathlib import Path

from contract.spoken import said


def with_config(
    parser: argparse.ArgumentParser, command: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    """Let *parser* carry out *command*, which needs the station's settings."""
    parser.add_argument("--config", required=True, type=Path, help=about_config())
    parser.set_defaults(command=command)
    return parser


def about_config() -> str:
    return said("tệp cấu hình (TOML)", "the settings (TOML)")


def about_parent() -> str:
    return said("kết thúc khi tiến trình này không còn", "end when this process is gone")
