"""What the server answers to an upload: that everything is on its disk, or how far it has come."""

import msgspec

from contract.envelope import Count, Digest, Epoch

# What the server says of an upload's events, and under which status.  Any other answer says nothing
# about them: a portal, or a proxy, answers 400 as well.
CHANGED = "changed-replay"
ABOUT_EVENTS = {"unreadable-upload": 400, CHANGED: 409, "too-large": 413}


class HeadWire(msgspec.Struct, frozen=True):
    """An event of an epoch that the server has: its number and its hash."""

    epoch: Epoch
    seq: Count
    hash: Digest


class Changed(msgspec.Struct, frozen=True):
    """Beside a refusal of `changed-replay`: what the server has, of each epoch that it is about,
    where the upload first differs (stations of before look whether theirs is another)."""

    heads: list[HeadWire] = []


class Receipt(msgspec.Struct, frozen=True):
    """The server's answer: everything in the batch is on its disk (new, or known before).

    `now` is the server's clock (ISO 8601, UTC), for stations that have none.
    """

    stored: int
    known: int
    now: str
