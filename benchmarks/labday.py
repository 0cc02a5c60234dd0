"""A laboratory's whole day through its own services: is every desk empty or owned at the end?

Tubes come in boxes that two sides count, stand on plates, and are read by a QuantStudio, a CFX and
by hand.  One run is found contaminated after its release and taken back; two laboratories differ; a
tube is given twice; neighbours of a slip are held and let go; some are rejected, some never paired.
`seconds` is the whole day, `per_tube` its cost, in milliseconds, with every durable transaction.
"""

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID

from sqlalchemy import select

from benchmarks import labday_check, labday_table
from benchmarks.labday_morning import LAN, Morning, parts
from benchmarks.report import Report, arguments
from contract.tubes import Tube, TubeId
from server import schema
from server.db import open_database
from server.lab import disputes, recalls, runs
from server.lab import queries as lab
from server.lab.imports import services as imports
from server.lab.imports import worker
from server.lab.plates import keying, queries, services
from server.lab.plates.geometry import Fill
from server.lab.results import enter_result, verify_result, verify_results
from server.lab.run_models import Run
from server.lab.services import Finding
from server.lab.standing import standings
from server.lab.words import Call
from server.outcomes import cases, gate_desk
from server.outcomes.desks import NOBODY, Desk, Wish, waiting_on
from server.outcomes.services import release, settle_many
from server.sampling import changes, conflicts, slip_decisions
from server.sampling.decision_models import SlipGroup
from server.sampling.models import TubeConflict
from server.vault import Vault, install

ASSAY = "sars-cov-2-e-rdrp"
PLATE = 94
RERUN = 100  # the number of the first plate that is run again; a CFX reads it
MINH, HOA, MAI = (f"user:{name}" for name in ("minh", "hoa", "mai"))


