"""Work out anew what is kept to be open: runs with tubes to confirm, orders that were met, boxes.

Whatever changes them keeps it (`runs.review`, `results`, `boxes.open_boxes`); this says the same of
all of them, a group at a time, each in a transaction of its own that holds what it looks at.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Update, and_, case, exists, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from server.db import Database
from server.lab import wells
from server.lab.boxes import open_boxes
from server.lab.boxes.models import BoxStep
from server.lab.models import OrderedTest, Result
from server.lab.run_models import Reading, Run
from server.sampling.turns import take_turn

CHUNK = 200

_UNCONFIRMED = exists().where(Reading.run_id == Run.id, wells.without_result())
_STANDS = OrderedTest.cancelled_at.is_(None)
_MET = and_(_STANDS, exists().where(Result.corrects == OrderedTest.result_id))
_WHEN = select(Result.entered_at).where(Result.corrects == OrderedTest.result_id).scalar_subquery()


def rebuild_open_work(database: Database, now: datetime) -> int:
    """Return of how many runs, orders and boxes it was kept wrong."""
    return (
        _each(database, Run.id, _runs)
        + _each(database, OrderedTest.id, _orders)
        + _each(database, BoxStep.box, partial(open_boxes.rework, now=now))
    )


def _each(
    database: Database, key: InstrumentedAttribute[Any], look: Callable[[Session, Any], int]
) -> int:
    asked = select(key).distinct().order_by(key).limit(CHUNK)
    wrong, last = 0, None
    while True:
        with database.write() as session:
            some = session.scalars(asked if last is None else asked.where(key > last)).all()
            if not some:
                return wrong
            wrong += look(session, some)
        last = some[-1]


def _runs(session: Session, ids: Sequence[UUID]) -> int:
    mine = Run.id.in_(ids)
    session.execute(select(Run.id).where(mine).order_by(Run.id).with_for_update()).all()
    kept_wrong = update(Run).where(mine, Run.unconfirmed != _UNCONFIRMED)
    return _changed(session, kept_wrong.values(unconfirmed=_UNCONFIRMED))


def _orders(session: Session, ids: Sequence[UUID]) -> int:
    mine = OrderedTest.id.in_(ids)
    take_turn(session, session.scalars(select(OrderedTest.tube).where(mine)).all())
    kept_wrong = update(OrderedTest).where(mine, OrderedTest.met_at.is_not(None) != _MET)
    return _changed(session, kept_wrong.values(met_at=case((_STANDS, _WHEN), else_=None)))


def _changed(session: Session, said: Update) -> int:
    done: Any = session.execute(said, execution_options={"synchronize_session": False})
    return int(done.rowcount)
