"""From the station's newest line to the mood of the screen.  Pure.

The panel's lights and the screen agree: both come from `device.signals`.
"""

from device.kiosk.sight import Seen
from device.lines import Line
from device.signals import SIGNALS, Light, Signal

SHORTEST = 1.5  # seconds that green stays: long enough to be seen
_SIGNALS = {  # where the word is not the signal's
    "station-trouble": "refused",
    "stopped": "off",
    "check-in-asked": "person-held",
    "check-in-voided": "voided",
}
WARNINGS = {
    ("checked-in", "symptoms"): "checked-in-ill",
    ("box-closed", "mismatch"): "box-mismatch",
}
_ENDINGS = {"-lost": "trouble", "-trouble": "trouble", "-back": "ready"}


def signal_of(line: Line) -> Signal:
    """Return the sign that the panel gave with *line*; none for a word that we do not know."""
    known = WARNINGS.get((line.outcome, line.reason))
    name = known or _SIGNALS.get(line.outcome, line.outcome)
    if name not in SIGNALS:
        ends = [signal for ending, signal in _ENDINGS.items() if name.endswith(ending)]
        name = ends[0] if ends else "off"
    return SIGNALS[name]


def mood_of(seen: Seen, now: float) -> str:
    """Return 'looking', 'silent', 'stopped', 'good', 'bad', 'trouble' or 'calm'."""
    if seen.page is None or not seen.alive:
        stopped = seen.page and seen.page.recent and seen.page.recent[-1].outcome == "stopped"
        return "looking" if seen.alive is None else "stopped" if stopped else "silent"
    if not seen.page.recent:
        return "calm"
    line = seen.page.recent[-1]
    signal = signal_of(line)
    if line.outcome == "stopped":
        return "stopped"
    if signal.light is Light.RED:
        return "trouble" if signal.slow else "bad"
    if signal.light is Light.GREEN and _is_new(seen, signal, now):
        return "good"
    return "calm"


def _is_new(seen: Seen, signal: Signal, now: float) -> bool:
    lasts = max(SHORTEST, signal.seconds or 0.0)
    return seen.told_at is not None and now - seen.told_at < lasts
