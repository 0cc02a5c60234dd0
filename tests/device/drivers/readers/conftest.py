"""A bench with one simulated reader on it, and a driver with less patience than in the field."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from device.drivers.readers import open_reader
from device.drivers.readers.profile import find_profile
from device.drivers.readers.serial_reader import SerialReader
from device.drivers.simulated.readers.bench import Bench
from device.drivers.simulated.readers.model import Model

MakeBench = Callable[[Model], Bench]
OpenReader = Callable[..., SerialReader]


@pytest.fixture
def bench_of(tmp_path: Path) -> Iterator[MakeBench]:
    with ExitStack() as benches:

        def make(model: Model) -> Bench:
            bench = Bench(model, tmp_path / "reader", delay=0.25)
            benches.callback(bench.unplug)
            return bench

        yield make


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[OpenReader]:
    """Open a driver with the shipped profile, *quick* lines before it."""
    with ExitStack() as readers:

        def make(
            driver: str, bench: Bench, settings: Mapping[str, object] | None = None, quick: str = ""
        ) -> SerialReader:
            shipped = find_profile(driver).read_text("utf-8").replace("alive_seconds", "#")
            profile = tmp_path / f"{driver}.toml"
            profile.write_text(f"answer_seconds = 0.1\n{quick}\n{shipped}", "utf-8")
            chosen = {"profile": str(profile), **(settings or {})}
            reader = open_reader(driver, str(bench.path), chosen)
            assert isinstance(reader, SerialReader)
            readers.callback(reader.close)
            return reader

        yield make
