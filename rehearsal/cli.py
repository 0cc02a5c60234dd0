"""`ghepmau-rehearse`: play a whole sampling day, then stay up with the pages full.

ghepmau-rehearse                        play, print the table, stay until Ctrl-C
ghepmau-rehearse --once --report FILE   play, write the report, exit (1 if a count is off)
"""

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from contract.arguments import Parser, languages
from contract.spoken import choose, said
from rehearsal.browser import PageError
from rehearsal.day import Day, DayTrouble
from rehearsal.laboratory import BenchTrouble
from rehearsal.processes import ProcessTrouble, port_is_free
from rehearsal.report import Report
from rehearsal.table import TableTrouble

TROUBLES = (BenchTrouble, DayTrouble, PageError, ProcessTrouble, TableTrouble)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command: 0 all well, 1 a count is off, 2 it could not be played."""
    words = choose(sys.argv[1:] if arguments is None else arguments, os.environ)
    options = _parser().parse_args(words)
    if not port_is_free(options.port):
        print(
            said(
                f"Cổng {options.port} đang có chương trình khác dùng, có thể là một buổi diễn tập "
                f"chưa tắt. Tắt nó, hoặc chọn cổng khác: make run PORT={options.port + 1}",
                f"Port {options.port} is taken, perhaps by a rehearsal that is still up. "
                f"End that one, or choose another port: make run PORT={options.port + 1}",
            ),
            file=sys.stderr,
        )
        return 2
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)  # also where a shell started us with it ignored
    day = Day(options.home.absolute(), options.port, tell=_tell, seed=options.seed)
    try:
        return _rehearse(day, options)
    except KeyboardInterrupt:
        print(said("\nĐã dừng.", "Stopped."))
        return 0
    except TROUBLES as trouble:
        print(
            f"\n{said('Buổi diễn tập dừng lại', 'The rehearsal stopped')}: {trouble}",
            file=sys.stderr,
        )
        print(
            said(f"Nhật ký ở {options.home}.", f"Its logs are in {options.home}."), file=sys.stderr
        )
        return 2
    except Exception:
        logging.getLogger("rehearsal").exception("the rehearsal met a fault of ours")
        return 2
    finally:
        day.close()


def _rehearse(day: Day, options: argparse.Namespace) -> int:
    report = day.play()
    if options.report:
        report.write(options.report)
    _show(report, day)
    if not options.once:
        print(f"  {said('Ctrl-C để dừng.', 'Ctrl-C ends everything.')}", flush=True)
        threading.Event().wait()
    return 0 if report.ok else 1


def _show(report: Report, day: Day) -> None:
    print(f"\n{said('Ngày diễn tập', 'The rehearsal day')}\n")
    print("\n".join(report.lines()))
    print(f"\n{said('Các trang', 'Pages')}: {day.base}\n")
    width = max(len(account.login) for account in day.people)
    for account in day.people:
        print(
            f"  {account.login:<{width}}  {account.password:<14}  {account.name} ({account.role})"
        )
    second = said(
        "Bước xác thực thứ hai: bấm tên mình, góc trên bên phải; bảy ngày đầu chưa bắt buộc.",
        "Second factor: click your name, top right; it is not asked for in the first days.",
    )
    papers = said("Nhãn, thẻ đã in", "printed labels and cards")
    print(f"\n  {second}\n\n  {papers}: {day.home}/papers", flush=True)


def _tell(line: str) -> None:
    print(line, flush=True)


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = Parser(
        epilog=languages(),
        prog="ghepmau-rehearse",
        description=said(
            "Diễn tập trọn một ngày lấy mẫu, từ đầu đến cuối.",
            "Play a whole sampling day, end to end.",
        ),
    )
    parser.add_argument(
        "--port",
        type=int,
        default=8000,
        help=said("của trang máy chủ (8000)", "of the server's pages (8000)"),
    )
    parser.add_argument(
        "--home",
        type=Path,
        default=Path("var/rehearsal"),
        help=said("nơi đặt dữ liệu", "where its data goes"),
    )
    parser.add_argument(
        "--once",
        action="store_true",
        help=said("kết thúc khi hết ngày", "end when the day has ended"),
    )
    parser.add_argument(
        "--report",
        type=Path,
        help=said(
            "ghi báo cáo trong ngày (JSON) vào tệp này",
            "write the day's report (JSON) to this file",
        ),
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=20210603,
        help=said("của những người được bịa ra", "of the invented people"),
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
