"""The slip alarm: pairs that look shifted by one, as hands under pressure make them.  Pure.

Who takes tubes from the box in their order leaves a run of serials.  A tube passed over or a step
back in an established run, and two pairs faster than hands can be, are suspected; the run is told,
not one pair, for the slip may have begun before it showed.  Nothing is blocked.  Tubes that are
taken in no order make no run, and no alarm.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from contract.tubes import Tube, TubeId

ESTABLISHED = 3  # steps in order, after which a break means something
_MOST_TRUST = 2 * ESTABLISHED  # so an established run is told of twice, then it is none
_NEAR = 5  # a longer jump is another box
_TOLD = 6  # tubes of the run that are told


class Slip(StrEnum):
    """Why a run is suspected.  The value goes over the wire and never changes."""

    SKIPPED = "tube-skipped"
    BACKWARDS = "tube-out-of-order"
    TOO_FAST = "too-fast"


@dataclass(frozen=True, slots=True)
class Given:
    """One single tube given to one person, at `at` seconds of the monotonic clock."""

    tube: Tube
    tag: str
    at: float


@dataclass(frozen=True, slots=True)
class Run:
    """The tubes given out last.  `trust` counts the steps in order; `direction` is 1 or -1."""

    given: tuple[Given, ...] = ()
    direction: int = 0
    trust: int = 0

    @property
    def tubes(self) -> tuple[str, ...]:
        return tuple(given.tube.text for given in self.given)


def passed_over(run: Run, tube: Tube) -> list[TubeId]:
    """Return the tubes between the run's last one and *tube*, in the direction of the run."""
    step = _step(run, tube)
    if step is None or step * run.direction <= 1 or not isinstance(tube, TubeId):
        return []
    first = tube.serial - step + run.direction
    between = range(first, tube.serial, run.direction)
    return [TubeId.mint(tube.series, serial) for serial in between] if _is_near(step) else []


def lengthen(run: Run, given: Given, fast: float, *, skipped: bool) -> tuple[Run, Slip | None]:
    """Add *given* to *run*; return the slip that it shows, or None.

    `skipped`: a tube that was passed over is still unused.  `fast` is in seconds.
    """
    slip = _slip(run, given, fast, skipped=skipped)
    after = _stepped(run, given, skipped=skipped)
    return replace(after, given=(*run.given, given)[-_TOLD:]), slip


def _slip(run: Run, given: Given, fast: float, *, skipped: bool) -> Slip | None:
    last = run.given[-1] if run.given else None
    if last and last.tag != given.tag and 0 <= given.at - last.at < fast:
        return Slip.TOO_FAST
    step = _step(run, given.tube)
    if step is None or not _is_near(step) or run.trust < ESTABLISHED:
        return None
    if step * run.direction < 0:
        return Slip.BACKWARDS
    return Slip.SKIPPED if skipped else None


def _stepped(run: Run, given: Given, *, skipped: bool) -> Run:
    step = _step(run, given.tube)
    if step is None or not _is_near(step):
        return Run()
    forward = step * run.direction > 0
    if forward and (abs(step) == 1 or not skipped):
        return replace(run, trust=min(run.trust + 1, _MOST_TRUST))
    if run.trust >= ESTABLISHED:
        return replace(run, trust=run.trust - ESTABLISHED)
    return Run(direction=step, trust=1) if abs(step) == 1 else Run()


def _step(run: Run, tube: Tube) -> int | None:
    """Return how many serials *tube* is from the last one; None where there is no order."""
    last = run.given[-1].tube if run.given else None
    if not isinstance(last, TubeId) or not isinstance(tube, TubeId) or last.series != tube.series:
        return None
    return tube.serial - last.serial


def _is_near(step: int) -> bool:
    return 0 < abs(step) <= _NEAR
