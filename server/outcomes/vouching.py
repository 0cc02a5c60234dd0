"""Somebody of a laboratory vouches for what it found before it noted that the tube came to it.

They did not enter it, and say why the tube that was tested is this one: it lay there unscanned.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from server.lab import moves, queries, standing
from server.lab.models import Result
from server.sampling import changes
from server.sampling.turns import take_turn


def vouch(
    session: Session, tickets: Mapping[UUID, str], *, reason: str, by: str, now: datetime
) -> list[Result]:
    """Let results go to the gate as their screen showed them, all or none.

    Raises as `moves.say_it_is_of_it` does, and StaleScreen where one does not stand as it was seen.
    """
    results = {queries.result(session, each): seen for each, seen in tickets.items()}
    take_turn(session, [each.tube for each in results])
    with changes.together(session, now=now):
        for each, seen in results.items():
            standing.check(session, each, seen)
            moves.say_it_is_of_it(session, each.id, reason=reason, by=by, now=now)
    return list(results)
