"""Which months are over and not archived, what keeps them open, and whether the files are here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from contract.spoken import said
from server.archives import archiving, files
from server.archives.models import Archive
from server.archives.months import Month
from server.archives.openness import still_open
from server.archives.shelves import SHELVES, Shelf
from server.config import Settings
from server.figures.models import cell_sums
from server.local_forms import local
from server.upkeep.judging import Judged, Level
from server.upkeep.strongbox import NotReadable

WHAT = "archives"
BY_HAND = "`ghepmau-server archive make --month {}`"
Place = tuple[str, str]  # in the register: month and shelf


@dataclass(frozen=True, slots=True)
class Behind:
    """A month that is over and whose content is in the database: `waits`, what of it is open."""

    month: Month
    due: bool  # by `archive_after_months`
    waits: str = ""


def behind(session: Session, settings: Settings, now: datetime) -> list[Behind]:
    """Return the months of which a shelf is not archived, the oldest first.

    Not those past their clocks, nor those with nothing to archive.  A month is done when each of
    its shelves is: the command may be killed between two, and may be told to make one alone.
    """
    first = session.scalar(select(func.min(cell_sums.c.day)))
    if first is None:
        return []
    kept = {each.name: now - timedelta(days=getattr(settings, each.setting)) for each in SHELVES}
    done, begun = _register(session)
    month, found = max(Month.of(first), Month.of(local(min(kept.values())).date())), list[Behind]()
    while month.end <= now:
        wanted = [each for each in SHELVES if month.end > kept[each.name]]
        if any(
            (str(month), each.name) in begun
            or ((str(month), each.name) not in done and _is_full(session, each, month))
            for each in wanted
        ):
            waits = ", ".join(
                f"{count} {what}" for what, count in still_open(session, month).items()
            )
            found.append(Behind(month, is_due(month, settings, now), waits))
        month = month.after
    return found


def _register(session: Session) -> tuple[set[Place], set[Place]]:
    """Return what is out of the database, and what is in a file and (in part) here as well."""
    asked = select(Archive.month, Archive.shelf, Archive.emptied_at, Archive.gone_at)
    done, begun = set[Place](), set[Place]()
    for month, shelf, emptied, gone in session.execute(asked):
        (done if emptied or gone else begun).add((month, shelf))
    return done, begun


def _is_full(session: Session, shelf: Shelf, month: Month) -> bool:
    """Return whether there is anything of *month* to archive: an empty month never waits."""
    one = select(literal(1)).select_from(shelf.table).where(shelf.full(month)).limit(1)
    return session.scalar(one) is not None


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
    if standing and not any((settings.archive_folder / each.name).exists() for each in standing):
        yield Judged(Level.BAD, WHAT, _nowhere(len(standing), settings.archive_folder))
        return
    for made in standing:
        if wrong_is := _wrong(settings.archive_folder, made, deep=deep):
            wrong += 1
            yield Judged(Level.BAD, WHAT, wrong_is)
    if standing and not wrong:
        how = said("có ở đây", "is here")
        if deep:
            how = said("đã đọc hết, nguyên vẹn", "read to its end, is whole")
        size = sum(each.size for each in standing)
        files_ = said(f"cả {len(standing)} tệp", f"each of {len(standing)} files")
        yield Judged(Level.WELL, WHAT, f"{files_} ({size:,} byte) {how}")


def _months(found: list[Behind]) -> Iterator[Judged]:
    closed = [each for each in found if not each.waits]
    for each in found:
        if each.due and each.waits:
            yield Judged(
                Level.LOOK,
                WHAT,
                said(
                    f"{each.month} đến hạn mà còn mở: {each.waits}",
                    f"{each.month} is due and still open: {each.waits}",
                ),
            )
    if due := [each for each in closed if each.due]:
        head = said("đã đóng, đến hạn, chưa lưu trữ", "closed, due and not archived")
        hand = BY_HAND.format(due[0].month)
        yield Judged(Level.LOOK, WHAT, f"{head}: {_named(due)}: {hand}")
    if early := [each for each in closed if not each.due]:
        yield Judged(
            Level.WELL,
            WHAT,
            said("đã đóng, chưa lưu trữ", "closed and not archived yet") + f": {_named(early)}",
        )
    if not found:
        yield Judged(
            Level.WELL,
            WHAT,
            said(
                "không tháng nào đã hết còn chờ lưu trữ",
                "no month that is over waits to be archived",
            ),
        )


def _named(found: list[Behind]) -> str:
    return ", ".join(str(each.month) for each in found)


def _nowhere(count: int, folder: Path) -> str:
    return said(
        f"không tệp nào trong {count} tệp đã ghi sổ có ở {folder}. Thư mục ở máy khác: xem `check` "
        "ở máy đó, và tắt các bộ hẹn giờ ở đây (docs/cluster.md). Không: gắn lại thư mục, hoặc "
        "đưa bản sao về, vì nội dung không còn ở đâu nữa",
        f"none of the {count} files in the register is in {folder}. If another machine has them: "
        "`check` there says how they are, and the timers go off here (docs/cluster.md). If not: "
        "mount the folder, or bring the copy back, for what is in them is nowhere else",
    )


def _wrong(folder: Path, made: Archive, *, deep: bool) -> str:
    """Return what is wrong with a registered file, '' if nothing is."""
    path = folder / made.name
    if not path.exists():
        return said(
            f"{made.name} không có ở đây, nội dung không còn ở đâu nữa: đưa bản sao về",
            f"{made.name} is not here: what is in it is nowhere else; bring the copy back",
        )
    if path.stat().st_size != made.size:
        return said(
            f"{made.name} không phải tệp đã ghi sổ: đưa bản sao về",
            f"{made.name} is not the file that the register knows: bring the copy back",
        )
    if deep:
        try:
            archiving.check_known(path, made.digest)
            files.check(path)
        except (archiving.NotThisFile, NotReadable) as error:
            return f"{made.name}: {getattr(error, 'en', error)}"
    return ""
