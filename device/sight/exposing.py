"""When to look with a shorter exposure.  Pure.

A phone's screen or a laminated card can be burnt out in a picture that is right for paper.  While
something is held up that does not read, darker frames take turns with normal ones.  What reads in
darker frames is looked at in them until it has gone, else the person would have to be read twice.
Fruitless turns grow rarer: a bag on the table must not make the picture flicker all day.
"""

from dataclasses import dataclass

PATIENCE = 0.6  # seconds of holding up before the first darker turn
DARK = 0.8  # seconds of a darker turn; a USB camera obeys after three to six frames
SETTLING = 0.6  # seconds in which an automatic exposure finds its way back
PAUSE, LONGEST_PAUSE = 1.4, 11.2  # seconds from one darker turn to the next
GONE = 0.5  # seconds without a read, after which what was read in the dark has gone
LONGEST_READ = 10.0  # seconds for which one code may keep the picture dark


@dataclass(slots=True)
class Exposing:
    """Decides for one camera; `stops` is what it wants: 0 (normal) or *darker*, in EV."""

    darker: float = -2.0
    stops: float = 0.0
    _turned: float = float("-inf")  # when the exposure was changed last
    _waiting: float | None = None  # since when something is held up that does not read
    _read: float | None = None  # when something was read in this darker turn
    _pause: float = PAUSE
    _rest: float = 0.0  # seconds that must pass before the next darker turn

    def is_steady(self, now: float) -> bool:
        """Return whether a frame at *now* can be compared with others: exposed as they were."""
        return self.stops == 0 and now - self._turned >= SETTLING

    def give_up(self) -> None:
        """The camera cannot: look at every frame as it comes."""
        self.stops = self.darker = 0.0

    def saw(self, now: float, *, read: bool, held_up: bool) -> float:
        """Take what a frame at *now* showed; return the stops wanted for the next ones."""
        if self.stops:
            self._in_the_dark(now, read=read)
        else:
            self._in_normal_light(now, read=read, held_up=held_up)
        return self.stops

    def _in_the_dark(self, now: float, *, read: bool) -> None:
        if read:
            self._read, self._pause = now, PAUSE
        since = now - self._turned
        if self._read is None and since >= DARK:
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
            self._turn(now, 0.0, rest=self._pause)
        elif self._read is not None and since >= LONGEST_READ:
            self._turn(now, 0.0, rest=LONGEST_READ)
        elif self._read is not None and now - self._read >= GONE:
            self._turn(now, 0.0, rest=PAUSE)

    def _in_normal_light(self, now: float, *, read: bool, held_up: bool) -> None:
        if read or (not held_up and self.is_steady(now)):
            self._waiting, self._pause = None, PAUSE
        elif held_up and self._waiting is None:
            self._waiting = now
        if self._waiting is None or not self.darker or not held_up:
            return
        if now - self._waiting >= PATIENCE and now - self._turned >= self._rest:
            self._turn(now, self.darker, rest=0.0)

    def _turn(self, now: float, stops: float, *, rest: float) -> None:
        self.stops, self._turned, self._rest = stops, now, rest
        self._waiting = self._read = None
