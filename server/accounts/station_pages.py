"""The administrator's page of stations: create, give a one-time code; how they are."""

from collections import Counter
from datetime import timedelta

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from contract.duties import Duty
from contract.names import match_key
from server.accounts import device_words, enrolment, health_queries, returning
from server.accounts.current import current_within, in_scope
from server.accounts.health_queries import Patient
from server.accounts.sickness import State, words_of
from server.forms import choice, place_or_text, required_text, tidy
from server.web import Permission, actor, now, origin, reading, requires, settings, transaction

bp = Blueprint("station_pages", __name__)
PAGE = 50  # stations: a page with all that it loads stays below 100 kB


@bp.get("/stations")
@requires(Permission.STATION_WRITE)
def show_stations() -> ResponseReturnValue:
    return _page()


@bp.post("/stations")
@requires(Permission.STATION_WRITE)
def create_station() -> ResponseReturnValue:
    """Create a station and show its one-time code, here and never again."""
    name = required_text(request.form, "station", longest=32)
    with transaction() as session:
        enrolment.create_station(
            session,
            name,
            label=required_text(request.form, "label", longest=80),
            place=in_scope(place_or_text(required_text(request.form, "place", longest=64))),
            duty=choice(request.form, "duty", Duty),
            by=actor(),
            now=now(),
        )
        code = enrolment.issue_code(session, name, life=_life(), by=actor(), now=now())
    return _page(name, code)


@bp.post("/stations/<station>/code")
@requires(Permission.STATION_WRITE)
def issue_code(station: str) -> ResponseReturnValue:
    with transaction() as session:
        code = enrolment.issue_code(session, station, life=_life(), by=actor(), now=now())
    return _page(station, code)


@bp.get("/stations/<station>/health")
@requires(Permission.STATION_WRITE)
def show_health(station: str) -> ResponseReturnValue:
    """What one station says of itself, and what it said in the last days."""
    with reading() as session:
        found = enrolment.station_named(session, station)
        return render_template(
            "accounts/station_health.html",
            station=found,
            patient=health_queries.patient(session, found, now()),
            said=health_queries.report_of(session, station),
            hours=health_queries.hours_of(session, station),
            words=words_of,
            word=device_words.word,
            known=device_words,
            duties={duty.value: name for duty, name in enrolment.DUTY_NAMES.items()},
        )


def _life() -> timedelta:
    return timedelta(minutes=settings().enrol_minutes)


def _is_sought(patient: Patient, text: str, state: str) -> bool:
    """Return whether a station stands so, and is called so or is there, with marks or without."""
    station = patient.station
    if state and (patient.state != state or station.state != "enrolled"):
        return False
    said = f"{station.id} {station.label} {station.place}"
    return match_key(text) in match_key(said) if text else True


def _page(station: str = "", code: str = "") -> ResponseReturnValue:
    with reading() as session:
        ward = health_queries.ward(session, now(), current_within())
        asked_back = returning.all_asked(session, current_within())
    counts = Counter(each.state for each in ward if each.station.state == "enrolled")
    sought, asked = tidy(request.args.get("q", ""))[:80], tidy(request.args.get("page", ""))
    state = request.args.get("state", "")
    state = state if state in set(State) else ""
    found = [each for each in ward if _is_sought(each, sought, state)]
    last = max(1, -(-len(found) // PAGE))
    page = min(max(1, int(asked[:6]) if asked.isdecimal() else 1), last)
    return render_template(
        "accounts/stations.html",
        ward=found[(page - 1) * PAGE : page * PAGE],
        page=page,
        last=last,
        q=sought,
        state=state,
        back=asked_back,
        counts=[(each, counts[each]) for each in State if counts[each]],
        whole=len(ward),
        found=len(found),
        most=PAGE,
        words=words_of,
        new=station,
        code=code,
        duties=enrolment.DUTY_NAMES,
        minutes=settings().enrol_minutes,
        address=origin(),
    )
