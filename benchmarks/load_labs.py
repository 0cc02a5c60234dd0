"""Laboratories during `benchmarks.load`: tubes received, tested, verified by another, let out.

All of it at the pages that technicians use, under two accounts.  The first scans each tube into its
box when it comes and, in another browser, brings the machine's file of each box and confirms it;
the second, who entered nothing, verifies controls and results and releases them.  A page that
refuses what changed under it is opened again, as people do.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from queue import SimpleQueue
from threading import Thread
from time import monotonic, sleep

import urllib3

from benchmarks.labday_table import quantstudio, wells_of
from benchmarks.load_clients import AGAIN, PAUSE, TRIES, Tally
from contract.tubes import Tube, TubeId
from rehearsal.browser import Browser, Page, PageError
from rehearsal.office import Account
from server.lab.words import Call

BOX, ASSAY = 94, "sars-cov-2-e-rdrp"
WELLS = [
    name for letter in "ABCDEFGH" for number in range(1, 13)
    if (name := f"{letter}{number}") not in {"G12", "H12"}
]  # fmt: skip
_POSITIVE = 25  # one tube in so many
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_TICKET = r'name="result" value="([0-9a-f-]{36}\.[0-9a-f]+)"'
_MANY, _SINGLE = re.compile(rf'type="checkbox" {_TICKET}'), re.compile(rf'type="hidden" {_TICKET}')
_FREE = re.compile(rf"{_TICKET} checked")
_RUN = re.compile(r'href="(/runs/[0-9a-f-]{36})"')
_SEEN = re.compile(r'name="seen" value="([0-9a-f]+)"')
_CONFIRM = re.compile(r'action="(/imports/[0-9a-f-]{36}/confirm)"')
Arrivals = Sequence[tuple[float, TubeId]]  # seconds after the start, in order


def truth_of(tube: Tube) -> Call:
    """Return what is in a tube: what the machine finds, and the record must say."""
    return Call.NEGATIVE if sum(map(ord, tube.text)) % _POSITIVE else Call.POSITIVE


@dataclass
class Lab:
    """One laboratory.  `released` counts what its second technician was told is out."""

    number: int
    base: str
    first: Account
    second: Account
    arrivals: Arrivals
    patience: float
    tally: Tally = field(default_factory=Tally)
    released: int = 0
    scanned_for: float = 0.0  # seconds from the start to the last scan
    _boxes: SimpleQueue[list[TubeId]] = field(default_factory=SimpleQueue)
    _began: float = 0.0

    def enter(self) -> None:
        """Let everybody log in, and begin."""
        self._reception = self._seated(self.first)
        self._first, self._second = self._seated(self.first), self._seated(self.second)
        self._threads = [Thread(target=each) for each in (self._receive, self._test)]
        self._began = monotonic()
        for thread in self._threads:
            thread.start()

    def leave(self) -> None:
        """Wait until everything that came is out, or patience is over."""
        for thread in self._threads:
            thread.join()

    def _seated(self, account: Account) -> Browser:
        browser = Browser(self.base)
        browser.log_in(account.login, account.password)
        return browser

    def _receive(self) -> None:
        """Scan each tube when it comes; a full box goes to the bench, and the last as it is."""
        try:
            self._scan_all()
        finally:
            self._boxes.put([])  # the bench must not wait for ever

    def _scan_all(self) -> None:
        box: list[TubeId] = []
        token = _TOKEN.findall(self._opened(self._reception, "/reception"))[0]
        for number, (at, tube) in enumerate(self.arrivals):
            sleep(max(0.0, self._began + at - monotonic()))
            name = f"H{self.number}-{number // BOX}"
            fields = {"tube": tube.text, "box": name, "csrf_token": token}
            with self._timed("lab form"):
                self._trying(partial(self._reception.send, "/reception", fields))
            self.scanned_for = monotonic() - self._began
            self.tally.note("lab scan", self.scanned_for - at)
            box.append(tube)
            if len(box) == BOX:
                self._boxes.put(box)
                box = []
        self._boxes.put(box)

    def _test(self) -> None:
        tested = 0
        while box := self._boxes.get():
            self._import(box, tested)
            tested += 1
            self._verify()
            self._release()
        last = monotonic() + self.patience
        while self.released < len(self.arrivals) and monotonic() < last:
            sleep(PAUSE)  # who is on record for the last tubes may not be known yet
            self._verify()
            self._release()

    def _import(self, box: Sequence[TubeId], number: int) -> None:
        """Bring the machine's file; a run stands at the end, with its controls verified."""
        began, run = monotonic(), f"P{self.number}-{number}"
        names: dict[Tube, str] = dict(zip(box, WELLS, strict=False))
        wells = wells_of({tube: truth_of(tube) for tube in box}, names, 20 * self.number + number)
        file = quantstudio(run, wells)
        first = self._first
        receipt = self._trying(lambda: first.attach("/imports", "file", f"{run}.txt", file)).path
        confirm = self._awaited(receipt, _CONFIRM)
        self._trying(lambda: first.fill(confirm, {"assay": ASSAY}, form=receipt))
        path = self._awaited(receipt, _RUN)
        self.tally.note("lab import", monotonic() - began)
        with self._timed("lab controls"):
            fields = {"seen": _SEEN.findall(self._opened(self._second, path))[0]}
            self._trying(lambda: self._second.fill(f"{path}/verify", fields, form=path))

    def _awaited(self, path: str, wanted: re.Pattern[str]) -> str:
        """Open a receipt again, as its page does by itself, until *wanted* stands on it."""
        last = monotonic() + self.patience
        while monotonic() < last:
            if found := wanted.search(self._opened(self._first, path)):
                return found[1]
            sleep(PAUSE)
        raise PageError(f"{path} chưa xong", f"{path} did not come to an end")

    def _verify(self) -> None:
        """Verify plain negatives together, all others one by one."""
        text = self._opened(self._second, "/verify")
        if many := _MANY.findall(text):
            self._decide("lab verify", "/verify", many)
        for one in _SINGLE.findall(text):
            self._decide("lab verify one", "/verify", [one])

    def _release(self) -> None:
        free = _FREE.findall(self._opened(self._second, "/release"))
        if free and self._decide("lab release", "/release", free):
            self.released += len(free)

    def _decide(self, kind: str, path: str, tickets: Sequence[str]) -> bool:
        """Send what was ticked; return whether it was taken, and not changed since it was shown."""
        with self._timed(kind):
            page = self._trying(lambda: self._second.fill(path, {"result": tickets}))
        return page.status < 400

    def _opened(self, browser: Browser, path: str) -> str:
        return self._trying(lambda: browser.open(path)).text

    def _timed(self, kind: str) -> "_Timed":
        return _Timed(self.tally, kind)

    def _trying(self, work: Callable[[], Page]) -> Page:
        """Do it until the server has time; count what it refuses for good."""
        for _ in range(TRIES):
            try:
                page = work()
            except (urllib3.exceptions.HTTPError, PageError):
                page = Page("", 503, b"")  # no page, or none to go on from
            if page.status not in AGAIN:
                break
            self.tally.repeat()
            sleep(PAUSE)
        if page.status >= 400:
            self.tally.refuse(page.status)
        return page


@dataclass
class _Timed:
    tally: Tally
    kind: str
    began: float = 0.0

    def __enter__(self) -> None:
        self.began = monotonic()

    def __exit__(self, *_: object) -> None:
        self.tally.note(self.kind, monotonic() - self.began)


def shared(arrivals: Arrivals, labs: int) -> Iterator[Arrivals]:
    """Give each of so many laboratories its share, tubes of one moment to several."""
    for number in range(labs):
        yield arrivals[number::labs]
