"""What a channel must be: the one boundary between the outbox and whoever is told."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import msgspec
from sqlalchemy.orm import Session


class Refused(Exception):
    """The receiver understood and will never take this message: a person must look at it."""


class Unreachable(Exception):
    """The receiver is not there now.  That is nobody's fault, so it is tried for ever."""


class Overtaken(Exception):
    """Another worker handed this message over meanwhile: what it says may be old by now."""


class Message(msgspec.Struct, frozen=True):
    """What is to be told: to whom, about whom, under which key for ever, and what.

    `before` is the key of the version that this one supersedes, if it does.  A struct: a million
    are made fast.
    """

    target: str
    key: str
    subject: str
    version: int
    payload: str
    before: str | None = None
    place: str = ""  # of what it is about: who may look at it here


class Channel(Protocol):
    """Takes messages to one receiver.

    The same *key* may come more than once (a worker can die between sending and noting it), and
    must then have no further effect.  One subject's messages come in order.
    """

    def deliver(self, subject: str, key: str, payload: str) -> str:
        """Hand over *payload* and return the receiver's receipt, once it is safe there.

        Raises Refused, Unreachable, or anything else for a failure that may pass.
        """
        ...


@runtime_checkable
class InPlace(Channel, Protocol):
    """A channel into our own database: delivered and noted in one transaction, all or none.

    The receipt of a message is `receipts` and its key.
    """

    receipts: str

    def deliver_in(self, session: Session, messages: Sequence[Message]) -> None:
        """Write *messages*, of different subjects; raise if one of them cannot be written."""
        ...


@runtime_checkable
class Ahead(Channel, Protocol):
    """A channel that is quicker where it knows what comes, and sends several at a time."""

    at_once: int

    def look_ahead(self, messages: Sequence[Message]) -> None:
        """Gather what *messages* need with few questions; `deliver` of each follows."""
        ...


@runtime_checkable
class Checkable(Channel, Protocol):
    """A channel that can be asked what the receiver has now."""

    def read_back(self, subject: str, key: str, payload: str) -> str:
        """Return '' if the receiver has *payload* as it was sent, else where it differs, and
        nothing of what is there: it is shown to whoever looks after receivers.

        Raises Unreachable.
        """
        ...
