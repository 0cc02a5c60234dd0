"""From what is seen of the station to what stands on its screen.  Pure.

Nothing in a `View` changes with time alone, except the mood when green has lasted: so the screen
is sent only what really changed, and counts the seconds of a hold by itself.
"""

from dataclasses import dataclass
from datetime import datetime

from contract.boxes import BoxId
from device.duties.words import NOT_WRITTEN
from device.kiosk import words
from device.kiosk.duties import face_of
from device.kiosk.moods import WARNINGS, mood_of
from device.kiosk.sight import Seen
from device.kiosk.words import Words
from device.ledger import VIETNAM
from device.lines import Held, Line, Page, Pair

_NAMES = 4  # lines that the smallest screen has room for
_NOT_WRITTEN = {duty.value: Words(*said) for duty, said in NOT_WRITTEN.items()}
_SHOWN = {  # by the prompt itself, or by a colour that has gone
    *("person-held", "tube-held", "second-look", "pool-opened", "pool-member", "operator-asked"),
    *("ready", "paired", "same-pair", "pool-closed", "shift-ended"),
    *("check-in-asked", "checked-in", "checked-in-again", "box-opened", "tube-arrived"),
    "box-closed",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One pair: '08:14', paired, '3482'."""

    time: str
    mark: str
    tail: str


@dataclass(frozen=True, slots=True)
class Device:
    """One part of the station, its state, and how many things wait for it."""

    name: Words
    state: str
    said: Words
    count: int = 0


@dataclass(frozen=True, slots=True)
class Holding:
    """Who or what is held.  `until`: monotonic seconds; `names`: the newest of a pool."""

    kind: str
    prompt: Words
    who: str = ""
    year: int | None = None
    tail: str = ""
    until: float | None = None
    whole: float = 30.0
    members: int = 0
    cap: int = 0
    names: tuple[str, ...] = ()
    box: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """Everything on the screen.  `said` in short, `more` at length; `note` beside a prompt."""

    mood: str
    label: str = "Ghép Mẫu"
    duty: Words | None = None
    paired: int = 0  # or checked in, or received: as `counted` says
    counted: Words = words.PAIRED_TODAY
    nothing: Words = words.NO_PAIRS
    waiting: int = 0
    offline: bool = False
    said: Words | None = None
    more: Words | None = None
    tail: str = ""
    note: Words | None = None
    grave: bool = False  # the note, or what was said, is a warning
    holding: Holding | None = None
    pairs: tuple[Row, ...] = ()
    devices: tuple[Device, ...] = ()


_PAIRED = {"": words.PAIRED, "own-tube": words.IS_OWN}
_STANDING = {"looking": words.LOOKING, "silent": words.SILENT, "stopped": words.STOPPED}


def view_of(seen: Seen, now: float) -> View:
    """Return what the screen shows at *now* (monotonic seconds)."""
    mood, page = mood_of(seen, now), seen.page
    if mood in _STANDING or page is None:
        title, advice = _STANDING.get(mood, words.SILENT)
        return View(mood, page.label if page else "Ghép Mẫu", said=title, more=advice)
    newest = page.recent[-1] if page.recent else None
    said, more, tail = _news(mood, newest)
    note, grave = _note(page, newest) if mood == "calm" else (None, _is_warning(newest))
    face = face_of(page.duty)
    return View(
        mood=mood,
        label=page.label,
        duty=face.name,
        paired=max(0, page.counts.get(face.plus, 0) - page.counts.get(face.minus, 0)),
        counted=face.counted,
        nothing=face.nothing,
        waiting=page.waiting,
        offline=_is_offline(page),
        said=said,
        more=more,
        tail=tail,
        note=note,
        grave=grave,
        holding=_holding(page),
        pairs=tuple(_row(pair) for pair in reversed(page.pairs)),
        devices=_devices(page),
    )


def _is_warning(line: Line | None) -> bool:
    return line is not None and (line.outcome, line.reason) in WARNINGS


def _news(mood: str, line: Line | None) -> tuple[Words | None, Words | None, str]:
    """Return what the newest line says: in short, at length, and its tube's last four."""
    if line is None:
        return None, None, ""
    sentence = Words(line.vi, line.en)
    if mood == "calm":
        return None, sentence if line.outcome == "shift-ended" else None, ""
    if mood == "trouble":
        return None, words.LOST.get(line.outcome.removesuffix("-lost"), sentence), ""
    if mood == "bad":
        return None, sentence, ""
    tail = line.tube[-4:]
    return _PAIRED.get(line.reason, sentence) if line.outcome == "paired" else sentence, None, tail


def _note(page: Page, line: Line | None) -> tuple[Words | None, bool]:
    """Return what stands beside the prompt, and whether it is a warning."""
    for name, state in {**page.devices, "card": "ok" if page.journal == "ok" else "lost"}.items():
        if state == "lost" and name == "card":
            return _NOT_WRITTEN.get(page.duty, _NOT_WRITTEN["sampling"]), True
        if state == "lost":
            return words.LOST.get(name, Words(*words.STATES["lost"])), True
    if line is None:
        return None, False
    if page.held.kind == "second-look":
        return words.LOOK_AGAIN, True
    if line.reason == "again-today" and line.outcome == "person-held":
        return words.AGAIN, True
    told = line.outcome in _SHOWN or line.outcome.endswith("-back")
    return (None, False) if told else (Words(line.vi, line.en), False)


def _holding(page: Page) -> Holding:
    held = page.held
    prompt = words.PROMPTS.get(held.kind, words.PROMPTS["idle"])
    if held.kind == "idle":
        return Holding("idle", _idle_prompt(page))
    return Holding(
        kind=held.kind,
        prompt=prompt,
        who=held.who,
        year=held.birth_year,
        tail=held.tube[-4:],
        until=held.until,
        whole=page.hold_seconds,
        members=held.members,
        cap=(held.expected or 0) if held.kind == "box" else page.pool_cap,
        box=_grouped(held.box),
        names=_newest_names(held),
    )


def _idle_prompt(page: Page) -> Words:
    if "opening" in page.devices.values():
        return words.STARTING
    if page.shift_required and not (page.shift and page.shift.open):
        return words.NO_SHIFT
    return face_of(page.duty).idle


def _grouped(box: str) -> str:
    return BoxId(box).grouped if box else ""


def _newest_names(held: Held) -> tuple[str, ...]:
    """Return the four newest, or three and room for how many more there are."""
    return tuple(held.names if held.members <= _NAMES else held.names[1 - _NAMES :])


def _row(pair: Pair) -> Row:
    at = datetime.fromisoformat(pair.at).astimezone(VIETNAM)
    return Row(f"{at:%H:%M}", pair.mark, pair.tube[-4:])


def _is_offline(page: Page) -> bool:
    return bool(page.trouble) or not page.contact


def _devices(page: Page) -> tuple[Device, ...]:
    states = {**page.devices, "card": "ok" if page.journal == "ok" else "lost"}
    rows = [_device(name, state) for name, state in states.items()]
    rows.append(_device("network", "off-line" if _is_offline(page) else "ok", page.waiting))
    if not page.clock_trusted:
        rows.append(_device("clock", "unset"))
    if alarms := len(page.alarms) + page.set_aside:
        rows.append(_device("alarm", "alarm", alarms))
    return tuple(rows)


def _device(name: str, state: str, count: int = 0) -> Device:
    said = words.STATES.get(state, Words("", ""))
    return Device(words.DEVICES.get(name, Words(name, name)), state, said, count)
