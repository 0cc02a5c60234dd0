"""When people took their consent back: what they had answered before is not kept if it comes late.

A station that was off-line, or a phone that waited for a network, sends it afterwards.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.db import Base
from server.people import merges


def withdrawals(
    session: Session, persons: Collection[UUID], since: datetime | None
) -> dict[UUID, datetime]:
    """Return when each of *persons* last took consent back, of those who did after *since*.

    It counts for all records of a person.  One question, where nobody did; of all times only
    these people's are read, which are many more.
    """
    asked = Base.metadata.tables["data_request"].c
    done = (asked.kind == "withdraw") & (asked.answer == "done")
    question = select(asked.person_id, func.max(asked.answered_at)).where(done)
    roots = merges.roots_of(session, persons) if since is None else {}
    whose = asked.person_id.in_(roots) if since is None else asked.answered_at > since
    found = session.execute(question.where(whose).group_by(asked.person_id)).all()
    if not found:
        return {}
    roots = roots or merges.roots_of(session, persons)
    ended: dict[UUID, datetime] = {}
    for person, at in found:
        root = roots.get(person)
        if root is not None:
            ended[root] = max(at, ended.get(root, at))
    return {each: ended[roots[each]] for each in persons if roots[each] in ended}
