"""A station is enrolled: what a code is used up for, and whose the papers are then."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from device.cli import main
from device.enrolment import Office
from tests.device.played_server import PAPERS, Reply

Script = Callable[[Any], Reply]


@pytest.fixture
def server() -> Script:
    """Takes the code 'good' alone, and has nothing to give."""

    def answered(asked: Any) -> Reply:
        if not asked.path.endswith("/enrol"):
            return Reply(404)
        if b'"good"' in asked.body:
            return Reply(body=PAPERS)
        said = {"code": "used", "message": "Mã đã dùng.", "message_en": "The code is used."}
        return Reply(403, said)

    return answered


def test_a_code_that_is_used_up_is_told_in_both_languages(
    tmp_path: Path,
    server: Script,
    serve: Callable[[Script], str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    enrol = ["enrol", "--server", serve(server), "--code", "old", "--state", str(tmp_path)]
    assert main(enrol) == 1
    assert "Mã đã dùng." in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_keys_are_private_and_a_second_enrolment_keeps_the_tags(
    tmp_path: Path, server: Script, serve: Callable[[Script], str]
) -> None:
    enrol = ["enrol", "--server", serve(server), "--code", "good", "--state", str(tmp_path)]
    office = Office(tmp_path)
    assert main(enrol) == 0
    first = office.secrets()
    assert main(enrol) == 0
    assert (office.secrets().tags, office.secrets().seed != first.seed) == (first.tags, True)
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_a_folder_that_cannot_be_written_costs_no_code(
    tmp_path: Path,
    server: Script,
    serve: Callable[[Script], str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "file").write_text("")
    enrol = ["enrol", "--server", serve(server), "--code", "old", "--state"]
    assert main([*enrol, str(tmp_path / "file" / "state")]) == 1
    said = capsys.readouterr().err
    assert "mã chưa dùng" in said
    assert "Mã đã dùng" not in said, "the server was not asked"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to others")
def test_what_root_enrols_belongs_to_whoever_the_folder_does(
    tmp_path: Path, server: Script, serve: Callable[[Script], str]
) -> None:
    os.chown(tmp_path, 12345, 12346)
    assert (
        main(["enrol", "--server", serve(server), "--code", "good", "--state", str(tmp_path)]) == 0
    )
    owners = {(path.stat().st_uid, path.stat().st_gid) for path in tmp_path.rglob("*")}
    assert owners == {(12345, 12346)}, "a station that cannot read its key does not start"
