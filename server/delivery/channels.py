"""What a channel must be: the one boundary between the outbox and whoever is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable


class Refused(Exception):
    """The receiver understood and will never take this message: a person must look at it."""


class Unreachable(Exception):
    """The receiver is not there now.  That is nobody's fault, so it is tried for ever."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be told: to whom, about whom, under which key for ever, and what.

    `before` is the key of the version that this one supersedes, if it does.
    """

    target: str
    key: str
    subject: str
    version: int
    payload: str
    before: str | None = None


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
class BatchChannel(Channel, Protocol):
    """A channel that takes several messages, of different subjects, at one go: all or none."""

    def deliver_all(self, messages: Sequence[Message]) -> list[str]:
        """Return a receipt for each of *messages*; raise if one of them cannot be taken."""
        ...


@runtime_checkable
class Checkable(Channel, Protocol):
    """A channel that can be asked what the receiver has now."""

    def read_back(self, subject: str, key: str, payload: str) -> str:
        """Return '' if the receiver has *payload* as it was sent, else what differs.

        Raises Unreachable.
        """
        ...
