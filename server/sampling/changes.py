"""Who must hear that a tube's facts changed.

Every service of sampling and lab that alters what is known about a tube says so here, in its own
transaction, so that the outcome that follows is written together with its cause.  The
application registers the listeners, because the domains above are not imported from below; for
the same reason it tells here whom to ask when a tube was tested.

Whoever changes many tubes says so once (`all_changed`), or does its work within `together`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy.orm import Session

from contract.tubes import Tube

Listener = Callable[[Session, Sequence[Tube], datetime], None]
listeners: list[Listener] = []
testers: list[Callable[[Session, Tube], datetime | None]] = []
_GATHERED = "ghepmau_changed_tubes"


def changed(session: Session, tube: Tube, *, now: datetime) -> None:
    """Tell every listener that facts about *tube* changed; what was added is flushed first."""
    all_changed(session, [tube], now=now)


def all_changed(session: Session, tubes: Iterable[Tube], *, now: datetime) -> None:
    """Tell every listener, once, that facts about *tubes* changed."""
    gathered: dict[Tube, None] | None = session.info.get(_GATHERED)
    if gathered is not None:
        gathered.update(dict.fromkeys(tubes))
        return
    some = list(dict.fromkeys(tubes))
    session.flush()
    for listener in listeners:
        listener(session, some, now)


@contextmanager
def together(session: Session, *, now: datetime) -> Iterator[None]:
    """Tell listeners of all changes made within at its end, each tube once.

    What follows from a change (outcomes, desks) is not there before that.  After an error nobody is
    told: the transaction, or its savepoint, is undone.
    """
    if _GATHERED in session.info:
        yield
        return
    gathered: dict[Tube, None] = {}
    session.info[_GATHERED] = gathered
    try:
        yield
    finally:
        del session.info[_GATHERED]
    if gathered:
        all_changed(session, gathered, now=now)


def tested_at(session: Session, tube: Tube) -> datetime | None:
    """Return when the first result of *tube* was entered, if one was."""
    times = [at for tester in testers if (at := tester(session, tube)) is not None]
    return min(times, default=None)
