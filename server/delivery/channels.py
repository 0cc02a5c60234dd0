"""What a channel must be: the one boundary between the outbox and whoever is told."""

from typing import Protocol


class Refused(Exception):
    """The receiver understood and will never take this message: a person must look at it."""


class Unreachable(Exception):
    """The receiver is not there now.  That is nobody's fault, so it is tried for ever."""


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
