"""`ghepmau-station journal`: checks the journal's files, or prints what is in them."""

import argparse
from contextlib import closing

from contract.spoken import said
from device import pruning
from device.arguments import with_config
from device.config import load
from device.journal import check_file
from device.journal_file import files_of, let_go_of, open_for_reading, rows_after


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the station's."""
    journal = commands.add_parser("journal", help=said("nhật ký", "the journal"))
    acts = journal.add_subparsers(required=True)
    about = said("kiểm mã băm và chuỗi của từng dòng", "check every row's hash and chain")
    with_config(acts.add_parser("verify", help=about), _verify)
    show = with_config(
        acts.add_parser("show", help=said("in các sự kiện", "print the events")), _show
    )
    show.add_argument(
        "--last",
        type=int,
        default=0,
        help=said("chỉ N dòng mới nhất của mỗi tệp", "only the newest N of each file"),
    )


def _verify(options: argparse.Namespace) -> int:
    """Check every journal file; exit code 1 if any row is not what it was."""
    sound = True
    for path in files_of(load(options.config).folder / "journal"):
        found = check_file(path)
        sound = sound and found.sound
        good, bad = len(found.good), len(found.wrong)
        told = said(f"{good} dòng nguyên vẹn, {bad} lỗi", f"{good} rows hold, {bad} faults")
        print(f"{path.name}: {told}")
        for wrong in found.wrong:
            print(f"  {wrong}")
    for path in let_go_of(load(options.config).folder / "journal"):
        known = pruning.checkpoint_of(path)
        print(f"{path.name}: {_let_go(known)}")
        sound = sound and known is not None
    return 0 if sound else 1


def _let_go(known: pruning.Checkpoint | None) -> str:
    lead = "đã bỏ sau khi có biên nhận của máy chủ", "let go after the server's receipt"
    if known is None:
        return said(f"{lead[0]}: ?", f"{lead[1]}: ?")
    rows, last, day = known.rows, known.last, f"{known.newest:%Y-%m-%d}"
    return said(
        f"{lead[0]}: {rows} dòng đến {last}, ngày {day}",
        f"{lead[1]}: {rows} rows up to {last}, of {day}",
    )


def _show(options: argparse.Namespace) -> int:
    """Print the newest events, one JSON object a line; persons stay sealed."""
    for path in files_of(load(options.config).folder / "journal"):
        with closing(open_for_reading(path)) as db:
            [last] = db.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()
            first = max(0, last - options.last) if options.last else 0
            for row in rows_after(db, first):
                print(row.body.decode())
    return 0
