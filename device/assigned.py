"""Roster labels at the table: a tube with somebody's label is theirs.  Part of the pairing machine.

Pure.  The label's owner may take a free tube all the same; their own is then released: nobody
waits for it any more, and nobody else gets it, for it bears a name.  One of a later day than the
next is not named: its owner comes again.  Whether the next is today's the server knows, by whose
word it is released; the station says only that it is not used now.
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
    taken = outcome.tube.text
    released = tuple(text for text in at_hand(outcome.person, past).ready if text != taken)
    return replace(outcome, assigned=taken in outcome.person.assigned, released=released)


def at_hand(person: Person, past: Past) -> Person:
    """Return *person* with what stands ready for them this time: of the first day that is open."""
    unused = [(day, tube) for day, tube in person.ahead if past.use_of(tube) is None]
    first = next((day for day, _ in unused if day), "")
    return replace(person, ahead=tuple(each for each in unused if each[0] in ("", first)))
