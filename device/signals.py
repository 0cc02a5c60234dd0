"""What each outcome sounds, lights up and says: one table.  Pure.

A beep means one thing: rising tones and green only after the pair is on the disk.  Every light has
a shape and a word on the screen, every sound a picture on the table's card.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

LOW, MIDDLE, HIGH, TOP = 440, 880, 1320, 1760  # hertz


class Light(StrEnum):
    """Colours of the panel; each has a shape on the screen."""

    OFF = "off"
    BLUE = "blue"
    GREEN = "green"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Tone:
    """`hertz` 0 is silence."""

    hertz: int
    milliseconds: int


@dataclass(frozen=True, slots=True)
class Signal:
    """One sign to people.  `seconds` None: until the next sign.  `slow`: it pulses."""

    name: str
    tones: tuple[Tone, ...] = ()
    light: Light = Light.OFF
    seconds: float | None = None
    slow: bool = False
    shape: str = ""


_GAP = Tone(0, 60)
_PERSON = (Tone(HIGH, 80),)
_RISING = (Tone(MIDDLE, 80), Tone(0, 30), Tone(TOP, 120))
_SOFT = (Tone(MIDDLE, 40),)
_MIDDLE = (Tone(MIDDLE, 80),)
_TWO_MIDDLE = (Tone(MIDDLE, 80), _GAP, Tone(HIGH, 80))
_TWO_LOW = (Tone(LOW, 400), _GAP, Tone(LOW, 400))
_THREE_LOW = (*_TWO_LOW, _GAP, Tone(LOW, 400))
_FALLING = (Tone(MIDDLE, 150), Tone(LOW, 250))
_ASKING = (Tone(HIGH, 80), _GAP, Tone(HIGH, 80), _GAP, Tone(HIGH, 80))
_NAMED = (Tone(HIGH, 80), _GAP, Tone(MIDDLE, 80), _GAP, Tone(HIGH, 80))
_ENDED = (Tone(TOP, 120), _GAP, Tone(HIGH, 120), _GAP, Tone(MIDDLE, 240))
_WARBLE = (Tone(TOP, 100), Tone(LOW, 100))
_SLIP = (*_RISING, Tone(0, 120), *_WARBLE, *_WARBLE, *_WARBLE)
_LOOK = (Tone(TOP, 80), _GAP, Tone(TOP, 80), _GAP, Tone(MIDDLE, 160))
_OWN = (*_RISING, Tone(0, 30), Tone(TOP, 120))
_ANOTHERS = (*_TWO_LOW, _GAP, Tone(HIGH, 80), _GAP, Tone(HIGH, 80))
_CHECKED = (Tone(MIDDLE, 80), Tone(0, 30), Tone(HIGH, 80), Tone(0, 30), Tone(TOP, 120))
_ILL = (*_CHECKED, _GAP, Tone(LOW, 600))
_HERE = (Tone(MIDDLE, 40), _GAP, Tone(MIDDLE, 40))
_BOX = (Tone(LOW, 80), _GAP, Tone(HIGH, 80))
_TUBE = (Tone(TOP, 60),)
_TUBE_AGAIN = (Tone(TOP, 30), _GAP, Tone(TOP, 30))
_BOX_SHUT = (Tone(HIGH, 120), _GAP, Tone(TOP, 240))
_BOX_WRONG = (Tone(HIGH, 120), _GAP, Tone(LOW, 600))
_OTHER_BOX = (*_TWO_LOW, _GAP, Tone(TOP, 80))
_DUTY = (Tone(LOW, 100), Tone(MIDDLE, 100), Tone(HIGH, 100), Tone(TOP, 100))
_NO_DUTY = (*reversed(_DUTY), _GAP, Tone(LOW, 400))
_PULSE = (Tone(LOW, 150), Tone(0, 1850))

_ROWS = (
    Signal("ready", _SOFT, Light.GREEN, 0.5, shape="●"),
    Signal("person-held", _PERSON, Light.BLUE, shape="●"),
    Signal("second-look", _LOOK, Light.BLUE, shape="◉"),
    Signal("tube-held", _PERSON, Light.BLUE, shape="▮"),
    Signal("paired", _RISING, Light.GREEN, 1.5, shape="✔"),
    Signal("paired-own", _OWN, Light.GREEN, 1.5, shape="✔✔"),
    Signal("same-pair", _SOFT, Light.GREEN, 0.5, shape="✔"),
    Signal("pool-opened", _MIDDLE, Light.BLUE, shape="▤"),
    Signal("pool-member", _MIDDLE, Light.BLUE, shape="▤"),
    Signal("pool-closed", _TWO_MIDDLE, Light.GREEN, 1.5, shape="✔"),
    Signal("voided", _FALLING, Light.OFF, shape="↩"),
    Signal("let-go", _FALLING, Light.OFF, shape="○"),
    Signal("refused", _TWO_LOW, Light.RED, shape="✖"),
    Signal("operator-asked", _ASKING, Light.BLUE, shape="☺"),
    Signal("operator-changed", _NAMED, Light.BLUE, 0.5, shape="☺"),
    Signal("shift-began", _NAMED, Light.BLUE, 0.5, shape="☺"),
    Signal("shift-ended", _ENDED, Light.OFF, shape="■"),
    Signal("slip-suspected", _SLIP, Light.RED, 4.0, shape="⇄"),
    Signal("anothers-tube", _ANOTHERS, Light.RED, shape="≠"),
    Signal("second", _THREE_LOW, Light.RED, shape="✖"),
    Signal("checked-in", _CHECKED, Light.GREEN, 1.5, shape="✔"),
    Signal("checked-in-ill", _ILL, Light.RED, 4.0, shape="✚"),
    Signal("checked-in-again", _HERE, Light.GREEN, 0.5, shape="✔"),
    Signal("box-opened", _BOX, Light.BLUE, shape="▣"),
    Signal("tube-arrived", _TUBE, Light.BLUE, shape="▣"),
    Signal("same-arrival", _TUBE_AGAIN, Light.BLUE, shape="▣"),
    Signal("box-closed", _BOX_SHUT, Light.GREEN, 1.5, shape="✔"),
    Signal("box-mismatch", _BOX_WRONG, Light.RED, shape="≠"),
    Signal("other-box", _OTHER_BOX, Light.RED, shape="≠"),
    Signal("duty-set", _DUTY, Light.BLUE, 1.5, shape="⚙"),
    Signal("duty-refused", _NO_DUTY, Light.RED, shape="⚙"),
    Signal("trouble", _PULSE, Light.RED, slow=True, shape="▲"),
    Signal("off", shape="○"),
)
SIGNALS: Mapping[str, Signal] = MappingProxyType({row.name: row for row in _ROWS})


@dataclass(frozen=True, slots=True)
class Sound:
    """The sounder's part of a score: from `at` seconds on, `hertz` (0: silence)."""

    at: float
    hertz: int


def score(signal: Signal) -> tuple[Sound, ...]:
    """Return when *signal*'s tones begin, counted from its own beginning, and the silence after."""
    sounds, at = [], 0.0
    for tone in signal.tones:
        sounds.append(Sound(at, tone.hertz))
        at += tone.milliseconds / 1000
    return (*sounds, Sound(at, 0))
