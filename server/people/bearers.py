"""Who else a number leads to, or led to, than the record that is asked about.

Of a number that was several people's in turn nobody but a person can say whose a sample is: who has
it now is no more likely than who had it between.  Reads only.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session

from contract.identities import Key, System
from server import stamps
from server.people import links
from server.people.models import Disagreement, Identity

NEW = "new"  # nobody's on record: a new record gets the number


class Beside(NamedTuple):
    """The proven link by which a number leads now, and those by which it led to others before, the
    last first; of each record one, also of records that are one person's: they may be parted."""

    live: Identity | None
    before: Sequence[Identity]

    @property
    def choices(self) -> Mapping[str, Identity | None]:
        """Return whose a sample may be beside the record that is asked about."""
        first = {NEW: None} if self.live is None else {str(self.live.id): self.live}
        return first | {str(each.id): each for each in self.before}

    def stamp(self, question: Disagreement) -> str:
        """Return by what a stale page is told: who had the number as it was shown, or nobody."""
        who = [str(each.person_id) if each else "" for each in self.choices.values()]
        return stamps.of(str(question.id), who)


def beside(session: Session, question: Disagreement) -> Beside:
    """Return to whom the number of *question* leads, or led, beside whom it asks about.

    Where it leads to them again it is nobody else's.
    """
    link = session.get_one(Identity, question.identity_id)
    key = Key(System(link.system), link.value)
    live = links.live_of(session, link)
    live = None if live is None or live.claimed else live
    if live is not None and live.person_id == question.person_id:
        return Beside(live, [])
    known = {question.person_id, *([live.person_id] if live else [])}
    before = []
    for each in reversed(links.ended_of(session, [key]).get(key, [])):
        if each.person_id not in known:
            before.append(each)
            known.add(each.person_id)
    return Beside(live, before)