@dataclass(slots=True)
class Day(Morning):
    """A day of *size* tubes, played step by step; `took` says how long each took."""

    took: dict[str, float] = field(default_factory=dict)

    def play(self) -> None:
        """Play the steps in their order, and note how long each took."""
        steps = (
            self.sample, self.carry, self.test, self.verify_and_release, self.withdraw_one,
            self.decide, self.verify_the_rest, self.own,
        )  # fmt: skip
        for step in steps:
            began = perf_counter()
            step()
            self.took[step.__name__] = perf_counter() - began

    def test(self) -> None:
        """Put what may be tested on plates, and read them."""
        out = {*self.rejected, *self.missing}
        plates = [
            self._plate(some) for some in parts([t for t in self.tubes if t not in out], PLATE)
        ]
        for number, plate in enumerate(plates):
            self.run(plate, number)

    def verify_the_rest(self) -> None:
        self.verify_and_release()

    def own(self) -> None:
        """Take upon oneself what stays for other people or another day."""
        for desk in labday_check.OWNED:
            while self._own_a_page(desk):
                pass

    def _own_a_page(self, desk: Desk) -> bool:
        with self.database.write() as session:
            items = waiting_on(session, desk, Wish(owner=NOBODY))
            seen = [cases.Seen(i.subject, cases.mark_of(i.since, i.detail)) for i in items]
            if not seen:
                return False
            return cases.take(session, desk, seen, by=MAI, now=self.now()).done > 0

    def _plate(self, tubes: Sequence[Tube]) -> str:
        with self.database.write() as session:
            plate = services.new_plate(
                session, "96-two", Fill.COLUMNS, title="", assay=ASSAY, by=LAN, now=self.now()
            )
            for tube in tubes:
                services.place_tube(session, plate.id, tube, by=LAN, now=self.now())
            services.lock(session, plate.id, by=LAN, now=self.now())
            return plate.id

    def run(self, plate_id: str, number: int) -> None:
        """Read a plate by one of three machines, one of which is a pair of hands."""
        with self.database.read() as session:
            cells = queries.cells_of(session, queries.plate_named(session, plate_id))
        names = {cell.tube: cell.name for cell in cells if cell.tube}
        calls = {tube: _call(tube) for tube in names}
        if number % 3 == 2:
            found = {names[tube]: Finding(call) for tube, call in calls.items()}
            found |= {"G12": Finding(Call.NEGATIVE), "H12": Finding(Call.POSITIVE)}
            with self.database.write() as session:
                how: dict[str, Any] = {"others": None, "by": LAN, "place": labday_table.PLACE}
                keying.enter_calls(session, plate_id, found, now=self.now(), **how)
            return
        written = (labday_table.quantstudio, labday_table.cfx)[number % 3]
        wells = labday_table.wells_of(calls, names, number)
        self._import(written(f"{plate_id}-{number}", wells), plate_id)

    def _import(self, content: bytes, name: str) -> None:
        with self.database.write() as session:
            file, _ = imports.keep(
                session, content, name=name, by=LAN, place=labday_table.PLACE, now=self.now()
            )
            which = file.id
        worker.run_once(self.database, self.now)
        with self.database.write() as session:
            imports.confirm(session, which, assay=ASSAY, knows_cut=False, by=LAN, now=self.now())
        worker.run_once(self.database, self.now)

    def verify_and_release(self) -> None:
        """A second person verifies controls, clean negatives together and the rest one by one."""
        with self.database.write() as session:
            open_runs = select(Run.id).where(Run.verified_at.is_(None), Run.withdrawn_at.is_(None))
            for which in list(session.scalars(open_runs)):
                runs.verify_run(session, which, by=MINH, now=self.now())
        with self.database.read() as session:
            waiting = standings(session, lab.to_verify(session))
            clean = [(each.result.id, each.stamp) for each in waiting if each.clean]
            single = [(each.result.id, each.stamp) for each in waiting if not each.clean]
        for some in [*parts(clean, 100), *([each] for each in single)]:
            with self.database.write() as session:
                verify_results(session, dict(some), by=MINH, now=self.now())
        self._release()

    def _release(self) -> None:
        with self.database.read() as session:
            free = [c.result.id for c in gate_desk.candidates(session) if c.held is None]
        for some in parts(free, 100):
            with self.database.write() as session:
                release(session, some, by=MINH, now=self.now())

    def withdraw_one(self) -> None:
        """Take the first run back after its release, and run its tubes again on another plate."""
        with self.database.write() as session:
            run = session.scalars(select(Run).order_by(Run.entered_at).limit(1)).one()
            recalls.withdraw_run(session, run.id, reason="máy nhiễm", by=MAI, now=self.now())
            again = [order.tube for order in lab.open_orders(session)]
        for number, some in enumerate(parts(again, PLATE)):
            self.run(self._plate(some), RERUN + number * 3)

    def decide(self) -> None:
        """Another laboratory differs; persons decide what is contested, held and differing."""
        self._differ(self.tubes[-5])
        with self.database.write() as session:
            for group in list(session.scalars(select(SlipGroup))):
                slip_decisions.decide_group(
                    session, group.id, wrong=(), reason="đã hỏi lại", by=MAI, now=self.now()
                )
            for conflict in list(session.scalars(select(TubeConflict))):
                keep: UUID = conflict.claims[0].pairing_id
                conflicts.decide_conflict(
                    session, conflict.id, keep=keep, reason="xem phiếu", by=MAI, now=self.now()
                )
            for dispute, results in disputes.open_disputes(session):
                disputes.decide_dispute(
                    session, dispute.id, keep=results[0].id, over=dispute.over,
                    reason="làm lại lần ba", by=MAI, now=self.now(),
                )  # fmt: skip

    def _differ(self, tube: TubeId) -> None:
        other = Call.NEGATIVE if _call(tube) is not Call.NEGATIVE else Call.POSITIVE
        with self.database.write() as session:
            result = enter_result(
                session, tube, Finding(other), by=HOA, now=self.now(), lab="vn-2021:25"
            )
            verify_result(session, result.id, by=MINH, now=self.now())
        self._release()


def _call(tube: Tube) -> Call:
    number = int(tube.text[2:9]) if tube.text[2:9].isdigit() else 0
    rare = {3: Call.POSITIVE, 57: Call.INVALID, 89: Call.INCONCLUSIVE}
    return rare.get(number % 97, Call.NEGATIVE)


def played(folder: Path, size: int) -> Day:
    """Play a day in a fresh database in *folder*; nothing is checked yet."""
    install(Vault.create(folder / "vault.json"))
    database = open_database(f"sqlite:///{folder / 'day.sqlite'}")
    schema.upgrade(database)
    known = list(changes.listeners)
    changes.listeners[:] = [settle_many]
    try:
        day = Day(database, size)
        day.play()
    finally:
        changes.listeners[:] = known
    return day


def main() -> None:
    """Play the day, check it, and print what it took."""
    parser = arguments(__doc__)
    parser.add_argument("--tubes", type=int, default=5_000)
    options = parser.parse_args()
    report, began = Report("labday"), perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        day = played(Path(folder), options.tubes)
        seconds = perf_counter() - began
        faults = labday_check.faults(day.database)
        report.figures["seconds"] = (seconds, "s")
        report.figures["per_tube"] = (1000 * seconds / options.tubes, "ms")
        for name, took in day.took.items():
            report.figures[name] = (took, "s")
        for name, count in labday_check.counts(day.database).items():
            report.figures[name] = (count, "")
    report.print(options.json)
    sys.exit("\n".join(faults))


if __name__ == "__main__":
    main()
