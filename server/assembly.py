"""Which pages there are, who listens to whom, and what works beside the pages."""

from datetime import timedelta
from typing import Protocol

from flask import Flask, Response, current_app, request

from server import hearing, home, place_names
from server.accounts.factor_pages import bp as factor_pages
from server.accounts.kept_rounds import KeptForms
from server.accounts.own_pages import bp as own_account
from server.accounts.partner_pages import bp as partner_pages
from server.accounts.station_pages import bp as station_pages
from server.accounts.stations import bp as stations
from server.accounts.staying import bp as staying
from server.accounts.trail_page import bp as audit
from server.accounts.trust_pages import bp as trust_pages
from server.accounts.user_pages import bp as users
from server.accounts.views import bp as accounts
from server.audit.purpose_views import bp as purposes
from server.audit.sealing import Sealer
from server.declarations import notice
from server.declarations.channel import EmbeddedRecord
from server.declarations.form_views import bp as form_versions
from server.declarations.keeper_views import bp as keeper
from server.declarations.phone_views import bp as phone
from server.declarations.point_views import bp as points
from server.declarations.targets.views import bp as targets
from server.declarations.zones.views import bp as zones
from server.delivery import routes
from server.delivery.channels import Channel
from server.delivery.worker import DeliveryWorker
from server.exchange.expiry import Watch
from server.exchange.facade_views import bp as fhir
from server.exchange.forwarding import Forwarder
from server.exchange.targets import channel_of, load_targets
from server.exchange.views import bp as exchange
from server.figures.worker import FigureWorker
from server.intake.stick_views import bp as sticks
from server.intake.views import bp as intake
from server.lab.assay_views import bp as assays
from server.lab.boxes.views import bp as boxes
from server.lab.history_views import bp as lab_history
from server.lab.imports import machines
from server.lab.imports.views import bp as imports
from server.lab.imports.worker import ImportWorker
from server.lab.plates.views import bp as plates
from server.lab.reception_views import bp as reception
from server.lab.run_views import bp as runs
from server.lab.storage.views import bp as storage
from server.lab.views import bp as lab
from server.officers.outcome_views import bp as matched
from server.officers.overview.views import bp as overview
from server.officers.quality.views import bp as quality
from server.officers.report.views import bp as reports
from server.officers.story_views import bp as stories
from server.officers.views import bp as officers
from server.openapi_views import bp as openapi
from server.outcomes.call_export_views import bp as call_exports
from server.outcomes.call_views import bp as call_pages
from server.outcomes.desk_export_views import bp as desk_exports
from server.outcomes.desk_views import bp as desk_pages
from server.outcomes.doubt_rounds import DoubtRounds
from server.outcomes.ordinals import Numberer
from server.outcomes.reception_views import bp as undoing
from server.outcomes.views import bp as outcome_pages
from server.people.link_views import bp as person_numbers
from server.people.views import bp as people
from server.record.issuers import issuers_of
from server.record.link_pages import bp as links
from server.record.mine_views import bp as mine
from server.record.request_views import bp as requests
from server.record.resolve_views import bp as resolve
from server.record.slip_views import bp as slips
from server.record.vaccination_pages import bp as vaccinations
from server.record.workdays import load as load_calendar
from server.replica import WROTE, Beating, Replica
from server.sampling.views import bp as sampling
from server.serving import connections_of
from server.tracing.views import bp as tracing
from server.upkeep.health_views import Seen
from server.upkeep.health_views import bp as health
from server.upstream.views import bp as upstream
from server.worklist import DESKS

PAGES = (
    health,
    home.bp,
    accounts,
    staying,
    own_account,
    factor_pages,
    users,
    stations,
    station_pages,
    trust_pages,
    partner_pages,
    audit,
    people,
    person_numbers,
    points,
    form_versions,
    phone,
    keeper,
    sampling,
    boxes,
    reception,
    undoing,
    storage,
    plates,
    lab,
    lab_history,
    runs,
    assays,
    imports,
    outcome_pages,
    desk_pages,
    desk_exports,
    call_pages,
    call_exports,
    intake,
    exchange,
    fhir,
    openapi,
    sticks,
    mine,
    links,
    slips,
    vaccinations,
    requests,
    resolve,
    officers,
    matched,
    stories,
    purposes,
    overview,
    quality,
    reports,
    targets,
    zones,
    tracing,
    upstream,
)

