"""What the laboratory knows of many tubes at once: the questions that staging asks.  Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.tubes import Tube, TubeKind
from server.lab.instruments.reasons import Why
from server.lab.models import Reception
from server.sampling import lot_queries, queries
from server.sampling.models import Pairing


@dataclass(slots=True)
class Known:
    """Of some tubes: which are of a lot or paired, void, received, rejected."""

    known: set[Tube] = field(default_factory=set)
    void: set[Tube] = field(default_factory=set)
    received: set[Tube] = field(default_factory=set)
    rejected: set[Tube] = field(default_factory=set)
    paired: set[Tube] = field(default_factory=set)

    def why_not(self, tube: Tube) -> Why | None:
        """Return why *tube* takes no reading, None if it does."""
        if tube not in self.known:
            return Why.UNKNOWN_TUBE
        if tube in self.void:
            return Why.VOID_TUBE
        if tube in self.rejected:
            return Why.REJECTED_TUBE
        return Why.CONTROL_KIND if tube.kind is TubeKind.CONTROL else None

    def ready(self, tube: Tube) -> bool:
        """Return whether *tube* was paired and received, as a release would ask."""
        return tube in self.paired and tube in self.received


def known_of(session: Session, tubes: Iterable[Tube]) -> Known:
    """Look up *tubes* (some thousands at most) in a handful of questions."""
    wanted = set(tubes)
    if not wanted:
        return Known()
    lots = queries.lots_of(session, wanted)
    paired = set(
        session.scalars(
            select(Pairing.tube).where(
                Pairing.tube.in_(wanted), ~lot_queries.undone(), ~lot_queries.put_aside()
            )
        )
    )
    seen = select(Reception.tube, Reception.accepted).where(Reception.tube.in_(wanted))
    receptions = {row[0]: row[1] for row in session.execute(seen)}
    ever_paired = queries.paired_before(session, wanted - set(lots))
    return Known(
        known=set(lots) | ever_paired,
        void=set(lot_queries.voids_among(session, lots)),
        received={tube for tube, accepted in receptions.items() if accepted},
        rejected={tube for tube, accepted in receptions.items() if not accepted},
        paired=paired,
    )
