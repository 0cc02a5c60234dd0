"""From Linux key events to the text that a keyboard wedge 'types': US layout, ASCII only.

A wedge plays a keyboard, and a keyboard has no 'ễ'.  A line with a key that we cannot read with
certainty is thrown away whole: half a name must not pass for a name.
"""

from dataclasses import dataclass, field

_ROWS = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (57, " ", " "),
)
_PLAIN = {first + n: sign for first, signs, _ in _ROWS for n, sign in enumerate(signs)}
_SHIFTED = {first + n: sign for first, _, signs in _ROWS for n, sign in enumerate(signs)}
_KEYPAD = {71: "7", 72: "8", 73: "9", 74: "-", 75: "4", 76: "5", 77: "6", 78: "+"}
_KEYPAD |= {79: "1", 80: "2", 81: "3", 82: "0", 83: ".", 55: "*", 98: "/"}
_ENTER = frozenset((28, 96))
_SHIFTS = frozenset((42, 54))
_SPOILERS = frozenset((29, 97, 56, 100, 125, 126))  # Ctrl, Alt, Meta: what follows is no text
_IGNORED = frozenset((69, 70))  # Num and Scroll Lock change no sign of ours; Caps Lock would
EV_SYN, EV_KEY, SYN_DROPPED = 0, 1, 3
LONGEST = 512


@dataclass
class Keyboard:
    """`feed` one event after another; `counts` what was thrown away is the caller's affair."""

    _line: list[str] = field(default_factory=list)
    _held: set[int] = field(default_factory=set)
    spoilt: bool = False

    @property
    def typing(self) -> bool:
        """Whether a line has begun."""
        return bool(self._line) or self.spoilt

    def feed(self, kind: int, key: int, value: int) -> str | None:
        """Take one event; return the line that it ends ('' if it was spoilt), else None."""
        if kind == EV_SYN and key == SYN_DROPPED:
            self.spoilt = True  # the kernel threw events away
        if kind != EV_KEY or value == 2:
            return None
        if key in _SHIFTS | _SPOILERS:
            self._hold(key, down=value == 1)
            return None
        return self._press(key) if value == 1 else None

    def drop(self) -> None:
        """Forget the line that has begun."""
        self._line, self.spoilt = [], False

    def _hold(self, key: int, *, down: bool) -> None:
        (self._held.add if down else self._held.discard)(key)
        self.spoilt = self.spoilt or (down and key in _SPOILERS)

    def _press(self, key: int) -> str | None:
        if key in _ENTER:
            line = "" if self.spoilt else "".join(self._line)
            typed = self.typing
            self.drop()
            return line if typed else None
        signs = _SHIFTED if self._held & _SHIFTS else _PLAIN
        sign = _KEYPAD.get(key) or signs.get(key)
        if sign is not None and len(self._line) < LONGEST:
            self._line.append(sign)
        elif key not in _IGNORED:
            self.spoilt = True
        return None


def keys_of(text: str) -> list[tuple[int, bool]]:
    """Return the key and whether Shift is held for each sign: what a simulated wedge types."""
    plain = {sign: (key, False) for key, sign in _PLAIN.items()}
    return [plain.get(sign) or (_by_sign(sign), True) for sign in text]


def _by_sign(sign: str) -> int:
    return next(key for key, shifted in _SHIFTED.items() if shifted == sign)
