"""Work out anew where every tube stands: after an upgrade that brought a desk, or on a doubt.

What settles a tube keeps its desk; this says the same of all of them, a group at a time, each in a
transaction of its own.  What people made of an item ends only where the item is another now.
"""

from datetime import datetime

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from contract.tubes import tube
from server.db import Database
from server.lab import untested
from server.lab.models import Reception, Result
from server.outcomes import desk_rows
from server.outcomes.desk_models import DeskItem
from server.outcomes.facts import CHUNK, known_of_all, text_of
from server.outcomes.standing import standing
from server.sampling.models import Pairing
from server.sampling.turns import take_turn


def rebuild_desks(database: Database, now: datetime) -> tuple[int, int]:
    """Return how many tubes were looked at, and how many of them stood elsewhere."""
    seen = changed = 0
    last = ""
    while True:
        with database.write() as session:
            texts = _after(session, last)
            if not texts:
                return seen, changed
            changed += _place(session, texts, now)
        seen, last = seen + len(texts), texts[-1]


def _after(session: Session, last: str) -> list[str]:
    """Return the next tubes, in the order of their texts, of which anything is known."""
    columns = (Pairing.tube, Reception.tube, Result.tube, DeskItem.tube)
    found = union(*(
        select(text_of(each).label("tube")).where(text_of(each) > last).distinct()
        .order_by(text_of(each)).limit(CHUNK).subquery().select()
        for each in columns
    ))  # fmt: skip
    return list(session.scalars(found.order_by("tube").limit(CHUNK)))


def _place(session: Session, texts: list[str], now: datetime) -> int:
    tubes = [tube(text) for text in texts]
    take_turn(session, tubes)
    untested.review(session, texts)
    known = known_of_all(session, tubes)
    stands = {each: standing(one, one.facts()) for each, one in known.items()}
    return desk_rows.place(session, stands, now=now)
