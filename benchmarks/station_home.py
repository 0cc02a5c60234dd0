"""The station benchmark's ground: an enrolled station's folder, and its process with hands."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from time import monotonic

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from contract import signing
from contract.lots import IssuedLots, LotWire
from device.enrolment import Office, Papers, Secrets

SERIES = 26
PATIENCE = 20.0  # seconds
_TICKS = os.sysconf("SC_CLK_TCK")


def settle(folder: Path, reader: Path, camera: str) -> Path:
    """Enrol a station in *folder* with a key of nobody's; return its settings."""
    office = Office(folder / "state")
    office.folder.mkdir()
    office.keep_secrets(Secrets.mint())
    sealing = signing.encode(X25519PrivateKey.generate().public_key().public_bytes_raw())
    office.keep(Papers("ban-1", "Bàn 1", "vn-2021:24", "sampling", sealing, {}))
    office.keep_lots(IssuedLots((LotWire("L-1", SERIES, 0, 99_999),)))
    config = folder / "station.toml"
    config.write_text(
        f'[station]\nstate = "{office.folder}"\nslip_alarm = false\n'
        f'[reader]\nport = "{reader}"\n[camera]\nsource = "{camera}"\n'
        '[panel]\ndriver = "simulated"\n'
    )
    return config


@dataclass(frozen=True, slots=True)
class Sign:
    """What the panel showed, and when."""

    name: str
    at: float


class Station:
    """The station's process, and what its panel shows."""

    def __init__(self, config: Path) -> None:
        words = [sys.executable, "-m", "benchmarks.station_child", str(config)]
        with config.with_name("station.log").open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - ourselves
                words, stdout=subprocess.PIPE, stderr=log, text=True
            )
        self._signs: Queue[Sign] = Queue()
        self._listener = Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        for line in self._process.stdout or ():
            name, at = line.split()
            self._signs.put(Sign(name, float(at)))

    def until(self, name: str) -> Sign:
        """Wait until the panel shows *name*; another sign than calm ones is an error."""
        last = monotonic() + PATIENCE
        while (left := last - monotonic()) > 0:
            try:
                sign = self._signs.get(timeout=left)
            except Empty:
                break
            if sign.name == name:
                return sign
            if sign.name in {"refused", "second", "trouble"}:
                raise SystemExit(f"the station showed {sign.name!r} instead of {name!r}")
        raise SystemExit(f"the station did not show {name!r} in {PATIENCE:g} seconds")

    @property
    def resident_mb(self) -> float:
        """Resident memory of the process now, in MiB."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        [line] = [line for line in status.splitlines() if line.startswith("VmRSS")]
        return int(line.split()[1]) / 1024

    @property
    def cpu_seconds(self) -> float:
        """Processor time that the process, all threads of it, has used."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def end(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._listener.join(PATIENCE)
        if self._process.stdout is not None:
            self._process.stdout.close()
