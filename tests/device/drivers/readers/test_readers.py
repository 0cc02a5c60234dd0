"""Each driver against its simulated reader: found, identified, set as wanted, read."""

from collections.abc import Callable
from time import monotonic

import pytest

from device.drivers import Scan
from device.drivers.readers import open_reader, open_serial, read_settings
from device.drivers.readers.establish import ReaderUnfit
from device.drivers.readers.profile import ProfileError
from device.drivers.readers.serial_reader import SerialReader
from device.drivers.simulated.readers import MODELS
from device.drivers.simulated.readers.bench import Bench, Fault
from device.drivers.simulated.readers.model import Model
from device.drivers.simulated.readers.ssi import SsiModel
from device.drivers.simulated.readers.texts import HoneywellModel, NewlandModel

TUBE = b"260000123482"
TELLING = [name for name in MODELS if name != "gm67"]
MUST = [("gm65", "0060"), ("ssi", "EE"), ("honeywell", "DECHDR"), ("newland", "AIDENA")]
MAY = [("gm65", "0003"), ("ssi", "EC"), ("newland", "SETUPE")]
MakeBench = Callable[[Model], Bench]
OpenReader = Callable[..., SerialReader]


def data_of(scan: Scan | None) -> bytes | None:
    return scan.data if scan else None


@pytest.mark.parametrize("driver", MODELS)
def test_a_reader_from_the_factory_is_set_and_then_reads_tubes(
    driver: str, bench_of: MakeBench, opened: OpenReader
) -> None:
    bench = bench_of(MODELS[driver]())
    reader = opened(driver, bench)
    assert reader.identity
    assert bench.scan(TUBE)
    scan = reader.read(1)
    assert scan is not None
    assert (scan.data, scan.aim) == (TUBE, "" if driver == "gm65" else "]C0")
    assert 0 <= monotonic() - scan.at < 2
    assert reader.read(0) is None


@pytest.mark.parametrize("driver", TELLING)
def test_what_was_right_is_never_written_to_flash_again(
    driver: str, bench_of: MakeBench, opened: OpenReader
) -> None:
    bench = bench_of(model := MODELS[driver]())
    reader = opened(driver, bench)
    assert reader.settings.changed
    reader.close()
    saves = model.store.saves
    assert saves > 0
    bench.plug()
    assert opened(driver, bench).settings.changed == ()
    assert model.store.saves == saves


def test_a_reader_that_does_not_tell_is_set_at_each_start_and_its_flash_left_alone(
    bench_of: MakeBench, opened: OpenReader
) -> None:
    bench = bench_of(model := MODELS["gm67"]())
    assert opened("gm67", bench).settings.unproven == ("EE", "EB", "8A")
    assert model.store.saves == 0


def test_a_setting_that_is_acknowledged_but_not_kept_wears_out_no_flash(
    bench_of: MakeBench, opened: OpenReader
) -> None:
    model = MODELS["gm65"](deaf=frozenset({"0013"}))
    bench = bench_of(model)
    opened("gm65", bench).close()
    saves = model.store.saves
    assert opened("gm65", bench).settings.refused == ("0013",)
    assert model.store.saves == saves


@pytest.mark.parametrize("driver", MODELS)
@pytest.mark.parametrize("baud", [9600, 115200])
def test_a_reader_is_found_at_whatever_rate_it_was_left(
    driver: str, baud: int, bench_of: MakeBench, opened: OpenReader
) -> None:
    bench = bench_of(MODELS[driver](baud=baud))
    reader = opened(driver, bench)
    bench.scan(TUBE)
    assert data_of(reader.read(1)) == TUBE


@pytest.mark.parametrize("driver", ["ssi", "honeywell", "newland", "gm65"])
def test_a_reader_for_tubes_reads_no_qr_and_one_for_both_does(
    driver: str, bench_of: MakeBench, opened: OpenReader
) -> None:
    bench = bench_of(MODELS[driver]())
    opened(driver, bench).close()
    assert not bench.scan(b"a person's code", "]Q1")
    reader = opened(driver, bench, {"reads": "both"})
    assert bench.scan(b"a person's code", "]Q1")
    assert data_of(reader.read(1)) == b"a person's code"


