"""The command line of every program of ours, whose help and refusals speak as `contract.spoken`.

argparse itself knows English alone: what it would say of a wrong command line is said here.
"""

import argparse
import sys
from typing import Any, NoReturn

from contract.phrases import Phrases
from contract.spoken import said

_SAID = Phrases({
    r"the following arguments are required: (.+)": r"còn thiếu: \1",
    r"unrecognized arguments: (.+)": r"không hiểu: \1",
    r"argument (.+): invalid choice: (.+) \(choose from (.+)\)":
        r"\1: không có lựa chọn \2 (chọn trong \3)",
    r"argument (.+): expected one argument": r"\1: cần một giá trị",
    r"argument (.+): expected at least one argument": r"\1: cần ít nhất một giá trị",
    r"argument (.+): expected (\d+) arguments?": r"\1: cần \2 giá trị",
    r"argument (.+): invalid int value: (.+)": r"\1: \2 không phải số nguyên",
    r"argument (.+): invalid float value: (.+)": r"\1: \2 không phải số",
    r"argument (.+): not allowed with argument (.+)": r"\1: không đi cùng \2",
    r"one of the arguments (.+) is required": r"cần một trong: \1",
    r"argument (.+): (.+)": r"\1: \2",
})  # fmt: skip


class Parser(argparse.ArgumentParser):
    """As argparse's, in the language that was chosen; its subcommands are of this kind too."""

    def __init__(self, prog: str | None = None, *, add_help: bool = True, **more: Any) -> None:
        super().__init__(prog, add_help=False, **more)
        self._positionals.title = said("phải có", "arguments")
        self._optionals.title = said("tùy chọn", "options")
        if add_help:
            about = said("xem hướng dẫn này", "show this help and end")
            self.add_argument("-h", "--help", action="help", help=about)

    def format_usage(self) -> str:
        return _led(super().format_usage())

    def format_help(self) -> str:
        return _led(super().format_help())

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the command line; exit code 2."""
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}: {said(_vietnamese(message), message)}\n")


def languages() -> str:
    """Return the sentence about languages that ends a program's help."""
    return said(
        "--lang vi|en|both, hoặc GHEPMAU_LANG: ngôn ngữ của các câu trả lời.",
        "--lang vi|en|both, or GHEPMAU_LANG: the language of the answers.",
    )


def _led(text: str) -> str:
    return text.replace("usage: ", f"{said('cách dùng', 'usage')}: ", 1)


def _vietnamese(message: str) -> str:
    return _SAID.vietnamese(message) or f"dòng lệnh chưa đúng: {message}"
