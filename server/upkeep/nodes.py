"""How many nodes of a cluster have the log: one that limps works as ever until the next fails."""

from collections.abc import Iterator

from sqlalchemy import make_url, text
from sqlalchemy.orm import Session

from contract.spoken import said
from server.upkeep.judging import Judged, Level

WHAT = "nodes"
# Whoever may see nothing else of those who get the log sees how many there are, and their names.
_FOLLOW = "SELECT count(DISTINCT application_name) FROM pg_stat_replication"


def look(session: Session, url: str) -> Iterator[Judged]:
    """Yield how the nodes stand that *url* names, nothing where it names one."""
    hosts = make_url(url).query.get("host", ())
    if not isinstance(hosts, str) and len(hosts) > 1:
        yield judged(len(hosts) - 1, int(session.execute(text(_FOLLOW)).scalar() or 0))


def judged(others: int, follow: int) -> Judged:
    """Return the line of *follow* nodes that get the log of the one that takes writes."""
    if follow >= others:
        told = said(f"cả {others} máy kia nhận nhật ký", f"all {others} others get the log")
        return Judged(Level.WELL, WHAT, told)
    if follow:
        told = said(
            f"chỉ {follow} trong {others} máy kia nhận nhật ký; mất thêm một máy thì ngừng ghi: "
            "`patronictl list` (docs/cluster.md)",
            f"{follow} of {others} others get the log; the next that fails stops writing: "
            "`patronictl list` (docs/cluster.md)",
        )
        return Judged(Level.LOOK, WHAT, told)
    told = said(
        "không máy nào khác nhận nhật ký: trong cụm ba máy không gì được xác nhận; "
        "`patronictl list` (docs/cluster.md)",
        "no other gets the log: in a cluster of three nothing is confirmed; "
        "`patronictl list` (docs/cluster.md)",
    )
    return Judged(Level.BAD, WHAT, told)
