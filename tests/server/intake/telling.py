"""Deliver a history through the real intake and the real laboratory, in an order that may be.

A late pairing is of a tube that the laboratory has: what a person notes there stands before it, and
only what a station noted may be heard of after it.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from contract import events, specimens
from contract.tubes import Tube, TubeId
from server.db import Database
from server.errors import DomainError
from server.intake.applier import apply_pending
from server.lab import recalls, results, runs, services
from server.lab.words import Call, Rejection
from server.outcomes.receptions import undo_rejection
from server.outcomes.services import release
from tests.server.intake.histories import Chain, History, Pair, gone, last_of, name_of
from tests.server.lab.conftest import CODE, NEGATIVE, POSITIVE, rows_of

LAN, MINH = "user:lan", "user:minh"
Step = Callable[[], object]


class Turn(NamedTuple):
    step: Step
    once: bool  # it may happen only once
    after: int | None = None  # the tube that the laboratory must have noted before


@dataclass
class Told:
    """One telling of a history: its own tubes, people, stations, and what became of all."""

    history: History
    database: Database
    senders: list[Any]
    number: int
    morning: datetime
    pairings: dict[int, UUID] = field(default_factory=dict)  # by the number of the pair
    results: dict[str, UUID] = field(default_factory=dict)  # by "tube:name"
    runs: dict[int, UUID] = field(default_factory=dict)
    minutes: int = 0
    late: set[int] = field(default_factory=set)  # tubes of which a late pairing was sent
    noted: set[int] = field(default_factory=set)  # tubes that the laboratory received, or rejected

    def tube(self, which: int) -> Tube:
        pool = self.history.lives[which].pool
        return TubeId.mint(90 if pool else 26, 2 * self.number + which + 1)

    def in_order(
        self, lot: Random, between: Callable[["Told", Random], object] | None = None
    ) -> None:
        """Let all happen: what one station sends, or one tube lives through, keeps its order.

        *between* is what people may decide at any time, with what has come so far.
        """
        queues = [*self._stations(), *(list(self._life(which)) for which in (0, 1))]
        sent: list[Step] = []
        while queues := [queue for queue in queues if queue]:
            queue = lot.choice([each for each in queues if each[0].after in (None, *self.noted)])
            step, once, _ = queue.pop(0)
            step()
            if not once:
                sent.append(step)
            if sent and lot.random() < 0.15:
                lot.choice(sent)()  # a repetition changes nothing, or is refused
            if between and lot.random() < 0.4:
                between(self, lot)

    def waiting(self) -> list[UUID]:
        return list(self.results.values())

    def agreeing(self, which: int, result: UUID | None) -> frozenset[UUID]:
        """Return *result* with the result of the other laboratory, if that says the same."""
        if result is None:
            return frozenset()
        life = self.history.lives[which]
        heads = [head for name, chain in life.chains.items() if (head := last_of(name, chain))]
        calls = {self.results[f"{which}:{name}"]: call for call, name in heads}
        return frozenset(each for each, call in calls.items() if call == calls.get(result))

    # What stations send.

    def _stations(self) -> Iterator[list[Turn]]:
        people = specimens.people(3, Random(self.number))
        for station, sender in enumerate(self.senders):
            written: list[Turn] = []
            mine = [each for each in self.history.pairs if each.station == station]
            for pair in sorted(mine, key=lambda each: (each.late, each.n)):
                at = self.morning + timedelta(minutes=5 * pair.n, days=1 if pair.late else 0)
                card = specimens.citizen_card(people[pair.person])
                paired = sender.pairing(self.tube(pair.tube), card, at=at)
                self.pairings[pair.n] = events.decode(paired).id
                written.append(self._paired(sender, paired, pair))
            more = list(self._voids(station, sender))
            if station == 0:
                more += [
                    sender.write(events.PoolClosed, tube=self.tube(tube).text, members=members)
                    for tube, members in self.history.closed.items()
                ]
            yield written + [Turn(self._send(sender, each), once=False) for each in more]
            if station in self.history.suspect:
                yield [Turn(self._send(sender, self._suspicion(mine, sender)), once=False)]

    def _paired(self, sender: Any, written: bytes, pair: Pair) -> Turn:
        send = self._send(sender, written)

        def send_late() -> None:
            self.late.add(pair.tube)
            send()

        by_hand = pair.late and self.history.lives[pair.tube].reception[:1] == ("rejected",)
        after = pair.tube if by_hand else None
        return Turn(send_late if pair.late else send, once=False, after=after)

    def _suspicion(self, mine: list[Pair], sender: Any) -> bytes:
        """It comes whenever it likes: on the stick's second file, handed in before the first."""
        tubes = tuple({self.tube(pair.tube).text for pair in mine})
        at = self.morning + timedelta(days=1, hours=8)
        return sender.write(events.SlipSuspected, reason="too-fast", tubes=tubes, at=at)

    def _voids(self, station: int, sender: Any) -> Iterator[bytes]:
        for pair in self.history.pairs:
            if pair.voided and pair.station == station:
                yield sender.write(events.PairingVoided, pairing=self.pairings[pair.n],
                                   tube=self.tube(pair.tube).text, reason="undo")  # fmt: skip

    def _send(self, sender: Any, event: bytes) -> Step:
        def send() -> None:
            assert sender.send(event).status_code == 200
            apply_pending(self.database, self.morning + timedelta(days=2))

        return send

    # What laboratories do.

    def _life(self, which: int) -> Iterator[Turn]:
        life = self.history.lives[which]
        for said in life.reception:
            yield self._lab(self._receive, which, said)
        for name, chain in life.chains.items():
            yield from self._chain(which, name, chain)
        if life.resampled:
            yield self._lab(self._take_back, which, "north", 0, recalls.Again.RESAMPLE)

    def _chain(self, which: int, name: str, chain: Chain) -> Iterator[Turn]:
        for n, call in enumerate(chain.calls):
            link = chain.links[n - 1] if n else "run" if chain.by_run else "first"
            yield self._lab(self._enter, which, name, n, link, call)
            yield self._lab(self._verify, which, name, n)
            yield self._lab(self._release, which, name, n)
        last = len(chain.calls) - 1
        if chain.taken_back == "run":
            yield self._lab(self._withdraw_run, which)
        elif chain.taken_back:
            yield self._lab(self._take_back, which, name, last, recalls.Again.RERUN)
        if chain.rerun and gone(chain):
            yield self._lab(self._enter, which, name, last + 1, "rerun", chain.rerun)
            yield self._lab(self._verify, which, name, last + 1)
            yield self._lab(self._release, which, name, last + 1)

    def _lab(self, work: Callable[..., object], *what: Any) -> Turn:
        again = work in (self._verify, self._release) or what[-1] == "received"
        return Turn(lambda: self.in_session(work, *what), once=not again)

    def in_session(self, work: Callable[..., object], *what: Any) -> None:
        """Do it in a transaction of its own; a refusal is part of the history."""
        self.minutes += 1
        now = self.morning + timedelta(hours=6, minutes=self.minutes)
        with suppress(DomainError), self.database.write() as session:
            work(session, now, *what)

    def _receive(self, session: Session, now: datetime, which: int, said: str) -> None:
        tube = self.tube(which)
        if said == "received" and which in self.late - self.noted:  # heard of only now
            heard = self.morning + timedelta(days=2)
            services.receive_tube(session, tube, box="H1", by=LAN, now=heard, arrived=now)
        elif said == "received":
            services.receive_tube(session, tube, box="H1", by=LAN, now=now)
        elif said == "rejected":
            services.reject_tube(session, tube, Rejection.LEAKING, by=LAN, now=now)
        else:
            undo_rejection(session, tube, note="nhầm", by=LAN, now=now)
        self.noted.add(which)

    def _enter(self, session: Session, now: datetime, which: int, name: str, n: int, link: str,
               call: str) -> None:  # fmt: skip
        tube, finding = self.tube(which), results.Finding(Call(call))
        if link == "run":
            made = self._by_run(session, now, which, name, call)
        elif link == "amend":
            before = self.results[f"{which}:{name_of(name, n - 1)}"]
            made = results.correct_result(
                session, before, finding, reason="đọc nhầm", by=LAN, now=now
            )
        else:
            if link == "retest":
                before = self.results[f"{which}:{name_of(name, n - 1)}"]
                recalls.order_retest(session, before, reason="lạ", by=MINH, now=now)
            made = results.enter_result(session, tube, finding, by=LAN, now=now, lab=name)
        self.results[f"{which}:{name_of(name, n)}"] = made.id

    def _by_run(self, session: Session, now: datetime, which: int, name: str, call: str) -> Any:
        tube = self.tube(which)
        assay = runs.assay_versions.version_in_use(session, CODE, now=now)
        sheet = runs.Sheet(assay, "QS5", f"P{self.number}", lab=name, source="import:1")
        rows = rows_of({tube: NEGATIVE if call == "negative" else POSITIVE}, "")
        run = runs.record_run(session, sheet, rows, by=LAN, now=now)
        confirmed = runs.confirm_calls(
            session, run.id, {tube: runs.Confirmed(Call(call))}, by=LAN, now=now
        )
        for refusal in confirmed.refused.values():
            raise refusal
        runs.verify_run(session, run.id, by=MINH, now=now)
        self.runs[which] = run.id
        return confirmed.entered[0]

    def _verify(self, session: Session, now: datetime, which: int, name: str, n: int) -> None:
        result = self.results[f"{which}:{name_of(name, n)}"]
        results.verify_result(session, result, by=MINH, now=now)

    def _release(self, session: Session, now: datetime, which: int, name: str, n: int) -> None:
        release(session, [self.results[f"{which}:{name_of(name, n)}"]], by=MINH, now=now)

    def _take_back(self, session: Session, now: datetime, which: int, name: str, n: int,
                   again: recalls.Again) -> None:  # fmt: skip
        result = self.results[f"{which}:{name_of(name, n)}"]
        recalls.recall_result(session, result, again, reason="nhiễm", by=MINH, now=now)

    def _withdraw_run(self, session: Session, now: datetime, which: int) -> None:
        recalls.withdraw_run(session, self.runs[which], reason="nhiễm", by=MINH, now=now)
