"""A receiver that ships with the product: it keeps what it took, and fails as its script says."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Event

from sqlalchemy.orm import Session

from server.delivery.channels import Message, Refused


@dataclass
class SimulatedReceiver:
    """Takes each key once; raises what its script holds, one for each call, and then works."""

    script: list[Exception] = field(default_factory=list)
    taken: list[tuple[str, str]] = field(default_factory=list)
    calls: int = 0
    arrived: Event = field(default_factory=Event)

    def deliver(self, subject: str, key: str, payload: str) -> str:
        self.calls += 1
        if self.script:
            raise self.script.pop(0)
        if (subject, key) not in self.taken:
            self.taken.append((subject, key))
        self.arrived.set()
        return f"r:{key}"


@dataclass
class SimulatedWholesaler(SimulatedReceiver):
    """Takes many at one go, unless one of them is `bad`."""

    bad: str = ""
    together: int = 0
    receipts: str = "r:"

    def deliver(self, subject: str, key: str, payload: str) -> str:
        if key == self.bad:
            raise Refused("bad")
        return SimulatedReceiver.deliver(self, subject, key, payload)

    def deliver_in(self, _session: Session, messages: Sequence[Message]) -> None:
        if self.bad in {each.key for each in messages}:
            raise Refused("one of them is bad")
        self.together += len(messages)
        for each in messages:
            self.deliver(each.subject, each.key, each.payload)
