"""One change to what is known about a tube at a time.

SQLite has one writer, so whoever writes has their turn.  Elsewhere two transactions could each miss
what the other writes: a result released while its pairing is voided would stand for ever.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.people import doubted
from server.people.models import Person
from server.sampling import queries
from server.sampling.models import Lot

_TURNS = "ghepmau_turns"


def take_turn(session: Session, tubes: Iterable[Tube]) -> None:
    """Wait until no other transaction changes *tubes* (or others of their lots).

    What is read after this is as they left it.  Call it before reading what decides.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
    session.flush()
    mine = _mine(session)
    wanted = [tube for tube in tubes if tube not in mine]
    if not wanted:
        return
    lots = {lot.id for lot in queries.lots_of(session, wanted).values()}
    held = select(Lot.id).where(Lot.id.in_(lots)).order_by(Lot.id)
    session.execute(held.with_for_update(key_share=True)).all()
    if session.get_nested_transaction() is None:  # a savepoint that is undone lets go again
        mine.update(wanted)


def take_persons_turn(session: Session, persons: Iterable[UUID]) -> None:
    """Wait until no other transaction gives tubes to *persons*, by any record that may be theirs.

    Always after `take_turn`: whoever waits in one order never waits for each other.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
    session.flush()
    mine = _mine(session)
    wanted = {person for person in persons if person not in mine}
    if not wanted:
        return
    records = doubted.around(session, wanted)
    held = select(Person.id).where(Person.id.in_(records)).order_by(Person.id)
    session.execute(held.with_for_update(key_share=True)).all()
    if session.get_nested_transaction() is None:
        mine.update(records)


def _mine(session: Session) -> set[Tube | UUID]:
    """Return the tubes and persons whose turn this transaction has already, to be added to."""
    transaction = session.get_transaction()
    known: tuple[object, set[Tube | UUID]] | None = session.info.get(_TURNS)
    if known is None or known[0] is not transaction:
        known = transaction, set()
        session.info[_TURNS] = known
    return known[1]
