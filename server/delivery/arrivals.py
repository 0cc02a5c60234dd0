"""Who must hear that messages arrived, in the transaction that notes it.

The outbox does not know what it carries; whoever counts what arrived registers here.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

Listener = Callable[[Session, str, Sequence[str], datetime], None]  # target, keys, now
listeners: list[Listener] = []


def tell(session: Session, target: str, keys: Sequence[str], *, now: datetime) -> None:
    """Tell every listener that the messages *keys* reached *target*."""
    for listener in listeners:
        listener(session, target, keys, now)
