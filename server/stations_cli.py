"""`ghepmau-server return-station NAME`: the operator as one of the two who let it in again."""

import argparse
from collections.abc import Callable

from server.accounts import returning
from server.config import Loaded
from server.upkeep.opening import BY, now, opened

Add = Callable[..., argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Add the command to the server's."""
    parser = add("return-station", return_station, "Let a revoked station in again, as one of two.")
    parser.add_argument("station")
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument("--reason", metavar="TEXT", help="ask for it, and say why")
    how.add_argument("--agree", action="store_true", help="to what an administrator asked for")
    how.add_argument("--decline", action="store_true", help="it stays revoked")


def return_station(asked: argparse.Namespace, loaded: Loaded) -> None:
    name, at = asked.station, now()
    with opened(loaded.settings) as database, database.write() as session:
        if asked.agree:
            returning.agree(session, name, by=BY, now=at)
            said = "is let in again: hand in its sticks, or enrol it anew (enrol-code)"
        elif asked.decline:
            returning.decline(session, name, by=BY, now=at)
            said = "stays revoked"
        else:
            returning.ask_back(session, name, reason=asked.reason[:300], by=BY, now=at)
            said = "waits for an administrator who agrees, on the page Stations"
    print(f"Station {name} {said}.")  # noqa: T201 - a command's answer
