"""Which months are over and not archived, what keeps them open, and whether the files are here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.archives import archiving, files
from server.archives.models import Archive
from server.archives.months import Month
from server.archives.openness import still_open
from server.config import Settings
from server.display import local
from server.figures.models import cell_sums
from server.upkeep.judging import Judged, Level
from server.upkeep.strongbox import NotReadable

WHAT = "archives"
BY_HAND = "`ghepmau-server archive make --month {}`"


@dataclass(frozen=True, slots=True)
class Behind:
    """A month that is over and whose content is in the database: `waits`, what of it is open."""

    month: Month
    due: bool  # by `archive_after_months`
    waits: str = ""


def behind(session: Session, settings: Settings, now: datetime) -> list[Behind]:
    """Return the months that are not archived, the oldest first; not those past their clocks."""
    first = session.scalar(select(func.min(cell_sums.c.day)))
    if first is None:
        return []
    done = set(session.scalars(select(Archive.month).where(Archive.emptied_at.is_not(None))))
    kept = now - timedelta(days=settings.keep_event_days)
    month, found = max(Month.of(first), Month.of(local(kept).date())), list[Behind]()
    while month.end <= now:
        if str(month) not in done and month.end > kept:
            waits = ", ".join(
                f"{count} {what}" for what, count in still_open(session, month).items()
            )
            found.append(Behind(month, is_due(month, settings, now), waits))
        month = month.after
    return found


def is_due(month: Month, settings: Settings, now: datetime) -> bool:
    """Return whether the timer archives *month* by now."""
    last = month
    for _ in range(settings.archive_after_months):
        last = last.after
    return settings.archive_after_months > 0 and last.end <= now


def judged(session: Session, settings: Settings, now: datetime, *, deep: bool) -> Iterator[Judged]:
    """Yield the lines of archives for the page of health; *deep* reads every file to its end."""
    yield from _months(behind(session, settings, now))
    standing = list(session.scalars(select(Archive).where(Archive.gone_at.is_(None))))
    wrong = 0
    for made in standing:
        if said := _wrong(settings.archive_folder, made, deep=deep):
            wrong += 1
            yield Judged(Level.BAD, WHAT, said)
    if standing and not wrong:
        how = "read to its end, is whole" if deep else "is here"
        size = sum(each.size for each in standing)
        yield Judged(Level.WELL, WHAT, f"each of {len(standing)} files ({size:,} bytes) {how}")


def _months(found: list[Behind]) -> Iterator[Judged]:
    closed = [each for each in found if not each.waits]
    for each in found:
        if each.due and each.waits:
            yield Judged(Level.LOOK, WHAT, f"{each.month} is due and still open: {each.waits}")
    if due := [each for each in closed if each.due]:
        said = f"closed, due and not archived: {_named(due)}: {BY_HAND.format(due[0].month)}"
        yield Judged(Level.LOOK, WHAT, said)
    if early := [each for each in closed if not each.due]:
        yield Judged(Level.WELL, WHAT, f"closed and not archived yet: {_named(early)}")
    if not found:
        yield Judged(Level.WELL, WHAT, "no month that is over waits to be archived")


def _named(found: list[Behind]) -> str:
    return ", ".join(str(each.month) for each in found)


def _wrong(folder: Path, made: Archive, *, deep: bool) -> str:
    """Return what is wrong with a registered file, '' if nothing is."""
    path = folder / made.name
    if not path.exists():
        return f"{made.name} is not here: what is in it is nowhere else; bring the copy back"
    if path.stat().st_size != made.size:
        return f"{made.name} is not the file that the register knows: bring the copy back"
    if deep:
        try:
            archiving.check_known(path, made.digest)
            files.check(path)
        except (archiving.NotThisFile, NotReadable) as error:
            return f"{made.name}: {getattr(error, 'en', error)}"
    return ""
