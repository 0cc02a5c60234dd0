"""What the laboratory finds, and what it does with it, step by step.

One positive, one inconclusive, one positive pool, one result for a tube that nobody was paired
with, one paired tube that never arrives, and one release that is corrected.  Four tubes go through
the machine; its run is found contaminated after the release, taken back, and run again.
"""

from dataclasses import dataclass, field

from contract.tubes import Tube, TubeKind, tube
from rehearsal import outcomes, runs, script
from rehearsal.browser import Browser
from rehearsal.laboratory import BenchTrouble, Finding, Laboratory

NEGATIVE = Finding("negative")
POSITIVE = Finding("positive", "24.1", "25.0")
INCONCLUSIVE = Finding("inconclusive", "38.6", "")


@dataclass(frozen=True)
class Plan:
    """Which tube is what.  `stray` was never paired; `lost` never arrives; `by_machine` are run."""

    paired: tuple[Tube, ...]
    pool: Tube
    positive: Tube
    inconclusive: Tube
    corrected: Tube
    lost: Tube
    stray: Tube
    by_machine: tuple[Tube, ...] = ()

    @property
    def keyed(self) -> tuple[Tube, ...]:
        return tuple(one for one in self.arriving if one not in self.by_machine)

    @property
    def arriving(self) -> tuple[Tube, ...]:
        return tuple(one for one in (*self.paired, self.stray) if one != self.lost)

    def finding(self, one: Tube) -> Finding:
        """The first finding: `corrected` is positive by mistake."""
        if one in {self.positive, self.pool, self.corrected, self.stray}:
            return POSITIVE
        return INCONCLUSIVE if one == self.inconclusive else NEGATIVE

    @property
    def statuses(self) -> dict[str, str]:
        """Tube text -> what its people's records must say in the end."""
        ends = {
            self.pool: "resample",
            self.positive: "positive",
            self.inconclusive: "inconclusive",
            self.corrected: "negative",
        }
        released = (one for one in self.paired if one != self.lost)
        return {one.text: ends.get(one, "negative") for one in released}


@dataclass
class Found:
    """What the pages took and refused."""

    received: int = 0
    resulted: int = 0
    verified: int = 0
    released: int = 0
    taken_back: int = 0
    own_refused: bool = field(default=False)


def plan(day: script.Day, stray: Tube) -> Plan:
    """Choose the tubes of *day* that the story needs; *stray* was issued, but never used."""
    paired = tuple(tube(text) for text in day.truth)
    singles = [one for one in paired if one.kind is TubeKind.SAMPLING]
    pools = [one for one in paired if one.kind is TubeKind.POOL]
    positive, inconclusive, corrected, lost = singles[3:7]
    by_machine = tuple(singles[7:11])
    return Plan(paired, pools[0], positive, inconclusive, corrected, lost, stray, by_machine)


def work(lab: Laboratory, officer: Browser, plan: Plan) -> Found:
    """Play the laboratory's day."""
    found = Found(received=lab.receive(plan.arriving, "HOP-01"))
    found.resulted = lab.enter({one: plan.finding(one) for one in plan.keyed})
    found.own_refused = lab.own_results_cannot_be_verified()
    found.verified = lab.verify()
    found.released = lab.release()
    lab.correct(
        result_of(officer, plan.corrected),
        NEGATIVE,
        "Nhầm hàng khi đọc khay, chạy lại âm tính",
    )
    found.resulted += 1
    found.verified += lab.verify()
    found.released += lab.release()
    _run_twice(lab, plan, found)
    return found


def _run_twice(lab: Laboratory, plan: Plan, found: Found) -> None:
    """Run a plate, release it, find it contaminated, take it back, and run its tubes again."""
    for name in ("ME-01", "ME-02"):
        run = runs.bring(lab, name, plan.by_machine)
        runs.verify_controls(lab, run)
        found.resulted += len(plan.by_machine)
        found.verified += lab.verify()
        found.released += lab.release()
        if name == "ME-01":
            runs.withdraw(lab, run, "Máy nhiễm: NTC của ca trước lên muộn")
            found.taken_back = len(plan.by_machine)


def result_of(officer: Browser, one: Tube) -> str:
    """Return the id of the released result of *one*, as the officer's list names it."""
    for row in outcomes.every(officer):
        if row["tube"] == one.text and row["current"]:
            result: str = row["result"]
            return result
    raise BenchTrouble(
        f"ống {one.grouped} chưa có kết luận nào", f"no outcome stands for tube {one.grouped}"
    )
