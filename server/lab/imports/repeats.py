"""What a file brings of tubes to be tested again: a new test, or what is known.  Reads only.

An order to test again is met by another run.  Not by the run that the result came from, exported
once more or read anew, nor by the same values in a file that names no run; nor by a file that was
there before the order.  Words alone may be the same again.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, aliased

from contract.tubes import Tube
from server.lab.imports.models import Fate, ImportFile, ImportRow, State
from server.lab.instruments.reasons import Why
from server.lab.models import OrderedTest, Result

TOGETHER = 250  # tubes in one question
_KEYS = 2000
_CONFIRMED = [State.ENTERING.value, State.DONE.value]
_TIMED = re.compile(r"[0-9]:[0-9]{2}|[0-9]{12}")  # a start that no other run has
Facts = tuple[str, str, str]  # serial, run name and start
Said = dict[bytes, bool]  # by reading: whether it holds a Ct


def open_orders() -> ColumnElement[bool]:
    """Say of an order that it stands and is not met."""
    after = aliased(Result)
    met = exists().where(after.corrects == OrderedTest.result_id)
    return OrderedTest.cancelled_at.is_(None) & ~met


def ordered(file: ImportFile) -> ColumnElement[bool]:
    """Say of a row of *file* that its tube was to be tested again when the file came."""
    mine = OrderedTest.tube == ImportRow.tube
    return exists().where(mine, open_orders(), OrderedTest.at <= file.received_at)


def known_again(session: Session, file: ImportFile) -> set[Tube]:
    """Return the tubes to be tested again of which *file* brings nothing that is new."""
    found = select(ImportRow.tube).where(
        ImportRow.import_id == file.id, ImportRow.fate != Fate.REFUSED.value, ordered(file)
    )
    tubes = [tube for tube in session.scalars(found.distinct()) if tube is not None]
    return {tube for some in _some(tubes) for tube in _known(session, file, some)}


def why_not(session: Session, file: ImportFile, tubes: Sequence[Tube]) -> dict[Tube, Why]:
    """Return which of *tubes* an order exempts from nothing, and why: it may have come since."""
    orders: dict[Tube, datetime] = {}
    for some in _some(tubes):
        found = (
            select(OrderedTest.tube, OrderedTest.at)
            .join(Result, Result.id == OrderedTest.result_id)
            .where(OrderedTest.tube.in_(some), open_orders(), Result.lab.in_([file.place, ""]))
        )
        for tube, at in session.execute(found):
            orders[tube] = min(at, orders.get(tube, at))
    late = {tube for tube, at in orders.items() if at > file.received_at}
    known = (each for some in _some(sorted(orders.keys() - late)) for each in
             _known(session, file, some))  # fmt: skip
    return dict.fromkeys(late, Why.HAS_RESULT) | dict.fromkeys(known, Why.NOT_AGAIN)


def heard(session: Session, file: ImportFile, rows: Sequence[ImportRow]) -> dict[UUID, datetime]:
    """Return which files brought this run, or what *rows* of *file* say, and when each came.

    Exported anew, or saved under another name, it is no newer.
    """
    times = {file.id: file.received_at}
    keys = {row.reading_key for row in rows if row.reading_key and row.ct}
    if keys:
        same = (
            select(ImportFile.id, ImportFile.received_at)
            .join(ImportRow, ImportRow.import_id == ImportFile.id)
            .where(ImportRow.reading_key.in_(keys))
            .group_by(ImportFile.id, ImportFile.received_at)
            .having(func.count(ImportRow.reading_key.distinct()) == len(keys))
        )
        times |= {row[0]: row[1] for row in session.execute(same)}
    if file.run_name and _TIMED.search(file.started):
        run = select(ImportFile.id, ImportFile.received_at).where(
            ImportFile.run_name == file.run_name,
            ImportFile.serial == file.serial,
            ImportFile.started == file.started,
        )
        times |= {row[0]: row[1] for row in session.execute(run)}
    return times


def _some(tubes: Sequence[Tube]) -> Iterator[Sequence[Tube]]:
    for start in range(0, len(tubes), TOGETHER):
        yield tubes[start : start + TOGETHER]


def _known(session: Session, file: ImportFile, tubes: Sequence[Tube]) -> set[Tube]:
    mine = _said(session, file, tubes)
    again = _of_the_same_run(session, file, tubes)
    ours = (file.serial, file.run_name, file.started)
    for facts, known in _earlier(session, file, {key for said in mine.values() for key in said}):
        again |= {tube for tube, said in mine.items() if _repeats(said, known, ours, facts)}
    return again


def _said(session: Session, file: ImportFile, tubes: Sequence[Tube]) -> dict[Tube, Said]:
    found = select(ImportRow.tube, ImportRow.reading_key, ImportRow.ct).where(
        ImportRow.import_id == file.id,
        ImportRow.tube.in_(tubes),
        ImportRow.fate != Fate.REFUSED.value,
    )
    said: dict[Tube, Said] = defaultdict(dict)
    for tube, key, ct in session.execute(found):
        if tube is not None and key is not None:
            said[tube][key] = bool(ct)
    return said


def _of_the_same_run(session: Session, file: ImportFile, tubes: Sequence[Tube]) -> set[Tube]:
    """Return the tubes that this very run gave something of before, whatever it says now."""
    if not (file.run_name and _TIMED.search(file.started)):
        return set()
    runs = select(ImportFile.id).where(
        ImportFile.run_name == file.run_name,
        ImportFile.serial == file.serial,
        ImportFile.started == file.started,
        ImportFile.id != file.id,
        ImportFile.state.in_(_CONFIRMED),
    )
    found = select(ImportRow.tube).where(
        ImportRow.import_id.in_(list(session.scalars(runs))),
        ImportRow.tube.in_(tubes),
        ImportRow.entered,
    )
    return {tube for tube in session.scalars(found.distinct()) if tube is not None}


def _earlier(
    session: Session, file: ImportFile, keys: set[bytes]
) -> Iterator[tuple[Facts, set[bytes]]]:
    """Yield what each import that was confirmed before had of *keys*, and of which run it was."""
    of: dict[UUID, Facts] = {}
    had: dict[UUID, set[bytes]] = defaultdict(set)
    wanted = sorted(keys)
    for start in range(0, len(wanted), _KEYS):
        found = (
            select(
                ImportFile.id, ImportFile.serial, ImportFile.run_name, ImportFile.started,
                ImportRow.reading_key,
            )
            .join(ImportRow, ImportRow.import_id == ImportFile.id)
            .where(ImportRow.reading_key.in_(wanted[start : start + _KEYS]), ImportRow.entered)
            .where(ImportFile.id != file.id, ImportFile.state.in_(_CONFIRMED))
        )  # fmt: skip
        for id_, serial, run_name, started, key in session.execute(found):
            of[id_] = (serial, run_name, started)
            had[id_].add(key or b"")
    yield from ((of[id_], known) for id_, known in had.items())


def _repeats(said: Said, known: set[bytes], ours: Facts, theirs: Facts) -> bool:
    """Return whether what is *said* of a tube is what an earlier import said of it.

    Of the same run one reading is enough.  Two that are called differently are two.  Where it is
    not plain, all readings must be the same, with a Ct among them.
    """
    same = said.keys() & known
    if _one_run(ours, theirs):
        return bool(same)
    if ours[1] and theirs[1] and ours[1] != theirs[1]:
        return False
    return len(same) == len(said) and any(said.values())


def _one_run(ours: Facts, theirs: Facts) -> bool:
    """Return whether both are of one run: of one name or one moment, contradicting in no more.

    What began in one moment on one machine is one run, whatever its file is called.
    """
    pairs = zip(ours, theirs, strict=True)
    serial, name, start = (mine == other if mine and other else None for mine, other in pairs)
    moment = bool(start and _TIMED.search(ours[2]))
    return serial is not False and (moment or bool(name and start is not False))
