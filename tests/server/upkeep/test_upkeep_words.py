"""Reports of the operator are whole in Vietnamese; no new keys stand in for those that are away."""

from pathlib import Path

import pytest

from server.cli import main
from server.upkeep import breach, keeping
from server.upkeep.upkeep_words import KINDS_OF_DATA, PURPOSES, STAYS


def test_every_kind_of_data_and_every_purpose_has_its_words() -> None:
    fields = {name for kinds in breach.FIELDS.values() for name in kinds} | set(breach.STATION)
    assert fields == set(KINDS_OF_DATA)
    purposes = {each.name for each in keeping.PURPOSES} | {"persons"}
    assert purposes | {"archives"} == set(PURPOSES)
    assert purposes == set(STAYS)


def test_a_backup_without_its_keys_asks_for_the_kept_ones_and_for_no_new_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GHEPMAU_DATA", str(tmp_path))
    assert main(["restore", str(tmp_path / "some.ghepmau-backup")]) == 2
    said = capsys.readouterr().err
    assert "tệp khóa đã cất" in said
    assert "Đừng chạy `init`" in said


def test_a_time_that_is_none_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["breach", "user:hoa", "--since", "hôm qua"])
    assert "viết như 2026-11-23T08:00" in capsys.readouterr().err
