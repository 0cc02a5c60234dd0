"""A machine's run at the bench: its file confirmed, its controls verified; a run taken back."""

import re
from collections.abc import Sequence
from time import monotonic, sleep

from contract.tubes import Tube
from rehearsal import machine
from rehearsal.browser import Page
from rehearsal.laboratory import BenchTrouble, Laboratory, took

_RUN = re.compile(r'href="(/runs/[0-9a-f-]{36})"')
_CONFIRM = re.compile(r'action="(/imports/[0-9a-f-]{36}/confirm)"')
_SEEN = re.compile(r'name="seen" value="([0-9a-f]+)"')
PATIENCE = 30.0  # seconds that the server may take to read a file


def bring(lab: Laboratory, name: str, tubes: Sequence[Tube]) -> str:
    """Import the machine's file of run *name*; return the path of the run that it became."""
    file = machine.export(name, tubes)
    took(receipt := lab.first.attach("/imports", "file", f"{name}.txt", file))
    confirm = _awaited(lab, receipt.path, _CONFIRM)
    took(lab.first.fill(confirm, {"assay": machine.ASSAY}, form=receipt.path))
    return _awaited(lab, receipt.path, _RUN)


def _awaited(lab: Laboratory, path: str, wanted: re.Pattern[str]) -> str:
    """Open a receipt again, as its page does by itself, until *wanted* stands on it."""
    last = monotonic() + PATIENCE
    while monotonic() < last:
        if found := wanted.search(lab.first.open(path).text):
            return found[1]
        sleep(0.2)
    raise BenchTrouble(
        f"{path} chưa xong trong {PATIENCE:.0f} s",
        f"{path} did not come to an end within {PATIENCE:.0f} s",
    )


def verify_controls(lab: Laboratory, run: str) -> None:
    took(lab.second.fill(f"{run}/verify", {"seen": _seen(lab, run)}, form=run))


def withdraw(lab: Laboratory, run: str, reason: str) -> Page:
    """Take a run back as a whole: its results, released ones too."""
    fields = {"seen": _seen(lab, run), "reason": reason}
    page = lab.first.fill(f"{run}/withdraw", fields, form=run)
    took(page)
    return page


def _seen(lab: Laboratory, run: str) -> str:
    found = _SEEN.search(lab.second.open(run).text)
    if found is None:
        raise BenchTrouble(f"{run} không cho làm gì", f"{run} offers nothing to do")
    return found[1]
