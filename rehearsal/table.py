"""The sampling table: a camera that looks at people's codes, a reader for tubes, and a station.

Each act of the script is played with both; what the station answers is waited for, as a swab team
would wait for the beep.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Any

from contract.commands import Command, text_of
from contract.spoken import Spoken
from device.drivers.simulated.mjpeg import MjpegCamera
from device.drivers.simulated.reader import PtyReader
from rehearsal import script
from rehearsal.picture import Pictures
from rehearsal.processes import Station

HUMAN = 0.25  # seconds between one movement at the table and the next
ASIDE = 1.3  # seconds until a code that was put away counts as gone
HALF_LINE = 1.0  # seconds after which the reader knows a new line from the rest of this one
PATIENCE = 3  # how often a person holds their code up again before the team gives up


class TableTrouble(Spoken):
    """The station did not answer as it must."""


@dataclass
class Table:
    """One table at work.  `seconds` collects, for each pair, the time from first sight to beep."""

    camera: MjpegCamera
    reader: PtyReader
    station: Station
    pictures: Pictures
    seconds: list[float] = field(default_factory=list)
    shown: int = 0

    def play(self, act: script.Act) -> None:
        """Play one act to its end; raise TableTrouble if the station answers something else."""
        acts: dict[type[script.Act], Callable[[Any], None]] = {
            script.Single: self._single,
            script.TubeFirst: self._tube_first,
            script.Messy: self._messy,
            script.Pool: self._pool,
            script.Undone: self._undone,
            script.WalkedAway: self._walked_away,
            script.SteppedIn: self._stepped_in,
            script.VehiclePass: self._vehicle_pass,
            script.PowerCut: self._power_cut,
        }
        self.shown += len(act.visitors)
        sleep(HUMAN)
        acts[type(act)](act)

    def _single(self, act: script.Act) -> None:
        self._pair(act.visitors[0], act.tubes[0].text)

    def _pair(self, visitor: script.Visitor, tube: str) -> None:
        began = monotonic()
        self._hold(visitor)
        sleep(HUMAN)
        self._scan(tube, "paired")
        self.seconds.append(monotonic() - began)

    def _tube_first(self, act: script.Act) -> None:
        began = monotonic()
        self._scan(act.tubes[0].text, "tube-held")
        sleep(HUMAN)
        self._show(act.visitors[0].code, "paired")
        self.seconds.append(monotonic() - began)

    def _messy(self, act: script.Messy) -> None:
        self._hold(act.visitors[0])
        good = act.tubes[0].text
        self.reader.raw(b"\x00\xfe\x17junk\x01\r")
        self._await("refused")
        self.reader.raw(b"]C0" + good[:5].encode())  # half a line, and then nothing
        sleep(HALF_LINE)
        wrong = good[:11] + str((int(good[11]) + 1) % 10)
        self._scan(wrong, "refused")
        for tube in act.others:
            self._scan(tube.text, "refused")
        self._scan(good, "paired")

    def _pool(self, act: script.Act) -> None:
        self._scan(act.tubes[0].text, "pool-opened")
        for visitor in act.visitors:
            began = monotonic()
            self._show(visitor.code, "pool-member", "pool-closed")
            self.seconds.append(monotonic() - began)
        if self._closed_by_itself():
            return
        self._scan(act.tubes[0].text, "pool-closed")

    def _closed_by_itself(self) -> bool:
        if self.station.seen[-1]["outcome"] == "pool-closed":
            return True
        return self.station.wait("pool-closed", seconds=0.5) is not None

    def _undone(self, act: script.Act) -> None:
        self._pair(act.visitors[0], act.tubes[0].text)
        self._show(text_of(Command.UNDO).encode(), "voided")
        sleep(ASIDE)
        self._pair(act.visitors[0], act.tubes[1].text)

    def _walked_away(self, act: script.Act) -> None:
        self._hold(act.visitors[0])
        self.camera.show(None)
        self._await("let-go")

    def _stepped_in(self, act: script.Act) -> None:
        self._hold(act.visitors[0])
        self._show(act.visitors[1].code, "refused")
        sleep(ASIDE)
        for visitor, tube in zip(act.visitors, act.tubes, strict=True):
            self._pair(visitor, tube.text)

    def _vehicle_pass(self, act: script.Act) -> None:
        self._show(act.visitors[0].code, "refused")

    def _power_cut(self, act: script.Act) -> None:
        first, second = act.visitors
        self._pair(first, act.tubes[0].text)
        self._hold(second)
        self.station.kill()
        self.station.start()
        self._await("ready", seconds=30)
        self._pair(second, act.tubes[1].text)  # who was held is held no more: scanned anew

    def _hold(self, visitor: script.Visitor) -> None:
        self._show(visitor.code, "person-held")

    def _show(self, code: bytes, *wanted: str) -> dict[str, Any]:
        """Hold *code* before the camera until the station answers; try again as people do."""
        for turn in range(PATIENCE):
            self.camera.show(self.pictures.of(code) if turn == 0 else self.pictures.again(code))
            line = self.station.wait(*wanted, seconds=6)
            self.camera.show(None)
            if line is not None:
                return line
        raise TableTrouble(
            f"trạm không báo {' / '.join(wanted)} khi đưa mã ra",
            f"the station did not say {' or '.join(wanted)} to a code held up",
        )

    def _scan(self, text: str, *wanted: str) -> dict[str, Any]:
        self.reader.scan(text, aim="]C0")
        return self._await(*wanted)

    def _await(self, *wanted: str, seconds: float = 15) -> dict[str, Any]:
        line = self.station.wait(*wanted, seconds=seconds)
        if line is None:
            last = self.station.seen[-1] if self.station.seen else "nothing"
            raise TableTrouble(
                f"đợi {' / '.join(wanted)}; trạm báo {last}",
                f"waited for {' or '.join(wanted)}; the station said {last}",
            )
        return line
