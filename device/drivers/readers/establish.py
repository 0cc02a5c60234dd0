"""Set a reader as wanted: read, compare, write what differs, read back, and only then save.

Flash wears out, so nothing is saved that was right before, and nothing that the reader
acknowledged but did not keep.  What cannot be read back is set until power is cut, at each start.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from device.drivers import ReaderLost
from device.drivers.readers.profile import Setting
from device.drivers.readers.why_words import VIETNAMESE


class ReaderUnfit(ReaderLost):
    """The reader does not keep a setting without which its codes could be misunderstood."""


class Access(Protocol):
    """How one protocol reads and writes settings.  Values are texts as in the profile."""

    def get(self, setting: Setting) -> str | None:
        """Return the present value, None where the reader does not tell."""

    def put(self, setting: Setting) -> bool:
        """Set it until power is cut; return whether the reader agreed."""

    def keep(self, settings: Sequence[Setting]) -> None:
        """Make *settings*, as they are set now, last for ever."""


@dataclass(frozen=True, slots=True)
class Established:
    """What became of the wanted settings, by their keys."""

    right: tuple[str, ...] = ()  # as wanted before we came
    changed: tuple[str, ...] = ()
    unproven: tuple[str, ...] = ()  # agreed to, but the reader does not tell
    refused: tuple[str, ...] = ()  # not taken, or acknowledged and not kept


def establish(access: Access, settings: Sequence[Setting]) -> Established:
    """Bring the reader to *settings*; raise ReaderUnfit where one that must be is not kept."""
    before = _present(access, settings)
    wrong = [one for one in settings if before.get(one) not in (None, one.value)]
    if wrong:
        after = _change(access, settings, wrong)
    else:
        after = before
        for one in settings:
            if not one.blind and before[one] is None and not _put(access, one):
                after = {**after, one: ""}
    return _report(settings, before, after)


def compare(access: Access, settings: Sequence[Setting]) -> Established:
    """Read and compare, and write nothing: `refused` are then those that differ."""
    now = _present(access, settings)
    told = [one for one in settings if not one.blind]
    return Established(
        right=tuple(one.key for one in told if now[one] == one.value),
        unproven=tuple(one.key for one in told if now[one] is None),
        refused=tuple(one.key for one in told if now[one] not in (None, one.value)),
    )


def _present(access: Access, settings: Sequence[Setting]) -> dict[Setting, str | None]:
    return {one: _get(access, one) for one in settings if not one.blind}


def _get(access: Access, setting: Setting) -> str | None:
    """Ask twice before believing that the reader does not tell."""
    value = access.get(setting)
    return access.get(setting) if value is None else value


def _put(access: Access, setting: Setting) -> bool:
    """Ask twice before believing a refusal."""
    return access.put(setting) or access.put(setting)


def _change(
    access: Access, settings: Sequence[Setting], wrong: Sequence[Setting]
) -> dict[Setting, str | None]:
    """Set everything in order (a blind one may have undone a right one); save what holds."""
    agreed = {one: _put(access, one) for one in settings}
    after = _present(access, settings)
    if any(after[one] == one.value for one in wrong):
        access.keep([one for one in settings if one.blind or after[one] == one.value])
        after = _present(access, settings)
    return {one: "" if value is None and not agreed[one] else value for one, value in after.items()}


def _report(
    settings: Sequence[Setting],
    before: Mapping[Setting, str | None],
    after: Mapping[Setting, str | None],
) -> Established:
    told = [one for one in settings if not one.blind]
    refused = [one for one in told if after[one] not in (None, one.value)]
    missing = [one for one in refused if one.must]
    if missing:
        raise ReaderUnfit(
            f"đầu đọc không giữ {missing[0].key}={missing[0].value}; thiếu nó thì mã có thể "
            f"bị hiểu sai ({VIETNAMESE.get(missing[0].why, missing[0].why)})",
            f"the reader does not keep {missing[0].key}={missing[0].value}, without which its "
            f"codes could be misunderstood ({missing[0].why})",
        )
    held = [one for one in told if after[one] == one.value]
    return Established(
        right=tuple(one.key for one in held if before[one] == one.value),
        changed=tuple(one.key for one in held if before[one] != one.value),
        unproven=tuple(one.key for one in told if after[one] is None),
        refused=tuple(one.key for one in refused),
    )
