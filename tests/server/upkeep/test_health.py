"""What machines that watch the server are told, and that none of it names anybody."""

import json
import logging
import re
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from server import schema
from server.accounts.roles import Role
from server.app import database_of
from server.audit import sealing
from server.audit.services import record
from server.config import Settings
from server.db import Database
from server.upkeep import judging
from server.upkeep.judging import Level
from server.upkeep.metrics import Standing
from server.upkeep.vitals import Queue, Vitals
from tests.server.conftest import Clock, SignIn
from tests.server.statements import asked

DEPLOY = Path(__file__).parents[3] / "deploy"


@pytest.fixture
def client(app: Flask, database: Database, clock: Clock) -> FlaskClient:
    """A server whose database says which migrations it had, with something of everything."""
    with database.write() as session:
        session.execute(text("CREATE TABLE IF NOT EXISTS alembic_version (version_num TEXT)"))
        session.execute(text("DELETE FROM alembic_version"))
        session.execute(
            text("INSERT INTO alembic_version VALUES (:to)"), {"to": schema.newest_revision()}
        )
        record(session, "tube.received", "tube-1", by="user:lan", now=clock())
    sealing.seal_all(database, clock)
    return app.test_client()


def test_it_says_that_it_lives_and_whether_it_can_work(
    client: FlaskClient, database: Database
) -> None:
    assert client.get("/healthz").text == "ok\n"
    assert client.get("/readyz").text == "ready\n"
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert client.get("/readyz").status_code == 503
    with database.write() as session:
        session.execute(text("DROP TABLE alembic_version"))
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_that_it_lives_is_said_without_a_question_to_the_database_whatever_cookie_comes(
    client: FlaskClient, app: Flask
) -> None:
    """It has one thread: whoever brings a cookie, and a database that hangs, would hold it."""
    for name in ("ghepmau", "__Host-ghepmau"):
        client.set_cookie(name, "k" * 43)
    with asked(database_of(app)) as found:
        assert client.get("/healthz").text == "ok\n"
    assert found == []


def test_figures_are_for_this_machine_or_for_whoever_has_the_token(
    client: FlaskClient, app: Flask, settings: Settings, tmp_path: Path
) -> None:
    assert client.get("/metrics").status_code == 200
    through = {"X-Forwarded-For": "127.0.0.1"}
    assert client.get("/metrics", headers=through).status_code == 404
    far = {"REMOTE_ADDR": "203.0.113.5"}
    assert client.get("/metrics", environ_base=far).status_code == 404
    (tmp_path / "token").write_text("a-long-token\n")
    app.extensions["settings"] = msgspec.structs.replace(
        settings, metrics_token=str(tmp_path / "token")
    )
    assert client.get("/metrics").status_code == 404
    for token, status in (("a-long-token", 200), ("another", 404)):
        headers = {**through, "Authorization": f"Bearer {token}"}
        assert client.get("/metrics", headers=headers).status_code == status
    (tmp_path / "token").write_text("\n")
    for said in ("Bearer", "Bearer ", "Bearer a-long-token"):
        assert client.get("/metrics", headers={"Authorization": said}).status_code == 404


def test_every_figure_that_the_files_for_grafana_and_prometheus_ask_for_is_there(
    client: FlaskClient, clock: Clock
) -> None:
    client.get("/healthz")
    kinds = judging_everything(clock())
    registry = CollectorRegistry()
    registry.register(Standing(kinds, 1))
    shown = generate_latest(registry).decode() + client.get("/metrics").text
    there = {
        sample.name for family in text_string_to_metric_families(shown) for sample in family.samples
    }
    asked = " ".join(expressions())
    wanted = set(re.findall(r"\bghepmau_\w+", asked))
    assert len(wanted) >= 24
    assert wanted <= there, wanted - there


def expressions() -> list[str]:
    dashboard = json.loads((DEPLOY / "grafana/ghepmau-server.json").read_text("utf-8"))
    shown = [each["expr"] for panel in dashboard["panels"] for each in panel["targets"]]
    alerts = (DEPLOY / "prometheus/alerts.yml").read_text("utf-8")
    rules = re.findall(r"^\s+expr: (.+)$", alerts, re.MULTILINE)
    assert len(rules) == alerts.count("- alert:") == alerts.count("action:") >= 15
    return [*shown, *rules]


def judging_everything(now: datetime) -> Vitals:
    """A server of which everything can be said."""
    old = now - timedelta(days=9)
    return Vitals(
        now, "0001", "0002", 1, {"pending": Queue(1, old), "refused": Queue(2, old)}, 1,
        {("cdc", "dead"): Queue(1, old), ("cdc", "waiting"): Queue(3, old)}, {"cdc": True},
        {"silent": 2, "well": 1}, {"unpaired": Queue(1, old)}, {"staged": 1}, 1, 5, 100, old, old,
        old, 10, {"data": 1}, {"data": 100},
    )  # fmt: skip


def test_everything_that_is_wrong_is_said_with_what_to_do(now: datetime) -> None:
    lines = list(judging.judged(judging_everything(now)))
    assert [line for line in lines if line.level is Level.WELL] == []
    told = "\n".join(line.sentence for line in lines)
    for word in ("ghepmau-server upgrade", "audit anchor", "for a seal", "cdc does not answer",
                 "2 silent", "were refused for good", "9 days old", "see Alerts"):  # fmt: skip
        assert word in told


def test_a_new_server_is_well_but_for_what_nobody_did_yet(now: datetime) -> None:
    lines = judging.judged(Vitals(now, "0002", "0002"))
    assert {line.what for line in lines if line.level is not Level.WELL} == {"anchor", "backup"}


def test_a_line_of_the_log_says_what_was_asked_and_names_nobody(
    client: FlaskClient, sign_in: SignIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="ghepmau.requests")
    who = uuid4()
    answer = sign_in(Role.HEALTH_OFFICER).get(
        f"/people/{who}?name=Nguy%E1%BB%85n&cccd=024091000001"
    )
    client.get("/my/SECRETLINK2345678", headers={"User-Agent": "Lan's phone"})
    client.get("/no-such-page/024091000001")
    officer, mine, none = (json.loads(each.getMessage()) for each in caplog.records)
    assert (officer["route"], officer["who"], officer["status"]) == (
        "/people/<uuid:person_id>", "user", answer.status_code,
    )  # fmt: skip
    assert officer["request"] == answer.headers["X-Request-Id"]
    assert mine["route"] == "/my/<string(maxlength=40):token>"
    assert (none["route"], none["status"]) == ("(none)", 404)
    whole = " ".join(each.getMessage() for each in caplog.records)
    for fact in (str(who), "024091", "SECRET", "127.0.0.1", "Lan", "health-officer"):
        assert fact not in whole


def test_proxies_in_front_hide_the_figures_and_set_who_asked() -> None:
    nginx = (DEPLOY / "nginx/ghepmau.conf").read_text("utf-8")
    caddy = (DEPLOY / "caddy/Caddyfile").read_text("utf-8")
    assert "location = /metrics { return 404; }" in nginx
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in nginx
    assert "proxy_add_x_forwarded_for" not in nginx
    assert "header_up X-Forwarded-For {remote_host}" in caddy
    assert "respond @figures 404" in caddy
    for file in (nginx, caddy):
        assert file.count("{") == file.count("}")
