"""Who hears of what: parts that must look again when another part changed something."""

from typing import Any

from server.delivery import arrivals
from server.exchange import once_more
from server.figures import marks
from server.intake import journal_order, old_scans, shown_numbers
from server.lab import refused_scans
from server.lab.taken_back import first_result_at
from server.outcomes import reached
from server.outcomes import services as outcomes
from server.people import asking, doubts, merges, numbers, whose
from server.record import corrections
from server.sampling import (
    changes,
    identity_decisions,
    journal,
    made_one,
    matter_decisions,
    matters,
    reach,
    told_apart,
)


def connect() -> None:
    """Let each part be told; to call it twice changes nothing."""
    for each in (outcomes.settle_many, marks.mark):
        _listen(changes.listeners, each)
    _listen(arrivals.listeners, marks.mark_arrived)
    _listen(merges.joined, made_one.look_again)
    _listen(asking.asked, matters.look_again)
    _listen(doubts.told_apart, told_apart.tell_apart)
    _listen(merges.parting, identity_decisions.take_turns)
    _listen(merges.parted, identity_decisions.look_again)
    _listen(merges.parted, matter_decisions.ask_parted)
    _listen(merges.parted, once_more.after_parting)  # behind what the others put into the outbox
    _listen(numbers.moving, shown_numbers.take_turns)
    _listen(numbers.disowned, shown_numbers.look_again)
    _listen(numbers.moved, once_more.after_moving)
    _listen(whose.askers, shown_numbers.code_shown)
    _listen(corrections.corrected, once_more.tell_again)
    _listen(changes.testers, first_result_at)
    _listen(reach.askers, reached.reach_of)
    _listen(journal.askers, journal_order.ORDER)
    _listen(refused_scans.askers, old_scans.scans_of)


def _listen(listeners: list[Any], listener: object) -> None:
    if listener not in listeners:
        listeners.append(listener)
