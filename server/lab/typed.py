"""Fields for Ct on the bench's forms: one for each channel of an assay, as the assay names it."""

from collections.abc import Mapping
from dataclasses import dataclass

from server.lab.assay import Assay, spelt
from server.lab.measured import Measured
from server.lab.scans import ct_of


@dataclass(frozen=True, slots=True)
class CtField:
    """A field of a form, and the target whose Ct it takes."""

    field: str
    target: str


def fields_of(assay: Assay) -> list[CtField]:
    return [CtField(f"ct_{spelt(each.name)}", each.name) for each in assay.channels]


def readings_in(
    form: Mapping[str, str], fields: list[CtField], *, of: str = ""
) -> tuple[Measured, ...]:
    """Return the Ct that were typed, those *of* one well if it is named; raise BadInput."""
    behind = f"-{of}" if of else ""
    typed = [(each.target, ct_of(form, each.field + behind, each.target)) for each in fields]
    return tuple(Measured(target, ct) for target, ct in typed if ct)
