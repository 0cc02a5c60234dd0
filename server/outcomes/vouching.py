"""Somebody of a laboratory vouches for what it found before it noted that the tube came to it.

They did not enter it, and say why the tube that was tested is this one: it lay there unscanned.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from server.lab import moves, queries, standing
from server.lab.models import Result
from server.lab.refusals import StaleScreen
from server.sampling import changes
from server.sampling.turns import take_turn


class Vouched(NamedTuple):
    """What goes to the gate, and what was left out: it is not as the screen showed it."""

    done: list[Result]
    left: list[Result]


def vouch(
    session: Session, tickets: Mapping[UUID, str], *, reason: str, by: str, now: datetime
) -> Vouched:
    """Let results go to the gate as their screen showed them.

    One that changed since, or whose arrival was taken back in that moment, is left out and keeps
    no other back.  Raises StaleScreen where all are such, and else as `moves.say_it_is_of_it` does:
    then nothing is noted.
    """
    results = {queries.result(session, each): seen for each, seen in tickets.items()}
    take_turn(session, [each.tube for each in results])
    vouched = Vouched([], [])
    with changes.together(session, now=now):
        for each, seen in results.items():
            try:
                standing.check(session, each, seen)
                moves.say_it_is_of_it(session, each.id, reason=reason, by=by, now=now)
            except StaleScreen:
                if len(results) == 1 + len(vouched.left):
                    raise
                vouched.left.append(each)
            else:
                vouched.done.append(each)
    return vouched
