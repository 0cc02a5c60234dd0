"""From codes in frames to codes that count.  Pure.

A person's code counts when two frames agree byte for byte; one is enough where the code carries
its own checksum.  A tube's bars need two frames at least 0.2 s apart.  What counted is locked
until it has been out of view for a second; 0.4 s are enough for a person whom the station has let
go of, while nobody else is in view.  Codes of two persons in view at once: none counts, and who
stays is read anew, in two frames whatever the code.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from contract import cards, certificates, commands, identities
from device.sight.decoders import Code
from device.sight.symbology import Symbology

LEAVE = 1.0  # seconds out of view after which a code is new again
SOON = 0.4  # the same, for who was let go of; longer than a code flickers in a steady hand
APART = 0.2  # seconds between the two frames that a linear code needs
LONGEST = 4296  # characters, the most that a QR of letters and digits holds


@dataclass(frozen=True, slots=True)
class CodeShown:
    """One code was held up, read, and confirmed."""

    data: bytes
    at: float
    kind: Symbology = Symbology.QR


@dataclass(frozen=True, slots=True)
class SeveralInView:
    """Codes of at least two persons are before the camera: one must go."""

    at: float


@dataclass(slots=True)
class _Sight:
    """One code while it is in view."""

    code: Code
    bearer: str
    first: float
    last: float
    confirmed: bool
    shown: bool = False
    warned: bool = False
    crowded: bool = False  # it was in view with another person's: its own check is not enough
    let_go: bool = False
    reads: int = 1

    def read(self, now: float) -> None:
        """Take one more frame that shows the code."""
        if self.reads == 0:  # the first since it was asked for anew
            self.first = now
        elif now <= self.last:
            return
        self.reads, self.last = self.reads + 1, now
        apart = APART if self.code.kind.linear else 0.0
        if self.reads > 1 and now - self.first >= apart:
            self.confirmed = True

    def ask_anew(self) -> None:
        """Somebody left: who stayed must be read in two more frames, and may be warned again."""
        self.warned = self.confirmed = self.shown = False
        self.crowded = self.let_go = True
        self.reads = 0


class Watch:
    """Watches what one camera shows.

    `unconfirmed` counts codes that were read once, not again, and never counted: passing codes
    and misreads.
    """

    def __init__(self) -> None:
        self._in_view: dict[tuple[Symbology, bytes], _Sight] = {}
        self.unconfirmed = 0

    def see(self, codes: Iterable[Code], now: float) -> CodeShown | SeveralInView | None:
        """Take what one frame showed, at *now* on the monotonic clock; at most one event a call."""
        seen = list(codes)
        self._forget(now)
        for code in seen:
            self._note(code, now)
        crowd = _crowd(list(self._in_view.values()))
        if crowd:
            return self._refused(crowd, now)
        return self._next(now)

    def let_go(self) -> None:
        """Take note that the station holds nobody any more: who is in view may soon come again.

        Command cards and tubes stay locked as they were: nothing of theirs has ended.
        """
        for sight in self._in_view.values():
            sight.let_go = bool(sight.bearer)

    def _forget(self, now: float) -> None:
        gone = [key for key, sight in self._in_view.items() if self._has_left(sight, now)]
        left = [self._in_view.pop(key) for key in gone]
        self.unconfirmed += sum(not (sight.confirmed or sight.crowded) for sight in left)
        if any(sight.warned for sight in left):
            for sight in self._in_view.values():
                if sight.warned:
                    sight.ask_anew()

    def _has_left(self, sight: _Sight, now: float) -> bool:
        away = now - sight.last
        if away > LEAVE:
            return True
        return sight.let_go and not sight.warned and away > SOON and self._is_alone(sight)

    def _is_alone(self, sight: _Sight) -> bool:
        """Return whether no other person's code was in view within `LEAVE`."""
        return not any(
            other.bearer and other.bearer != sight.bearer for other in self._in_view.values()
        )

    def _note(self, code: Code, now: float) -> None:
        key = (code.kind, code.data)
        sight = self._in_view.get(key)
        if sight is None:
            enough = carries_own_check(code)
            self._in_view[key] = _Sight(code, _bearer(code), now, now, confirmed=enough)
        else:
            sight.read(now)

    def _refused(self, crowd: Sequence[_Sight], now: float) -> SeveralInView | None:
        news = any(not sight.warned for sight in crowd)
        for sight in crowd:
            sight.warned = sight.crowded = True
        return SeveralInView(now) if news else None

    def _next(self, now: float) -> CodeShown | None:
        for sight in self._in_view.values():
            if sight.confirmed and not sight.shown and not sight.warned:
                sight.shown = True
                return CodeShown(sight.code.data, now, sight.code.kind)
        return None


def carries_own_check(code: Code) -> bool:
    """Return whether one frame is enough: a damaged read of this code could not pass."""
    if code.kind.linear:
        return False
    text = code.data.decode("ascii", errors="replace")
    if text.startswith(certificates.PREFIX):
        # It must unpack, with the checksum that zlib wrote; at most 16 kB are unpacked.
        return len(text) <= LONGEST and _passes(certificates.read_certificate, text)
    return _passes(cards.read_card, text) or _passes(commands.parse, text) or _is_number(text)


def _passes(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


def _is_number(text: str) -> bool:
    number = text.removeprefix(cards.NUMBER_PREFIX)
    return number != text and _passes(cards.CardNumber, number)


def _bearer(code: Code) -> str:
    """Return whose code it is, as `system|value`; '' where it is nobody's."""
    if code.kind.linear:
        return ""
    try:
        person = identities.parse(code.data)
    except identities.IdentityError:
        return ""
    return f"{person.primary.system}|{person.primary.value}" if person.names_person else ""


def _crowd(sights: Sequence[_Sight]) -> list[_Sight]:
    """Return the sights of persons that were in view together with another person's."""
    return [
        one
        for one in sights
        if any(one.bearer and other.bearer and _together(one, other) for other in sights)
    ]


def _together(one: _Sight, other: _Sight) -> bool:
    if one.bearer == other.bearer:
        return False
    return one.first <= other.last and other.first <= one.last
