"""ghepmau-station manual: the legal fallback where no code can be read.  Marked, and counted.

Twice, because a typed number has no picture to be held against: what is not the same both times is
typed anew.  The station decides; this only asks and tells.
"""

import argparse
from collections.abc import Callable
from functools import partial
from typing import Any

from contract.spoken import said
from device import manual
from device.arguments import with_config
from device.config import load
from device.lines import Line
from device.manual import Request

Ask = Callable[[str], str]
Send = Callable[[Request], list[Line]]
Say = Callable[[str], None]
_TRIES = 3
_SURE = {"đúng", "dung", "yes"}


def add_to(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add `manual` to the station's commands."""
    parser = commands.add_parser(
        "manual",
        help=said(
            "nhập tay một cặp khi không đọc được mã", "type a pair where no code can be read"
        ),
    )
    with_config(parser, _run)


def _run(options: argparse.Namespace) -> int:
    state = load(options.config).folder
    return enter(_typed, partial(manual.ask, state), print)


def _typed(prompt: str) -> str:
    """Return a line of the keyboard's; raise EOFError where somebody gives up (Ctrl-C, Ctrl-D)."""
    try:
        return input(prompt)
    except KeyboardInterrupt as error:
        raise EOFError from error


def enter(ask: Ask, send: Send, say: Say) -> int:
    """Ask for one pair, bring it to the station, tell what it said; return the exit code."""
    try:
        return _enter(ask, send, say)
    except EOFError:  # while a question stood: nothing was sent that pairs
        say("\n" + said("Đã thôi: CHƯA ghép.", "Given up: NOT paired."))
        return 1


def _enter(ask: Ask, send: Send, say: Say) -> int:
    tube = _twice(ask, say, said("Số ống", "tube") + ": ")
    person = tube and _twice(
        ask, say, said("Số người (căn cước, bảo hiểm, thẻ)", "person's number") + ": "
    )
    if not tube or not person:
        say(said("Hai lần không giống nhau: CHƯA ghép.", "Not the same twice: NOT paired."))
        return 1
    lines = _told(send(Request(tube, person)), say)
    if lines and lines[-1].outcome == "second-look":
        sure = ask(said("Đúng người này? gõ 'đúng'", "Is it this person? type 'yes'") + ": ")
        if sure.strip().casefold() not in _SURE:
            say(said("CHƯA ghép.", "NOT paired."))
            return 1
        lines = _told(send(Request(tube, person, sure=True)), say)
    done = {"paired", "same-pair"}
    return 0 if any(line.outcome in done for line in lines) else 1


def _twice(ask: Ask, say: Say, prompt: str) -> str:
    """Return what was typed the same twice in a row; '' where it never was."""
    for _ in range(_TRIES):
        first = ask(prompt).strip()
        if first and first == ask(f"{said('Lần hai', 'again')}: {prompt}").strip():
            return first
        say(said("Không giống: nhập lại.", "Not the same: type it anew."))
    return ""


def _told(lines: list[Line], say: Say) -> list[Line]:
    if not lines:
        say(
            said(
                "Trạm gặp lỗi, CHƯA ghép. Nhập lại.",
                "The station stumbled, NOT paired. Type it anew.",
            )
        )
    for line in lines:
        say(said(line.vi, line.en))
    return lines
