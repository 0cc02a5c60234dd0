"""Those who look on while a fault lasts: an officer's pages and the page for load balancers.

What is answered, and after how long, is kept; what breaks is kept by its name.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from time import monotonic

import urllib3

from rehearsal.browser import Browser, PageError

PAUSE = 0.2


@dataclass(frozen=True)
class Look:
    """One look: at what, when it began, for how long, and what came: a status or a name."""

    what: str
    began: float
    seconds: float
    came: str


@dataclass
class Watch:
    """What was seen up to now."""

    looks: list[Look] = field(default_factory=list)

    def of(self, what: str) -> list[Look]:
        return [each for each in self.looks if each.what == what]


@contextmanager
def watching(looks: dict[str, Callable[[], str]]) -> Iterator[Watch]:
    """Look at each of these again and again, each by itself, until the end of the block."""
    watch, stop = Watch(), Event()
    threads = [Thread(target=_look, args=(watch, stop, what, look)) for what, look in looks.items()]
    for each in threads:
        each.start()
    try:
        yield watch
    finally:
        stop.set()
        for each in threads:
            each.join()


def _look(watch: Watch, stop: Event, what: str, look: Callable[[], str]) -> None:
    while not stop.wait(PAUSE):
        began = monotonic()
        try:
            came = look()
        except (OSError, PageError, urllib3.exceptions.HTTPError) as error:
            came = f"{type(error).__name__}: {error}"
        watch.looks.append(Look(what, began, monotonic() - began, came))


def page(browser: Browser, path: str) -> Callable[[], str]:
    """Look at a page as who is signed in there; what is shown is `200`."""
    return lambda: str(browser.open(path).status)


def plain(address: str) -> Callable[[], str]:
    """Look at what is for programs, whatever it says."""
    asked = urllib3.PoolManager()
    return lambda: str(asked.request("GET", address, retries=False, timeout=30.0).status)


def slowest(looks: Sequence[Look]) -> float:
    return max((each.seconds for each in looks), default=0.0)
