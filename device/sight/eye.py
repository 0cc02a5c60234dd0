"""From frames to codes: little work on an empty frame, more only while something is held up.

Every frame gets one pass of zxing-cpp for QR.  If that reads nothing and something is held up,
one further step a frame is tried on that part of the frame, in turn.  Other symbologies have
their turn as well: raw frames only.  No step begins once the budget is spent.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
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
    """`kinds`: what is read, QR always among it.  `budget_ms`: for one frame, kept to one step.

    `darker`: EV of the frames that take turns while something held up does not read; 0: none.
    """

    kinds: tuple[Symbology, ...] = (Symbology.QR,)
    budget_ms: float = 50.0
    darker: float = -2.0

    def __post_init__(self) -> None:
        if Symbology.QR not in self.kinds:
            raise ValueError("a station that reads no QR code can read nobody")
        if self.budget_ms <= 0:
            raise ValueError("the frame budget must be more than 0 ms")
        if not -6 <= self.darker <= 0:
            raise ValueError("darker frames are 0 to -6 EV from normal")


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
    """Looks at the frames of one camera, in one thread.

    `without`: steps that are left out, because one of them never came back.  `doing`: the step that
    runs now, for whoever watches over the thread.
    """

    settings: Settings = field(default_factory=Settings)
    without: AbstractSet[str] = frozenset()
    doing: str = ""
    clock: Callable[[], float] = perf_counter
    faults: Counter[str] = field(default_factory=Counter)
    _attention: Attention = field(default_factory=Attention)
    _area: Area | None = None
    _frames: int = 0
    _turn: int = 0
    _others_turn: int = 0

    def look(self, grey: Grey, now: float, *, steady: bool = True) -> Seen:
        """Return the codes that one live frame shows, within the budget; never raises.

        A frame that is not *steady* was exposed otherwise than those before: what is held up is
        then taken to be where it was.
        """
        began = self.clock()
        self._frames += 1
        if steady:
            self._area = self._attention.look(grey, now)
        area = self._area if self._area is None or self._area.fits(grey) else whole(grey)
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
            rows = [(step, kind) for step in self._allowed(RAW) for kind in others]
            step, kind = rows[self._others_turn % (len(rows) if area else len(others))]
            self._others_turn += 1
            yield step, kind, whole(grey)
        live = self._allowed(LIVE_QR)
        if area is not None and not read and live:
            step = live[self._turn % len(live)]
            self._turn += 1
            yield step, Symbology.QR, area

    def _allowed(self, steps: tuple[Step, ...]) -> list[Step]:
        # The first step stays: a station without it reads nobody.
        return [step for step in steps if step is FIRST or step.name not in self.without]

    def _run(self, step: Step, grey: Grey, where: Area, kind: Symbology) -> list[Code]:
        self.doing = step.name
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
