"""Where servers below hand over their outcomes and figures, and the page of what they said."""

from datetime import date
from typing import TypeVar

import msgspec
from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from contract.events import UNREADABLE
from contract.upstream import FiguresTaken, FiguresWire, OutcomeTaken, OutcomeWire
from server.accounts.current import current_within
from server.accounts.partners import KnownPartner
from server.errors import BadInput
from server.figures.days import day_of
from server.upstream import queries, services
from server.web import Permission, Scope, now, partner, reading, requires, transaction

bp = Blueprint("upstream", __name__)
W = TypeVar("W")


@bp.post("/api/v1/upstream/outcomes")
@partner(Scope.UPSTREAM)
def take_outcome() -> ResponseReturnValue:
    """Keep one version of one outcome; sending it again changes nothing."""
    source: KnownPartner = g.partner
    said = _read(OutcomeWire)
    with transaction() as session:
        new = services.take_outcome(session, source, said, now())
    return _answer(OutcomeTaken(line=said.line, version=said.version, new=new))


@bp.post("/api/v1/upstream/figures")
@partner(Scope.UPSTREAM)
def take_figures() -> ResponseReturnValue:
    """Keep the figures of one day in the place of older ones."""
    source: KnownPartner = g.partner
    said = _read(FiguresWire)
    with transaction() as session:
        new = services.take_figures(session, source, said, now())
    return _answer(FiguresTaken(day=said.day, new=new))


@bp.get("/nation")
@requires(Permission.SUMMARY_READ)
def show() -> ResponseReturnValue:
    today = day_of(now())
    try:
        day = min(today, date.fromisoformat(request.args.get("date") or today.isoformat()))
    except ValueError:
        day = today
    with reading() as session:
        belows = queries.belows(session, day, current_within())
    return render_template("upstream/nation.html", belows=belows, day=day, today=today)


def _read(kind: type[W]) -> W:
    try:
        return msgspec.json.decode(request.get_data(), type=kind)
    except (*UNREADABLE, ValueError) as error:
        raise BadInput(
            "Nội dung không đọc được.", f"What was sent cannot be read: {error}"
        ) from error


def _answer(taken: OutcomeTaken | FiguresTaken) -> ResponseReturnValue:
    """Say what those below know us by: any other answer is no receipt to them."""
    said: dict[str, object] = msgspec.to_builtins(taken)
    return said
