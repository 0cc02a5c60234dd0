"""Who must hear that a tube's facts changed.

Every service of sampling and lab that alters what is known about a tube says so here, in its own
transaction, so that the outcome that follows is written together with its cause.  The
application registers the listeners, because the domains above are not imported from below; for
the same reason it tells here whom to ask when a tube was tested.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from contract.tubes import Tube

listeners: list[Callable[[Session, Tube, datetime], None]] = []
testers: list[Callable[[Session, Tube], datetime | None]] = []


def changed(session: Session, tube: Tube, *, now: datetime) -> None:
    """Tell every listener that facts about *tube* changed; what was added is flushed first."""
    session.flush()
    for listener in listeners:
        listener(session, tube, now)


def tested_at(session: Session, tube: Tube) -> datetime | None:
    """Return when the first result of *tube* was entered, if one was."""
    times = [at for tester in testers if (at := tester(session, tube)) is not None]
    return min(times, default=None)
