"""Roster labels at the table: a tube with somebody's label is theirs.  Part of the pairing machine.

Pure.  The label's owner may take a free tube all the same; their own is then released: nobody
waits for it any more, and nobody else gets it, for it bears a name.
"""

from dataclasses import replace

from device.facts import Outcome, Paired, Past, Person


def is_anothers(tube: str, person: Person, *, assigned: bool) -> bool:
    """Return whether *tube*, which bears a label if `assigned`, bears one of another person."""
    return assigned and tube not in person.assigned


def settled(outcome: Outcome, past: Past) -> Outcome:
    """Say of a pair whether the tube was the person's own, and which of theirs it releases."""
    if not isinstance(outcome, Paired) or not outcome.person.assigned:
        return outcome
    own = outcome.person.assigned
    left = sorted(own - {outcome.tube.text})
    released = tuple(text for text in left if past.use_of(text) is None)
    return replace(outcome, assigned=outcome.tube.text in own, released=released)
