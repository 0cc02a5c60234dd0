"""`ghepmau-server retention plan | run`: what has been kept long enough, and away with it."""

import argparse
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.exc import SQLAlchemyError

from contract.spoken import Spoken, said
from server.archives import aging
from server.audit import services as audit
from server.config import Loaded, Settings
from server.db import Database
from server.errors import DomainError
from server.speaking import tell
from server.upkeep import clock_sense, forgetting, keeping
from server.upkeep.keeping import Key, Purpose
from server.upkeep.opening import Trouble, now, opened
from server.upkeep.upkeep_words import of_purpose, what_stays

Add = Callable[..., argparse.ArgumentParser]
Step = tuple[str, str, Callable[[], None]]  # its name, behind which it goes, what it does
BY = "system:retention"


def add_to(add: Add) -> None:
    """Add the command to the server's."""
    parser = add(
        "retention",
        run,
        said(
            "Cho biết điều gì đã giữ đủ lâu, hoặc xóa đi.",
            "Say what has been kept long enough, or take it away.",
        ),
    )
    parser.add_argument("act", choices=("plan", "run"))
    clock_sense.add_to(parser)


def run(asked: argparse.Namespace, loaded: Loaded) -> None:
    """Do every step; raise Trouble at the end where one failed: it stands in nobody's way.

    Raises it at once where the clock cannot be believed: what goes is gone for good.
    """
    failed = set[str]()
    with opened(loaded.settings) as database:
        if asked.act == "run":
            clock_sense.check(database, now(), even_so=asked.even_so)
        for name, behind, step in _steps(database, loaded.settings, doing=asked.act == "run"):
            if behind in failed or not _succeeds(name, step):
                failed.add(name)
    if failed:
        names = ", ".join(sorted(failed))
        raise Trouble(
            f"chưa làm xong: {', '.join(of_purpose(each) for each in sorted(failed))}; phần còn"
            " lại đã làm",
            f"not done: {names}; everything else was",
        )


def _steps(database: Database, settings: Settings, *, doing: bool) -> Iterator[Step]:
    at = now()  # one for all: an event goes by the same time as what it tells of
    for purpose in keeping.PURPOSES:
        until = keeping.cutoff(purpose, settings, at)
        yield purpose.name, purpose.behind, partial(_one, database, purpose, until, doing=doing)
    yield "persons", "", partial(_persons, database, settings, doing=doing)
    yield "archives", "", partial(aging.keep_clocks, database, settings, doing=doing)


def _succeeds(name: str, step: Callable[[], None]) -> bool:
    try:
        step()
    except (SQLAlchemyError, DomainError, Spoken, OSError) as error:
        why = str(error).partition("\n")[0]
        tell(f"{of_purpose(name)}: không làm được: {why}", f"{name}: this failed: {why}")
        return False
    return True


def _one(database: Database, purpose: Purpose, until: datetime, *, doing: bool) -> None:
    if not doing:
        with database.read() as session:
            due = keeping.count(session, purpose, until)
        vi, stays = of_purpose(purpose.name), what_stays(purpose.name)
        tell(
            f"{vi}: {due} dòng từ trước {until:%Y-%m-%d} ({purpose.setting}); giữ lại: {stays}",
            f"{purpose.name}: {due} rows from before {until:%Y-%m-%d} ({purpose.setting}); "
            f"stays: {purpose.stays}",
        )
        return
    gone = sum(keeping.pieces(partial(_piece, database, purpose, until)))
    _tell(database, purpose.name, gone, f"before {until:%Y-%m-%d}")


def _piece(
    database: Database, purpose: Purpose, until: datetime, after: Key | None
) -> tuple[int, Key | None]:
    with database.write() as session:
        return keeping.take_away(session, purpose, until, after)


def _persons(database: Database, settings: Settings, *, doing: bool) -> None:
    at = now()
    until = at - timedelta(days=settings.keep_days)
    if doing:
        gone = forgetting.forget(database, until, keep_days=settings.keep_days, now=at)
        _tell(database, "persons", gone, f"before {until:%Y-%m-%d}")
        return
    with database.read() as session:
        due = forgetting.count(session, until)
    tell(
        f"hồ sơ người: {due} từ trước {until:%Y-%m-%d} (keep_days); "
        "giữ lại: ống, kết luận, thập niên sinh, giới tính",
        f"persons: {due} records from before {until:%Y-%m-%d} (keep_days); "
        "stays: tubes, outcomes, decade of birth, sex",
    )


def _tell(database: Database, name: str, gone: int, when: str) -> None:
    with database.write() as session:
        detail = f"{gone} rows {when}"
        audit.record(session, "retention.run", name, by=BY, now=now(), detail=detail)
    since = when.removeprefix("before ")
    tell(
        f"{of_purpose(name)}: đã xóa {gone} dòng từ trước {since}",
        f"{name}: {gone} rows {when} are gone",
    )
