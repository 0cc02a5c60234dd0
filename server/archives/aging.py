"""What `retention` and `keys rotate` do to archives: let files go, write them anew."""

from pathlib import Path

from contract.spoken import said
from server.archives import renewing, turns
from server.archives.models import Archive
from server.config import Settings
from server.db import Database
from server.speaking import say, tell
from server.upkeep.opening import now


def registered(database: Database) -> list[Archive]:
    with database.read() as session:
        return renewing.registered(session)


def keep_clocks(database: Database, settings: Settings, *, doing: bool) -> None:
    """For `retention`: let files go whose time is over, and erased people out of the others."""
    folder = settings.archive_folder
    if not folder.is_dir() and not registered(database):
        return
    with turns.alone(database, folder):
        _clear(database, folder, doing=doing)
        for each in registered(database):
            if renewing.due(each, settings, now()):
                if doing:
                    renewing.remove(database, folder, each, now())
                say(f"archives: {each.name} {_gone(doing=doing)}")
            elif doing and _forget(database, folder, each):
                tell(
                    f"archives: {each.name} đã ghi lại, bỏ người được xóa",
                    f"archives: {each.name} was written anew without who was erased",
                )


def _clear(database: Database, folder: Path, *, doing: bool) -> None:
    """Let go what a killed run left: it is in the register as gone, or as written anew."""
    for path in renewing.left_over(database, folder):
        if doing:
            path.unlink()
        say(f"archives: {path.name}, {said('còn sót', 'left over')}, {_gone(doing=doing)}")


def _forget(database: Database, folder: Path, made: Archive) -> bool:
    here = (folder / made.name).exists()
    return here and renewing.forget(database, folder, made, now())


def renew_keys(database: Database, folder: Path) -> None:
    """For `keys rotate`: bring every file under the key in use."""
    with turns.alone(database, folder):
        behind, away = renewing.of_old_keys(database, folder)
        for each in behind:
            renewing.renew(database, folder, each, now())
            tell(
                f"archives: {each.name} đã ở dưới khóa mới",
                f"archives: {each.name} is under the new key",
            )
        for each in away:
            tell(
                f"archives: {each.name} không có ở đây: cần các khóa cũ",
                f"archives: {each.name} is not here: it needs the retired keys",
            )


def _gone(*, doing: bool) -> str:
    return said("đã xóa", "is gone") if doing else said("đến hạn xóa", "is due")
