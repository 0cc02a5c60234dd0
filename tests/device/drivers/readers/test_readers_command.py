"""`ghepmau-station readers`, as a person who sets a station up uses it."""

from collections.abc import Callable

import pytest

from device.cli import main
from device.drivers.simulated.readers.bench import Bench
from device.drivers.simulated.readers.gm65 import Gm65Model
from device.drivers.simulated.readers.model import Model
from device.drivers.simulated.readers.ssi import SsiModel
from device.drivers.simulated.readers.texts import HoneywellModel

MakeBench = Callable[[Model], Bench]


def run(*arguments: str) -> int:
    return main(["readers", *arguments])


def test_the_reader_that_answers_is_named(
    bench_of: MakeBench, capsys: pytest.CaptureFixture[str]
) -> None:
    bench = bench_of(Gm65Model())
    assert run("find", str(bench.path), "--driver", "gm65") == 0
    assert "gm65: hardware 64, software 87" in capsys.readouterr().out
    assert bench.model.code(b"X", "]C0") == b"X"  # nothing was set


def test_what_became_of_each_setting_is_told(
    bench_of: MakeBench, capsys: pytest.CaptureFixture[str]
) -> None:
    bench = bench_of(SsiModel(missing=frozenset({"EC"})))
    assert run("set", str(bench.path), "--driver", "ssi") == 1
    told = capsys.readouterr().out
    assert "changed: EE, 9F" in told
    assert "refused: EC" in told


def test_a_check_names_what_differs_and_changes_nothing(
    bench_of: MakeBench, capsys: pytest.CaptureFixture[str]
) -> None:
    bench = bench_of(model := HoneywellModel())
    before = dict(model.store.ram)
    assert run("check", str(bench.path), "--driver", "honeywell") == 1
    assert "different: DECHDR, QRCENA, BEPBEP, HSTACK" in capsys.readouterr().out
    assert (model.store.ram, model.store.saves) == (before, 0)
    assert run("set", str(bench.path), "--driver", "honeywell") == 0
    assert run("check", str(bench.path), "--driver", "honeywell") == 0
    assert "different" not in capsys.readouterr().out
    assert run("check", str(bench.path), "--driver", "honeywell", "--silent") == 1


def test_codes_are_shown_and_bytes_where_asked_for(
    bench_of: MakeBench, capsys: pytest.CaptureFixture[str]
) -> None:
    bench = bench_of(SsiModel())
    assert run("set", str(bench.path), "--driver", "ssi") == 0
    bench.held_up.append((b"260000123482", "]C0"))
    assert (
        run("watch", str(bench.path), "--driver", "ssi", "--raw", "--trigger", "--seconds", "0.1")
        == 0
    )
    told = capsys.readouterr().out
    assert "> 04 e4 04 00 ff 14" in told
    assert "]C0 b'260000123482'" in told
    assert "> 04 a3 04 00 ff 55" in told


def test_a_reader_that_is_not_there_is_a_sentence_and_exit_1(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for command in ("find", "set", "watch"):
        assert run(command, "/dev/ghepmau/none", "--driver", "newland") == 1
        assert "cannot open the reader" in capsys.readouterr().out


def test_a_profile_that_does_not_exist_is_a_sentence_and_exit_1(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("set", "/dev/ghepmau/none", "--driver", "gm65", "--profile", "gm99") == 1
    assert "gm99" in capsys.readouterr().out
