"""Gather what is known of one tube, in the words of `merge`.  Reads only."""

from sqlalchemy.orm import Session

from contract.tubes import Tube, TubeKind
from server.lab import queries as lab
from server.lab.words import Call
from server.outcomes.merge import Facts, Paired, Received, Resulted
from server.sampling import queries as sampling
from server.sampling.models import Pairing


def facts_of(session: Session, tube: Tube) -> Facts:
    """Return everything that is known about *tube*."""
    conflicts = sampling.conflicts_of(session, tube)
    reception = lab.reception_of(session, tube)
    return Facts(
        kind=tube.kind,
        pairings=frozenset(
            _paired(each, tube.kind) for each in sampling.pairings_of(session, tube)
        ),
        voided=frozenset(void.pairing_id for void in sampling.voids_of(session, tube)),
        set_aside=frozenset(sampling.set_aside(session, tube)),
        open_conflicts=frozenset(each.id for each in conflicts if each.decided_at is None),
        receptions=frozenset({Received(reception.reason)} if reception else ()),
        results=_results(session, tube),
        pool_members=frozenset(each.members for each in sampling.closings_of(session, tube)),
    )


def _paired(pairing: Pairing, kind: TubeKind) -> Paired:
    claim = pairing.station if kind is TubeKind.POOL else str(pairing.person_id)
    return Paired(pairing.id, pairing.person_id, claim, pairing.paired_at)


def _results(session: Session, tube: Tube) -> frozenset[Resulted]:
    return frozenset(
        Resulted(each.id, Call(each.call), each.released_at is not None, each.corrects)
        for each in lab.results_of(session, tube)
    )
