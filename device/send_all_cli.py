"""`ghepmau-station send-all`: the server was restored, so everything goes again."""

import argparse
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contract.signing import BadSignature
from contract.spoken import said
from contract.sticks import NoStick, read_receipt
from device.arguments import with_config
from device.config import Config, load
from device.enrolment import Office
from device.sent import ask_for_all, read_sent
from device.stick import inbox_of
from device.stick_files import StickTrouble


def add_to(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add the command to the station's."""
    parser = commands.add_parser(
        "send-all",
        help=said(
            "máy chủ vừa được khôi phục: gửi lại toàn bộ nhật ký",
            "the server was restored: send the whole journal again",
        ),
    )
    parser.add_argument(
        "--before",
        metavar="YYYY-MM-DDTHH:MM",
        help=said(
            "không tin biên nhận ký trước lúc này (giờ máy); trống: bây giờ",
            "believe no receipt signed before this (local time); else now",
        ),
    )
    with_config(parser, _send_all)


def _send_all(options: argparse.Namespace) -> int:
    """Uplink, whose notes these are, takes it at its next turn, and at its start."""
    config = load(options.config)
    moment = max([_given(options.before), *_signed_before(config)])
    try:
        ask_for_all(config.folder, moment)
    except OSError as error:
        raise StickTrouble(
            f"{config.folder}: không ghi được: {error.strerror}",
            f"{config.folder}: cannot be written: {error.strerror}",
        ) from error
    at = f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"
    print(
        said(
            f"Trạm gửi lại toàn bộ nhật ký; không tin biên nhận nào ký trước {at}.",
            f"The whole journal is sent again; no receipt is believed that was signed before {at}.",
        )
    )
    return 0


def _given(text: str | None) -> datetime:
    if not text:
        return datetime.now(UTC)
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError as error:
        raise StickTrouble(
            f"“{text}” không phải một lúc, ví dụ 2026-11-26T16:30",
            f"“{text}” is no moment, such as 2026-11-26T16:30",
        ) from error


def _signed_before(config: Config) -> Iterator[datetime]:
    """Yield when the receipts that are here were signed, and what the server's time was: this
    station's own clock may be behind, and all of them are of before."""
    told = [read_sent(config.folder).server_now]
    papers = Office(config.folder).papers_or_none()
    if papers is not None:
        stick = Path(config.stick.folder) if config.stick.folder else config.folder
        for path in (inbox_of(config.folder), stick / f"ghepmau-{papers.station}.receipt"):
            with suppress(OSError, NoStick, BadSignature):
                told.append(read_receipt(path.read_bytes(), papers.cards.values()).now)
    for text in told:
        with suppress(ValueError):
            at = datetime.fromisoformat(text)
            if at.tzinfo is not None:
                yield at
