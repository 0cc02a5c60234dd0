"""Connections to a PostgreSQL that need not be waited for: one that says nothing is let go.

A machine that is gone is noticed by TCP, and a process that was killed by its end.  A process that
hangs, on its disk or because somebody froze it, takes what is sent and says nothing: whoever waits
for it without end waits with a thread that everybody needs.
"""

from collections.abc import Callable, Generator
from time import monotonic
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Engine, event

T = TypeVar("T")
LONGEST = 10.0  # seconds without a word
_NOTHING = 0  # what psycopg sends to whom it drives, where nothing came for a moment


class Impatient(psycopg.Connection[Any]):
    """A connection that ends itself where nothing is said for `LONGEST`."""

    def wait(self, gen: Generator[Any, Any, T], *more: Any, **options: Any) -> T:
        try:
            return super().wait(heard(gen), *more, **options)
        except Silent:
            self.pgconn.finish()  # what it may say later belongs to nobody
            raise


class Silent(psycopg.OperationalError):
    """Nothing was said for too long."""


def let_silent_go(engine: Engine) -> None:
    """Let connections of *engine* be impatient, where it is a PostgreSQL."""
    if engine.dialect.name != "postgresql":
        return

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, named: Any, options: Any) -> Impatient:
        return Impatient.connect(*named, **options)


def heard(
    gen: Generator[Any, Any, T], clock: Callable[[], float] = monotonic
) -> Generator[Any, Any, T]:
    """Do what *gen* does, which waits for an answer; raises Silent where nothing comes."""
    try:
        wanted, until = next(gen), clock() + LONGEST
        while True:
            came = yield wanted
            if came != _NOTHING:
                until = clock() + LONGEST
            elif clock() > until:
                gen.close()
                raise Silent(f"nothing was said for {LONGEST:g} seconds")
            wanted = gen.send(came)
    except StopIteration as end:
        answer: T = end.value
        return answer
