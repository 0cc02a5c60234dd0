"""Receivers are settings: checked at the start, with rules for who is told what."""

from pathlib import Path
from typing import Any

import pytest

from server.app import create_app
from server.config import ConfigError, Settings
from server.delivery import routes
from server.delivery.routes import Label, Route
from server.exchange.targets import load_targets
from server.lab.words import Call

Day = Any


def file(tmp_path: Path, text: str) -> str:
    path = tmp_path / "targets.toml"
    path.write_text(text)
    return str(path)


def test_without_a_file_there_are_none() -> None:
    assert load_targets("") == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[target]]\nname = "cdc"\nkind = "soap"', "kind"),
        ('[[target]]\nname = "cdc"\nkind = "fhir"\nurl = "ftp://x"', "https://"),
        ('[[target]]\nname = "cdc"\nkind = "fhir"\nurl = "https://x"\npreset = "y"', "preset"),
        ('[[target]]\nname = "cdc"\nkind = "fhir"\nurl = "https://x"\ncodes.tset = 1', "tset"),
        ('[[target]]\nname = "hook"\nkind = "webhook"\nurl = "https://x"', "secret_file"),
        ('[[target]]\nname = "drop"\nkind = "csv"\nfolder = "/nowhere/at/all"', "folder"),
        ('[[target]]\nname = "declarations"\nkind = "csv"\nfolder = "/tmp"', "name"),
        ('[[target]]\nname = "cdc"\nkind = "csv"\nfolder = "/tmp"\ncolour = 1', "colour"),
        ("[[target", "cannot read"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        load_targets(file(tmp_path, text))


def test_the_server_sends_to_each_target_by_its_own_thread(
    tmp_path: Path, settings: Settings, database: Any, clock: Any
) -> None:
    (tmp_path / "drop").mkdir()
    text = f'[[target]]\nname = "so-y-te"\nkind = "csv"\nfolder = "{tmp_path}/drop"\n'
    data = Settings(
        data=settings.data, database=settings.database, background=False,
        targets=file(tmp_path, text),
    )  # fmt: skip
    app = create_app(data, clock)
    assert set(app.extensions["channels"]) == {"declarations", "so-y-te"}
    assert routes.installed() == (Route("so-y-te"),)
    routes.install([])
    app.extensions["database"].engine.dispose()


def test_a_rule_looks_at_status_and_place() -> None:
    route = Route("cdc", frozenset({"positive"}), ("vn-2021:24", "vn-2021:27.256"))
    assert route.wants(Label("positive", "vn-2021:24.222.07"))
    assert route.wants(Label("positive", "vn-2021:27.256"))
    assert not route.wants(Label("negative", "vn-2021:24"))
    assert not route.wants(Label("positive", "vn-2021:240"))
    assert Route("all").wants(Label("negative", ""))


def test_who_was_told_of_a_positive_is_told_that_it_was_none(day: Day) -> None:
    routes.install([Route("cdc", frozenset({"positive"})), Route("all")])
    tube, _ = day.pair("Lê Văn An")
    other, _ = day.pair("Trần Thị Bình")
    day.correct(day.release(tube, Call.POSITIVE), Call.NEGATIVE)
    day.release(other, Call.NEGATIVE)
    assert [each.version for each in day.messages("cdc")] == [1, 2]
    assert [each.version for each in day.messages("all")] == [1, 2, 1]
    assert [each.version for each in day.messages("declarations")] == [1, 2, 1]


def test_who_was_told_once_is_told_of_corrections_also_after_having_been_no_target(
    day: Day,
) -> None:
    cdc = Route("cdc", frozenset({"positive"}))
    routes.install([cdc])
    tube, _ = day.pair("Lê Văn An")
    other, _ = day.pair("Trần Thị Bình")
    result, never_told = day.release(tube, Call.POSITIVE), day.release(other, Call.NEGATIVE)
    routes.install([])
    result = day.correct(result, Call.INCONCLUSIVE)
    routes.install([cdc])
    day.correct(result, Call.NEGATIVE)
    day.correct(never_told, Call.INCONCLUSIVE)
    assert [each.version for each in day.messages("cdc")] == [1, 3]
    assert len({each.subject for each in day.messages("cdc")}) == 1
