"""What the server answers to an upload: that everything is on its disk, or how far it has come."""

import msgspec

from contract.envelope import Count, Digest, Epoch

# What the server says of an upload's events, and under which status.  Any other answer says nothing
# about them: a portal, or a proxy, answers 400 as well.
ABOUT_EVENTS = {"unreadable-upload": 400, "changed-replay": 409, "too-large": 413}


class HeadWire(msgspec.Struct, frozen=True):
    """The newest event of an epoch that the server has, and its hash."""

    epoch: Epoch
    seq: Count
    hash: Digest


class Changed(msgspec.Struct, frozen=True):
    """Beside a refusal of `changed-replay`: how far the server has the epochs that it is about."""

    heads: list[HeadWire] = []


class Receipt(msgspec.Struct, frozen=True):
    """The server's answer: everything in the batch is on its disk (new, or known before).

    `now` is the server's clock (ISO 8601, UTC), for stations that have none.
    """

    stored: int
    known: int
    now: str
