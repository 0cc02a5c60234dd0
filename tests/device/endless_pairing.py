"""Pairs tubes for ever and says so after each: to be killed by a test."""

import sys
from pathlib import Path

from contract.tubes import TubeId
from device.clock import SystemClock
from device.drafts import Drafts
from device.facts import Paired, Person
from device.journal import Journal

journal = Journal(Path(sys.argv[1]), "ban-1")
drafts, clock = Drafts("ban-1"), SystemClock()
while True:
    pair = Paired(TubeId.mint(26, journal.total), Person("a" * 16, "card", "s"), "tube-first", 1)
    draft = drafts.of(pair, clock.moment(), journal.ledger)
    for event in journal.append(*filter(None, [draft])):
        print(event.id, flush=True)  # noqa: T201
