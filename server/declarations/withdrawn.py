"""When people took their consent back: what they had answered before is not kept if it comes late.

A station that was off-line, or a phone that waited for a network, sends it afterwards.  Of a time
that is still to come the trail says when it was at the latest: the server's clock ran ahead then.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.audit.models import AuditEntry
from server.db import Base
from server.people import merges
from server.times import CLOCKS_DIFFER

WITHDRAWN = "consent.withdrawn"  # in the trail


def withdrawals(
    session: Session, persons: Collection[UUID], since: datetime | None, now: datetime
) -> dict[UUID, datetime]:
    """Return when each of *persons* last took consent back, of those who did after *since*.

    It counts for all records of a person.  One question, where nobody did; of all times only
    these people's are read, which are many more.
    """
    asked = Base.metadata.tables["data_request"].c
    done = (asked.kind == "withdraw") & (asked.answer == "done")
    question = select(asked.person_id, asked.answered_at).where(done)
    roots = merges.roots_of(session, persons) if since is None else {}
    whose = asked.person_id.in_(roots) if since is None else asked.answered_at > since
    found = session.execute(question.where(whose)).all()
    if not found:
        return {}
    roots = roots or merges.roots_of(session, persons)
    ended: dict[UUID, datetime] = {}
    for person, said in found:
        root = roots.get(person)
        if root is None:
            continue
        at = said if said <= now + CLOCKS_DIFFER else _truly(session, person, said, now)
        if since is None or at > since:
            ended[root] = max(at, ended.get(root, at))
    return {each: ended[roots[each]] for each in persons if roots[each] in ended}


def _truly(session: Session, person_id: UUID, said: datetime, now: datetime) -> datetime:
    """Return when a withdrawal was at the latest that says a time to come, so that nothing the
    person agreed to again is dropped: what the trail noted next says it, by a clock that is right.

    What it noted before is the least: a clock that is behind since lets nothing older through.
    """
    mine = AuditEntry.subject == str(person_id), AuditEntry.action == WITHDRAWN
    noted = session.scalar(select(func.max(AuditEntry.id)).where(*mine, AuditEntry.at == said))
    if noted is None:
        return now
    right = select(AuditEntry.at).where(AuditEntry.at <= now + CLOCKS_DIFFER)
    after = right.where(AuditEntry.id > noted).order_by(AuditEntry.id)
    before = right.where(AuditEntry.id < noted).order_by(AuditEntry.id.desc())
    latest = min(session.scalar(after.limit(1)) or now, now)
    return max(latest, session.scalar(before.limit(1)) or latest)
