"""Scans of stations that were refused, for the laboratory had noted the tube elsewhere already.

The intake keeps them, above; `hearing` says whom to ask.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.lab.taken_back import of_arrival


class RefusedScan(NamedTuple):
    station: str
    place: str
    box: str
    at: datetime


askers: list[Callable[[Session, Tube], list[RefusedScan]]] = []


def beside_arrival(session: Session, tube: Tube, lab: str) -> list[RefusedScan]:
    """Return the refused scans of *tube* by stations of the laboratory *lab*, oldest first."""
    found = [scan for ask in askers for scan in ask(session, tube)]
    mine = (each for each in found if of_arrival(each.place, lab, ()))
    return sorted(mine, key=lambda each: each.at)
