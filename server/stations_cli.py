"""`ghepmau-server return-station NAME`: the operator as one of the two who let it in again."""

import argparse
from collections.abc import Callable

from contract.spoken import said
from server.accounts import returning
from server.config import Loaded
from server.speaking import say
from server.upkeep.opening import BY, now, opened

Add = Callable[..., argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Add the command to the server's."""
    about = said(
        "Cho trạm đã thu hồi dùng lại, là một trong hai người.",
        "Let a revoked station in again, as one of two.",
    )
    parser = add("return-station", return_station, about)
    parser.add_argument("station")
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument(
        "--reason", metavar="TEXT", help=said("xin, và nói vì sao", "ask, and say why")
    )
    how.add_argument(
        "--agree",
        action="store_true",
        help=said("đồng ý với quản trị viên đã xin", "to what an administrator asked for"),
    )
    how.add_argument("--decline", action="store_true", help=said("vẫn thu hồi", "it stays revoked"))


def return_station(asked: argparse.Namespace, loaded: Loaded) -> None:
    name, at = asked.station, now()
    with opened(loaded.settings) as database, database.write() as session:
        if asked.agree:
            returning.agree(session, name, by=BY, now=at)
            told = said(
                "được dùng lại: nộp USB của trạm, hoặc ghi danh lại (enrol-code)",
                "is let in again: hand in its sticks, or enrol it anew (enrol-code)",
            )
        elif asked.decline:
            returning.decline(session, name, by=BY, now=at)
            told = said("vẫn bị thu hồi", "stays revoked")
        else:
            returning.ask_back(session, name, reason=asked.reason[:300], by=BY, now=at)
            told = said(
                "chờ một quản trị viên đồng ý, ở trang Trạm",
                "waits for an administrator who agrees, on the page Stations",
            )
    say(f"{name}: {told}")
