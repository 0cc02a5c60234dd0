"""`ghepmau-station enrol`: makes this machine a known station of a server's."""

import argparse
import os
import sys
from pathlib import Path
from tempfile import TemporaryFile

import msgspec

from contract import signing
from contract.spoken import said
from device import uplink
from device.backlog import Backlog
from device.config import ConfigError
from device.enrolment import NotEnrolled, Office, Papers
from device.upstream import Answer, Unreachable, Upstream

STATE = Path("/var/lib/ghepmau")  # where the units look


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the station's."""
    enrol = commands.add_parser(
        "enrol", help=said("ghi danh máy này thành trạm", "make this machine a known station")
    )
    enrol.add_argument("--server", required=True, help="https://...")
    enrol.add_argument(
        "--code",
        required=True,
        help=said("mã một lần ở trang Trạm", "the one-time code from the Stations page"),
    )
    enrol.add_argument(
        "--state",
        default=STATE,
        type=Path,
        help=said("thư mục chứa khóa và nhật ký", "the folder for keys and journal"),
    )
    enrol.add_argument(
        "--ca-file", default="", help=said("chứng thư được tin", "certificates to trust")
    )
    enrol.set_defaults(command=_enrol)


def _enrol(options: argparse.Namespace) -> int:
    office = Office(options.state)
    _made_sure(options.state)
    old = office.papers_or_none()
    secrets = office.secrets_or_new()
    try:
        upstream = Upstream(options.server, ca_file=options.ca_file)
    except ValueError as error:
        raise ConfigError(str(error)) from error
    answer = upstream.enrol(options.code, signing.public_text(secrets.key))
    if answer.status != 200:
        print(_refusal(answer), file=sys.stderr)
        return 1
    try:
        papers = msgspec.json.decode(answer.body, type=Papers)
    except msgspec.DecodeError as error:
        raise Unreachable(
            f"{options.server} có trả lời, nhưng không như máy chủ của ta",
            f"{options.server} answers, but not as our server does",
        ) from error
    if old is not None and old.station != papers.station:
        raise NotEnrolled(
            f"{options.state} và nhật ký trong đó là của {old.station}; cho {papers.station} "
            "một thư mục riêng (mã đã dùng rồi: lấy mã mới)",
            f"{options.state} belongs to {old.station}, and its journal too; "
            f"give {papers.station} a folder of its own (the code is used up: make a new one)",
        )
    office.keep_secrets(secrets)
    office.keep(msgspec.structs.replace(papers, server=options.server, now=""))
    uplink.Uplink(office, Backlog(options.state), upstream).turn()  # its lots, if they can be had
    _handed_over(options.state)
    who = f"{papers.label} ({papers.station})"
    print(said(f"Đã ghi danh: {who}", f"enrolled: {who}"), f"· {options.state}")
    return 0


def _made_sure(folder: Path) -> None:
    """See that the papers can be kept, before the code is used up.  Raises NotEnrolled."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            return
    except OSError as error:
        raise NotEnrolled(
            f"không ghi được vào {folder} ({error.strerror}); mã chưa dùng: chạy lại với sudo, "
            "hoặc chọn thư mục khác bằng --state",
            f"{folder} cannot be written ({error.strerror}); the code is not used yet: run this "
            "with sudo, or choose another folder with --state",
        ) from error


def _handed_over(folder: Path) -> None:
    """Give what root wrote to whom the folder belongs to: the station runs as a user of its own."""
    if os.geteuid() == 0:
        owner = folder.stat()
        for path in folder.rglob("*"):
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _refusal(answer: Answer) -> str:
    problem, code = answer.problem, f"HTTP {answer.status}"
    return said(problem.message or f"Máy chủ từ chối ({code}).", problem.message_en or code)
