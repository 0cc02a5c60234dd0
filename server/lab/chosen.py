"""Which assay a form on the bench is for: the one that was chosen, or the most likely one."""

from sqlalchemy.orm import Session

from server.lab import assay_versions, queries
from server.lab.assay import Assay
from server.lab.models import Result


def assay_for(session: Session, code: str) -> Assay:
    """Return the assay that is in use under *code*; without one, what the laboratory ran last."""
    known = {each.code: each for each in assay_versions.assays_in_use(session)}
    return known.get(code) or known[assay_versions.usual(session, known)]


def assay_behind(session: Session, result: Result) -> Assay:
    """Return the assay of the result's run; of a result by hand, one that knows its targets."""
    run = queries.run_behind(session, result)
    if run is not None:
        return assay_versions.assay_of(session, run.assay_id)
    usual = assay_for(session, "")
    every = [usual, *assay_versions.assays_in_use(session)]
    fits = (each for each in every if all(each.target(m.target) for m in result.readings))
    return next(fits, usual)
