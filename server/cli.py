"""`ghepmau-server`: set up, look after and run the server.  Trouble is one sentence and exit 2.

It speaks as `contract.spoken` says: Vietnamese with English beside it, or what `--lang` names.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TextIO

from sqlalchemy.exc import SQLAlchemyError

from contract.arguments import Parser, languages
from contract.spoken import choose, said
from server import (
    accounts_cli,
    demo_cli,
    figures_cli,
    issuers_cli,
    names_cli,
    schema,
    serve_cli,
    stations_cli,
    stick_cli,
    upgrade_cli,
    vault,
    wsgi,
)
from server.accounts import enrolment
from server.archives import archive_cli
from server.config import ConfigError, Loaded, load
from server.errors import DomainError
from server.lab import open_work
from server.lab.imports import machines
from server.lab.links import listening
from server.outcomes import rebuilding
from server.preparing import Opened
from server.preparing import prepare as prepare
from server.speaking import say, tell
from server.upkeep import (
    audit_cli,
    backup_cli,
    breach_cli,
    check_cli,
    keys_cli,
    restore_cli,
    retention_cli,
)
from server.upkeep.opening import BY, Trouble, now, open_keys
from server.upkeep.strongbox import NotReadable

MORE = (
    *(accounts_cli, names_cli, stations_cli, stick_cli, demo_cli, figures_cli, issuers_cli),
    *(
        archive_cli,
        audit_cli,
        backup_cli,
        breach_cli,
        check_cli,
        keys_cli,
        restore_cli,
        retention_cli,
        serve_cli,
        upgrade_cli,
    ),
)
TROUBLES = (
    Trouble,
    ConfigError,
    vault.VaultError,
    wsgi.CannotListen,
    listening.CannotListen,
    machines.MachinesError,
    schema.NewerDatabase,
    NotReadable,  # such as a backup, or the database that one was asked of
)


def main(arguments: Sequence[str] | None = None, typed: TextIO | None = None) -> int:
    """Run one command; return the exit code.  *typed* stands for standard input."""
    words = choose(sys.argv[1:] if arguments is None else arguments, os.environ)
    asked = _parser().parse_args(words)
    asked.typed = typed or sys.stdin
    try:
        command: Callable[[argparse.Namespace, Loaded], None] = asked.command
        command(asked, load(asked.config, os.environ))
    except TROUBLES as error:
        return _complain(str(error))
    except DomainError as error:
        return _complain(said(error.vi, error.en))
    except BrokenPipeError:  # whoever reads has seen enough, such as `head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nor is the rest told
        return 1
    except OSError as error:
        return _complain(f"{error.filename}: {error.strerror}")
    except SQLAlchemyError as error:
        why = str(error).splitlines()[0]
        return _complain(
            said(
                f"cơ sở dữ liệu không trả lời đúng: {why}",
                f"the database does not answer as it should: {why}",
            )
        )
    return 0


def _complain(sentence: str) -> int:
    print(f"ghepmau-server: {sentence}", file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = Parser(
        prog="ghepmau-server",
        description=said(
            "Cài đặt, chăm sóc và chạy máy chủ.", "Set up, look after, run the server."
        ),
        epilog=languages(),
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Callable[..., None], about: str) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=about, description=about)
        one.add_argument(
            "--config",
            type=Path,
            help=said("tệp TOML chứa cấu hình", "TOML file with the settings"),
        )
        one.set_defaults(command=command)
        return one

    add(
        "init",
        init,
        said(
            "Tạo thư mục dữ liệu, tệp khóa và cơ sở dữ liệu; chạy lại không sao.",
            "Make the data directory, the key file and the database; harmless again.",
        ),
    )
    for name in ("settings", "config"):
        add(
            name,
            show,
            said("In mọi cấu hình và nơi đặt.", "Print every setting and where it came from."),
        )
    code = add(
        "enrol-code",
        enrol_code,
        said("In mã một lần mới cho một trạm.", "Print a new one-time code for a station."),
    )
    code.add_argument("station")
    add(
        "rebuild-desks",
        rebuild_desks,
        said(
            "Tính lại mỗi ống đang ở đâu và việc nào còn mở.",
            "Work out anew where every tube stands, and what is open.",
        ),
    )
    for more in MORE:
        more.add_to(add)
    return parser


def init(_asked: argparse.Namespace, loaded: Loaded) -> None:
    settings = loaded.settings
    prepare(settings)
    data, keys = Path(settings.data).resolve(), settings.vault_path
    tell(f"Dữ liệu của máy chủ ở {data}.", f"The server's data is in {data}.")
    tell(
        f"Cất một bản của {keys} ở nơi an toàn: thiếu nó thì không đọc được tên nào.",
        f"Keep a copy of {keys} in a safe place: without it no name can be read.",
    )


def rebuild_desks(_asked: argparse.Namespace, loaded: Loaded) -> None:
    open_keys(loaded.settings)
    with closing(Opened(loaded.settings)) as opened:
        seen, changed = rebuilding.rebuild_desks(opened.database, datetime.now(UTC))
        tell(
            f"Trong {seen} ống, {changed} ống đứng sai chỗ và đã được đưa về đúng chỗ.",
            f"Of {seen} tubes, {changed} stood elsewhere and were put where they belong.",
        )
        wrong = open_work.rebuild_open_work(opened.database, datetime.now(UTC))
        tell(
            f"{wrong} lượt chạy, yêu cầu và hộp đang mở mà không ghi là mở, hoặc ngược lại.",
            f"{wrong} runs, orders and boxes were open and not kept so, or the other way round.",
        )


def show(_asked: argparse.Namespace, loaded: Loaded) -> None:
    say("\n".join(loaded.lines()))


def enrol_code(asked: argparse.Namespace, loaded: Loaded) -> None:
    open_keys(loaded.settings)
    life = timedelta(minutes=loaded.settings.enrol_minutes)
    with closing(Opened(loaded.settings)) as opened, opened.database.write() as session:
        code = enrolment.issue_code(session, asked.station, life=life, by=BY, now=now())
    say(code)


if __name__ == "__main__":
    sys.exit(main())