# Whose pages may be read from a copy: they only show.
SHOWS = frozenset({"matched", "officers", "overview", "quality", "reports", "targets", "upstream"})


class Worker(Protocol):
    """Work beside the pages: started once, stopped before the process ends."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


def assemble(app: Flask) -> None:
    """Give *app* its pages, its desks, its listeners and its workers (not started yet)."""
    for blueprint in PAGES:
        app.register_blueprint(blueprint)
    app.extensions["desks"] = DESKS
    app.extensions["targets"] = targets = load_targets(app.extensions["settings"].targets)
    app.extensions["calendar"] = load_calendar(app.extensions["settings"].holidays)
    app.extensions["issuers"] = issuers_of(app.extensions["settings"])
    routes.install(target.route for target in targets)
    hearing.connect()
    place_names.install(app.extensions["settings"].place_names)
    machines.install(machines.load(app.extensions["settings"].machines))
    app.extensions |= {"seen": Seen(), "background": workers(app), "started": []}


def look_aside(app: Flask) -> list[Worker]:
    """Let pages that only show be read from a copy, where the settings name one."""
    settings, clock = app.extensions["settings"], app.extensions["clock"]
    app.extensions |= {"shows": SHOWS, "replica": None}
    if not settings.read_database:
        return []
    app.extensions["replica"] = Replica(
        settings.read_database, within=timedelta(seconds=settings.read_seconds), clock=clock,
        connections=connections_of(settings),
    )  # fmt: skip
    app.after_request(_note_change)
    return [Beating(app.extensions["database"], clock)]


def _note_change(response: Response) -> Response:
    """Whoever has just changed something sees it: their next pages come from the primary."""
    copy: Replica = current_app.extensions["replica"]
    if request.method not in {"GET", "HEAD"} and response.status_code < 400:
        secure = current_app.extensions["settings"].secure
        response.set_cookie(
            WROTE, "1", max_age=copy.within_seconds, httponly=True, samesite="Strict", secure=secure
        )
    return response


def workers(app: Flask) -> list[Worker]:
    """Return the work beside the pages, in the order of its start."""
    database, clock = app.extensions["database"], app.extensions["clock"]
    far = {each.name: channel_of(each, database, clock) for each in app.extensions["targets"]}
    channels: dict[str, Channel] = {notice.TARGET: EmbeddedRecord(database, clock), **far}
    above = [each.route for each in app.extensions["targets"] if each.kind == "upstream"]
    app.extensions["channels"] = channels
    app.extensions["expiry"] = Watch(app.extensions["targets"])
    return [
        *app.extensions["intake"],
        app.extensions["pulse"],
        Sealer(database, clock),
        DeliveryWorker(database, channels, clock),
        app.extensions["expiry"],
        ImportWorker(database, clock),
        FigureWorker(database),
        Numberer(database),
        DoubtRounds(database, clock),
        Forwarder(database, above, clock),
        KeptForms(database, clock),
        *look_aside(app),
    ]


def start_background(app: Flask, *, whole: bool = True) -> None:
    """Start the work beside the pages; call once, in the process that serves.

    What is not *whole* is only what the requests themselves wait for: other processes do the rest.
    """
    needed = (app.extensions["intake"][0], app.extensions["pulse"])
    for worker in app.extensions["background"]:
        if whole or worker in needed:
            worker.start()
            app.extensions["started"].append(worker)


def stop_background(app: Flask) -> None:
    """Let the work in hand finish, in the reverse order of its start."""
    for worker in reversed(app.extensions["started"]):
        worker.stop()
