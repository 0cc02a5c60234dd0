"""After the laboratories' day: is what was released what was found, once, on who gave the swab?"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from benchmarks.load_kept import numbers_of
from benchmarks.load_labs import truth_of
from contract.tubes import Tube
from server.db import Database, look_at_one_moment
from server.lab.models import Reception, Result
from server.outcomes.models import Outcome
from server.sampling.models import Pairing


@dataclass(frozen=True)
class Let:
    """Of the tubes that came: what went wrong, in tubes."""

    released: int
    lost: int  # came, and nothing of them is out or on record
    doubled: int  # two results, two outcomes, or two receptions
    wrong: int  # another call than was in it, or on somebody whom its station did not pair with it


def checked(database: Database, given: Mapping[Tube, str]) -> Let:
    """Ask the database about every tube that came, and for results of tubes that did not.

    *given* says whose each tube is, by the number of their card, as their station sent it: the
    database's own pairings are what is in question.
    """
    came = set(given)
    with database.read() as session:
        look_at_one_moment(session)
        found = session.execute(select(Result.tube, Result.call, Result.released_at)).all()
        told = session.execute(select(Outcome.tube, Outcome.person_id, Outcome.status)).all()
        paired = set(map(tuple, session.execute(select(Pairing.tube, Pairing.person_id))))
        numbers = numbers_of(session)
        arrived = Counter(session.scalars(select(Reception.tube)))
    calls, people = defaultdict(list), defaultdict(list)
    for tube, call, released in found:
        calls[tube].append((call, released is not None))
    for tube, person, status in told:
        people[tube].append((person, status))
    out = {tube for tube, some in calls.items() if any(is_out for _, is_out in some)}
    lost = [tube for tube in came if tube not in out or not people[tube] or not arrived[tube]]
    doubled = [tube for tube in came if max(len(calls[tube]), len(people[tube]), arrived[tube]) > 1]
    wrong = {tube for tube in out if tube not in came}
    for tube, some in calls.items():
        wrong |= {tube for call, _ in some if call != truth_of(tube)}
    for tube, tellings in people.items():
        wrong |= {tube for person, status in tellings
                  if (tube, person) not in paired or status != truth_of(tube)
                  or given.get(tube, "") not in numbers.get(person, ())}  # fmt: skip
    return Let(len(out & came), len(lost), len(doubled), len(wrong))
