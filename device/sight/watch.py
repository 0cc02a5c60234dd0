"""From codes in frames to codes that count.  Pure.

A person's code counts when two frames agree byte for byte; one is enough where the code carries
its own checksum.  A tube's bars need two frames at least 0.2 s apart.  What counted is locked
until it has been out of view for a second.  Codes of two persons in view at once: none counts.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from contract import cards, commands, identities
from device.sight.decoders import Code
from device.sight.symbology import Symbology

LEAVE = 1.0  # seconds out of view after which a code is new again
APART = 0.2  # seconds between the two frames that a linear code needs
HEALTH_CERTIFICATE = b"HC1:"  # compressed: a damaged one does not unpack


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

    def _forget(self, now: float) -> None:
        for key, sight in list(self._in_view.items()):
            if now - sight.last > LEAVE:
                self.unconfirmed += not sight.confirmed
                del self._in_view[key]
                if sight.warned:
                    self._start_afresh()

    def _start_afresh(self) -> None:
        # Somebody left: who stayed is asked for two frames again, and may be warned of again.
        for sight in self._in_view.values():
            if sight.warned:
                sight.warned, sight.confirmed, sight.first = False, sight.shown, sight.last

    def _note(self, code: Code, now: float) -> None:
        key = (code.kind, code.data)
        sight = self._in_view.get(key)
        if sight is None:
            enough = carries_own_check(code)
            self._in_view[key] = _Sight(code, _bearer(code), now, now, confirmed=enough)
            return
        apart = APART if code.kind.linear else 0.0
        sight.last = now
        if now > sight.first and now - sight.first >= apart:
            sight.confirmed = True

    def _refused(self, crowd: Sequence[_Sight], now: float) -> SeveralInView | None:
        news = any(not sight.warned for sight in crowd)
        for sight in crowd:
            sight.warned = True
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
    if code.data.startswith(HEALTH_CERTIFICATE):
        return True
    text = code.data.decode("ascii", errors="replace")
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
