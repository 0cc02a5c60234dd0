"""Draws up the page of a station's state, for its screen."""

from device.backlog import Sent
from device.enrolment import Papers
from device.kiosk.faces import Faces
from device.lines import Board, Held, Page
from device.stages import (
    Answering,
    AwaitingOperator,
    HoldingPerson,
    HoldingTube,
    OpenBox,
    OpenPool,
    SecondLook,
    State,
)
from device.station import Station


def page_of(station: Station, papers: Papers, sent: Sent, board: Board) -> Page:
    """Return what *station* shows of itself now."""
    waiting = station.journal.total - sent.sent - len(sent.set_aside)
    names = station.codes.names if isinstance(station.codes, Faces) else {}
    return Page(
        station=papers.station,
        label=papers.label,
        duty=station.state.duty.value,
        hold_seconds=station.rules.hold_seconds,
        pool_cap=station.rules.pool_cap,
        shift_required=station.rules.shift_required,
        held=held_of(station.state, station.rules.hold_seconds, names),
        counts=dict(station.journal.ledger.counts),
        devices={name: _word(up) for name, up in station.devices.items()},
        journal=station.trouble or "ok",
        waiting=max(0, waiting),
        set_aside=len(sent.set_aside),
        contact=sent.contact,
        trouble=sent.trouble,
        clock_trusted=station.clock.moment().trusted,
        alarms=station.alarms,
        recent=list(board.recent),
        pairs=list(board.pairs),
    )


def held_of(state: State, hold_seconds: float, names: dict[str, str]) -> Held:
    """Return what is held, as the screen may show it; *names* are masked, by tag."""
    match state.stage:
        case HoldingPerson(person=person, since=since):
            until, own = since + hold_seconds, next(iter(person.ready), "")
            return Held("person", person.shown, person.birth_year, own, until=until)
        case HoldingTube(tube=tube, since=since):
            return Held("tube", tube=tube.text, until=since + hold_seconds)
        case SecondLook(person=person, since=since):
            until = since + hold_seconds
            return Held("second-look", person.shown, person.birth_year, until=until)
        case AwaitingOperator(since=since):
            return Held("operator", until=since + hold_seconds)
        case Answering(person=person, since=since):
            until = since + hold_seconds
            return Held("answer", person.shown, person.birth_year, until=until)
        case OpenBox(box=box, tubes=tubes, expected=expected):
            return Held("box", box=box.text, members=tubes, expected=expected)
        case OpenPool(tube=tube, members=members):
            known = [names.get(tag, "?") for tag in members]
            return Held("pool", tube=tube.text, members=len(members), names=known)
    return Held("idle")


def _word(up: bool | None) -> str:  # noqa: FBT001
    return {True: "ok", False: "lost", None: "opening"}[up]
