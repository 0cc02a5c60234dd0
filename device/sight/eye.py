"""From frames to codes: little work on an empty frame, more only while something is held up.

Every frame gets one pass of zxing-cpp for QR.  If that reads nothing and something is held up,
one further step a frame is tried on that part of the frame, in turn.  Other symbologies have
their turn as well: raw frames only.  No step begins once the budget is spent.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import perf_counter

from device.sight.attention import Area, Attention, whole
from device.sight.decoders import Code, DecoderFault, Grey
from device.sight.steps import FIRST, LIVE_QR, RAW, STILL, Step
from device.sight.symbology import Symbology

IDLE_TURN = 8  # frames between looks for other symbologies while nothing is held up

__all__ = ["Code", "Eye", "Seen", "Settings", "Symbology", "read_still"]


@dataclass(frozen=True, slots=True)
class Settings:
    """`kinds`: what is read, QR always among it.  `budget_ms`: for one frame, kept to one step."""

    kinds: tuple[Symbology, ...] = (Symbology.QR,)
    budget_ms: float = 50.0

    def __post_init__(self) -> None:
        if Symbology.QR not in self.kinds:
            raise ValueError("a station that reads no QR code can read nobody")
        if self.budget_ms <= 0:
            raise ValueError("the frame budget must be more than 0 ms")


@dataclass(frozen=True, slots=True)
class Seen:
    """What one frame showed.  `held_up`: something new is in view, whether it read or not."""

    codes: tuple[Code, ...]
    at: float
    held_up: bool = False
    steps: tuple[str, ...] = ()
    ms: float = 0.0


@dataclass
class Eye:
    """Looks at the frames of one camera, in one thread."""

    settings: Settings = field(default_factory=Settings)
    clock: Callable[[], float] = perf_counter
    faults: Counter[str] = field(default_factory=Counter)
    _attention: Attention = field(default_factory=Attention)
    _frames: int = 0
    _turn: int = 0
    _others_turn: int = 0

    def look(self, grey: Grey, now: float) -> Seen:
        """Return the codes that one live frame shows, within the budget; never raises."""
        began = self.clock()
        self._frames += 1
        area = self._attention.look(grey, now)
        codes = self._run(FIRST, grey, whole(grey), Symbology.QR)
        ran = [FIRST.name]
        for step, kind, where in self._turns(grey, area, read=bool(codes)):
            if (self.clock() - began) * 1000 >= self.settings.budget_ms:
                break
            codes += self._run(step, grey, where, kind)
            ran.append(f"{step.name} {kind}")
        spent = (self.clock() - began) * 1000
        return Seen(tuple(_unique(codes)), now, area is not None, tuple(ran), spent)

    def _turns(
        self, grey: Grey, area: Area | None, *, read: bool
    ) -> Iterator[tuple[Step, Symbology, Area]]:
        others = [kind for kind in self.settings.kinds if kind is not Symbology.QR]
        if others and (area is not None or self._frames % IDLE_TURN == 0):
            rows = [(step, kind) for step in RAW for kind in others]
            step, kind = rows[self._others_turn % (len(rows) if area else len(others))]
            self._others_turn += 1
            yield step, kind, whole(grey)
        if area is not None and not read:
            step = LIVE_QR[self._turn % len(LIVE_QR)]
            self._turn += 1
            yield step, Symbology.QR, area

    def _run(self, step: Step, grey: Grey, where: Area, kind: Symbology) -> list[Code]:
        try:
            found = step.run(where.cut(grey), kind)
        except DecoderFault as fault:
            self.faults[str(fault)] += 1
            return []
        return [code.moved(where.left, where.top, 1.0) for code in found]


def read_still(
    grey: Grey, kinds: tuple[Symbology, ...] = (Symbology.QR,), faults: Counter[str] | None = None
) -> tuple[Code, ...]:
    """Return the codes in one still picture: every step is tried until one of them reads.

    May take half a second for a picture with nothing in it.  `faults` counts decoders' errors.
    """
    return tuple(code for kind in kinds for code in _still(grey, kind, faults))


def _still(grey: Grey, kind: Symbology, faults: Counter[str] | None) -> list[Code]:
    for step in STILL[kind]:
        try:
            found = step.run(grey, kind)
        except DecoderFault as fault:
            if faults is not None:
                faults[str(fault)] += 1
            continue
        if found:
            return found
    return []


def _unique(codes: list[Code]) -> list[Code]:
    return list({(code.kind, code.data): code for code in codes}.values())