@pytest.mark.parametrize("driver", ["ssi", "gm67"])
def test_a_code_of_a_kind_that_is_not_wanted_is_counted_and_not_given(
    driver: str, bench_of: MakeBench, opened: OpenReader
) -> None:
    bench = bench_of(MODELS[driver](deaf=frozenset({"F025"})))
    reader = opened(driver, bench)
    bench.scan(b"a QR", "]Q1")
    bench.scan(TUBE)
    assert data_of(reader.read(1)) == TUBE
    assert reader.counts["other-kind"] == 1


@pytest.mark.parametrize(("driver", "must"), MUST)
def test_a_reader_that_does_not_keep_what_it_must_is_not_used(
    driver: str, must: str, bench_of: MakeBench, opened: OpenReader
) -> None:
    bench = bench_of(MODELS[driver](deaf=frozenset({must})))
    with pytest.raises(ReaderUnfit, match=must):
        opened(driver, bench)


@pytest.mark.parametrize(("driver", "may"), MAY)
@pytest.mark.parametrize("fate", ["deaf", "missing"])
def test_a_reader_that_lacks_a_comfort_is_used_and_says_so(
    driver: str, may: str, fate: str, bench_of: MakeBench, opened: OpenReader
) -> None:
    bench = bench_of(MODELS[driver](**{fate: frozenset({may})}))
    assert may in opened(driver, bench).settings.refused


def test_a_honeywell_that_waits_for_the_station_beeps_for_what_is_recorded(
    bench_of: MakeBench, opened: OpenReader
) -> None:
    bench = bench_of(model := HoneywellModel())
    reader = opened("honeywell", bench, {"answers": True})
    reader.good()
    reader.bad()
    bench.scan(TUBE)
    reader.read(1)
    assert model.store.ram["HSTACK"] == "1"
    bench.unplug()
    assert model.answers == ["good", "bad"]


def test_a_honeywell_without_that_mode_is_told_to_beep(
    bench_of: MakeBench, opened: OpenReader
) -> None:
    bench = bench_of(model := HoneywellModel(missing=frozenset({"HSTACK"})))
    reader = opened("honeywell", bench)
    reader.good()
    reader.bad()
    reader.read(0.1)
    bench.unplug()
    assert model.answers == ["beep"]


def test_a_zebra_code_is_acknowledged_and_comes_again_when_it_was_damaged(
    bench_of: MakeBench, opened: OpenReader
) -> None:
    bench = bench_of(model := SsiModel())
    reader = opened("ssi", bench)
    bench.faults.append(Fault.WRONG_CHECKSUM)
    bench.scan(TUBE)
    assert data_of(reader.read(1)) == TUBE
    assert reader.read(0.2) is None
    assert model.resent == 1
    assert model.acknowledged
    reader.good()
    reader.bad()
    reader.flush()
    bench.unplug()
    assert model.beeps == [0x00, 0x12]


def test_every_byte_can_be_shown(bench_of: MakeBench) -> None:
    shown = list[tuple[str, bytes]]()
    bench = bench_of(NewlandModel())
    trace = lambda way, data: shown.append((way, data))  # noqa: E731
    open_serial("newland", str(bench.path), read_settings({}), trace).close()
    assert b"\x7e\x010000#QRYSYS;\x03" in [data for way, data in shown if way == "out"]
    assert any(way == "in" for way, _ in shown)


@pytest.mark.parametrize(
    "settings",
    [{"profil": "gm65"}, {"reads": "tube"}, {"profile": "no-such-reader"}, {"profile": "ssi"}],
)
def test_settings_that_nobody_understands_stop_the_start(settings: dict[str, object]) -> None:
    with pytest.raises(ProfileError):
        open_reader("gm65", "/nowhere", settings)


def test_an_unknown_driver_is_named_with_those_that_exist() -> None:
    with pytest.raises(ProfileError, match="newland, wedge"):
        open_reader("barcoder", "/nowhere", {})
