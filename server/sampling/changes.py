"""Who must hear that a tube's facts changed.

Every service of sampling and lab that alters what is known about a tube says so here, in its own
transaction, so that the outcome that follows is written together with its cause.  The
application registers the listeners, because the domains above are not imported from below.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from contract.tubes import Tube

listeners: list[Callable[[Session, Tube, datetime], None]] = []


def changed(session: Session, tube: Tube, *, now: datetime) -> None:
    """Tell every listener that facts about *tube* changed; what was added is flushed first."""
    session.flush()
    for listener in listeners:
        listener(session, tube, now)
