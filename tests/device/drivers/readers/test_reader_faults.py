"""What goes wrong between a driver and its reader, on purpose."""

from collections.abc import Callable
from pathlib import Path

import pytest

from device.drivers import ReaderLost, Scan
from device.drivers.readers.serial_reader import SerialReader
from device.drivers.simulated.readers import MODELS
from device.drivers.simulated.readers.bench import GARBAGE, Bench, Fault
from device.drivers.simulated.readers.gm65 import Gm65Model
from device.drivers.simulated.readers.model import Model
from device.drivers.simulated.readers.ssi import SsiModel

TUBE, OTHER = b"260000123482", b"260000123490"
MakeBench = Callable[[Model], Bench]
OpenReader = Callable[..., SerialReader]


def data_of(scan: Scan | None) -> bytes | None:
    return scan.data if scan else None


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("driver", MODELS)
def test_one_bad_moment_during_set_up_changes_nothing(
    driver: str, fault: Fault, bench_of: MakeBench, opened: OpenReader
) -> None:
    bench = bench_of(MODELS[driver]())
    bench.faults.extend((None, fault) if driver == "gm67" else (None, None, fault))
    reader = opened(driver, bench)
    bench.scan(TUBE)
    assert data_of(reader.read(1)) == TUBE
    assert reader.settings.refused == ()


@pytest.mark.parametrize("fault", [Fault.DROP, Fault.PARTIAL, Fault.WRONG_CHECKSUM])
@pytest.mark.parametrize("driver", [name for name in MODELS if name != "ssi"])
def test_a_code_that_never_arrived_whole_does_not_spoil_the_next_one(
    driver: str, fault: Fault, bench_of: MakeBench, opened: OpenReader
) -> None:
    bench = bench_of(MODELS[driver]())
    reader = opened(driver, bench)
    bench.faults.append(fault)
    bench.scan(TUBE)
    first = reader.read(0.3)
    assert first is None or (driver in ("gm67", "honeywell") and first.data == TUBE)
    bench.scan(OTHER)
    assert data_of(reader.read(1)) == OTHER


@pytest.mark.parametrize("fault", [Fault.DUPLICATE, Fault.DELAY, Fault.GARBAGE])
@pytest.mark.parametrize("driver", MODELS)
def test_a_code_twice_late_or_behind_garbage_is_itself_or_is_told_from_a_tube(
    driver: str, fault: Fault, bench_of: MakeBench, opened: OpenReader
) -> None:
    bench = bench_of(MODELS[driver]())
    reader = opened(driver, bench)
    bench.faults.append(fault)
    bench.scan(TUBE)
    bench.scan(OTHER)
    seen = list[bytes | None]()
    while OTHER not in seen and len(seen) < 4:
        seen.append(data_of(reader.read(1)))
    # A line has no check of its own: with garbage in it the station calls it unreadable.
    assert set(seen) - {None} <= {TUBE, OTHER, GARBAGE + TUBE}
    assert seen.count(TUBE) == {Fault.DUPLICATE: 2, Fault.DELAY: 1}.get(fault, seen.count(TUBE))


@pytest.mark.parametrize("driver", MODELS)
def test_a_code_scanned_while_the_reader_is_set_is_kept(
    driver: str, bench_of: MakeBench, opened: OpenReader
) -> None:
    bench = bench_of(MODELS[driver]())
    opened(driver, bench).close()  # set, so that codes come framed
    bench.held_up.append((TUBE, "]C0"))
    assert data_of(opened(driver, bench).read(0.5)) == TUBE


@pytest.mark.parametrize("driver", MODELS)
def test_a_pulled_cable_is_noticed_and_the_reader_works_again_on_another_port(
    driver: str, bench_of: MakeBench, opened: OpenReader, tmp_path: Path
) -> None:
    bench = bench_of(MODELS[driver]())
    reader = opened(driver, bench)
    bench.unplug()
    with pytest.raises(ReaderLost):
        reader.read(1)
    with pytest.raises(ReaderLost):
        reader.trigger(on=True)
    reader.close()
    with pytest.raises(ReaderLost, match="cannot open"):
        opened(driver, bench)
    bench.plug(tmp_path / "another-name", garbage=GARBAGE)
    reader = opened(driver, bench)
    bench.scan(TUBE)
    assert data_of(reader.read(1)) == TUBE


@pytest.mark.parametrize("driver", MODELS)
@pytest.mark.parametrize("after", [1, 2, 3])
def test_a_cable_pulled_while_the_reader_is_set_is_a_lost_reader_and_nothing_else(
    driver: str, after: int, bench_of: MakeBench, opened: OpenReader
) -> None:
    bench = bench_of(MODELS[driver]())
    bench.pull_after = after
    with pytest.raises(ReaderLost):
        opened(driver, bench)


@pytest.mark.parametrize("driver", MODELS)
def test_a_flush_throws_away_what_lay_waiting(
    driver: str, bench_of: MakeBench, opened: OpenReader
) -> None:
    bench = bench_of(MODELS[driver]())
    reader = opened(driver, bench)
    bench.scan(TUBE)
    reader.flush()
    bench.scan(OTHER)
    assert data_of(reader.read(1)) == OTHER


def test_two_programs_cannot_have_the_same_reader(bench_of: MakeBench, opened: OpenReader) -> None:
    bench = bench_of(Gm65Model())
    opened("gm65", bench)
    with pytest.raises(ReaderLost, match="exclusively"):
        opened("gm65", bench)


def test_a_device_of_another_kind_is_not_taken_for_the_reader(
    bench_of: MakeBench, opened: OpenReader
) -> None:
    bench = bench_of(SsiModel())
    with pytest.raises(ReaderLost, match="is it this reader"):
        opened("newland", bench)


def test_a_reader_that_falls_silent_on_a_wire_counts_as_lost(
    bench_of: MakeBench, opened: OpenReader
) -> None:
    bench = bench_of(Gm65Model())
    reader = opened("gm65", bench, quick="alive_seconds = 0.05")
    assert reader.read(0.3) is None  # it answers, so all is well
    bench.hung = True
    with pytest.raises(ReaderLost, match="stopped answering"):
        reader.read(2)


@pytest.mark.parametrize("driver", MODELS)
def test_a_cable_pulled_at_any_byte_of_a_code_gives_no_code_and_spoils_none(
    driver: str, bench_of: MakeBench, opened: OpenReader
) -> None:
    bench = bench_of(MODELS[driver]())
    opened(driver, bench).close()
    frame = bench.model.code(TUBE, "]C0")
    ends = 1 if driver in ("gm65", "newland", "honeywell") else 0  # the last byte adds nothing
    for length in range(1, len(frame) - ends):
        reader = opened(driver, bench, {"configure": False})
        bench.raw(frame[:length])
        bench.unplug()
        with pytest.raises(ReaderLost):
            pytest.fail(f"{reader.read(1)} from {length} bytes of a code")
        reader.close()
        bench.plug()
    reader = opened(driver, bench)
    bench.scan(OTHER)
    assert data_of(reader.read(1)) == OTHER
