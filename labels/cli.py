"""ghepmau-labels: prints tube labels, cards, posters and command cards, and proves what it printed.

Exit codes: 0 done, 1 something could not be printed or did not read back, 2 a wrong command line.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from contract.spoken import choose, said
from labels.cli_args import parser
from labels.cli_print import print_file
from labels.cli_proof import prove
from labels.cli_sheets import box, calibrate, cards, commands, lot, poster, readers, roster
from labels.errors import LabelError
from labels.terminal import complain

_RUN: dict[str, Callable[[argparse.Namespace], int]] = {
    "lot": lot,
    "roster": roster,
    "cards": cards,
    "poster": poster,
    "commands": commands,
    "box": box,
    "readers": readers,
    "calibrate": calibrate,
    "proof": prove,
    "print": print_file,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; errors are a sentence, as `contract.spoken` says it."""
    words = choose(sys.argv[1:] if arguments is None else arguments, os.environ)
    asked = parser().parse_args(words)
    try:
        return _RUN[asked.command](asked)
    except LabelError as error:
        complain(said(error.vi, error.en))
    except OSError as error:
        name = error.filename or ""
        complain(
            said(
                f"Không đọc, ghi được {name}: {error.strerror}",
                f"{name} cannot be read or written: {error.strerror}",
            )
        )
    return 1


if __name__ == "__main__":
    sys.exit(main())
