"""What is stuck: every desk with something on it, the longest waiting first, each a link."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from sqlalchemy.orm import Session

from server.accounts.within import Within
from server.desks import Desk
from server.outcomes import desks as unmatched
from server.outcomes import words
from server.outcomes.desk_loads import held

ONE_BY_ONE = ("/unmatched", "/conflicts", "/callbacks")  # desks whose parts are told apart
CALLS = unmatched.Desk.CALLBACKS_OPEN


@dataclass(frozen=True, slots=True)
class Stuck:
    """A desk, or a part of one, with something on it."""

    name: tuple[str, str]
    hint: tuple[str, str]
    link: str
    count: int
    oldest: datetime | None
    late: int


def stuck(
    session: Session, desks: Sequence[Desk], scope: Within, place: str, by: str, now: datetime
) -> list[Stuck]:
    """Return what waits on *desks*; *place* is the filter of the page, for the links."""
    paths = {desk.path for desk in desks}
    found = [*of_tubes(session, scope, place, now)] if "/unmatched" in paths else []
    for desk in desks:
        if desk.waiting is None or desk.path in ONE_BY_ONE:
            continue
        load = desk.waiting(session, by, scope)
        if load.count:
            late = desk.late(session, now, scope) if desk.late else 0
            names = (desk.vi, desk.en), (desk.vi_hint, desk.en_hint)
            found.append(Stuck(*names, desk.path, load.count, load.oldest, late))
    return sorted((each for each in found if each.count), key=lambda each: each.oldest or now)


def of_tubes(session: Session, scope: Within, place: str, now: datetime) -> Iterator[Stuck]:
    """Yield how much stands on each desk of tubes and of calls, empty ones too."""
    only = f"?place={quote(place)}" if place else ""
    for desk, (load, late) in held(session, (*unmatched.UNMATCHED, CALLS), scope, now).items():
        link = f"/callbacks{only}" if desk is CALLS else f"/unmatched{only}#{desk.value}"
        yield Stuck(*words.DESKS[desk], link, load.count, load.oldest, late)
