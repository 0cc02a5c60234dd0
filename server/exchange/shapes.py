"""The shapes of our FHIR R4 pages, field for field as we give them, for the OpenAPI document.

Strict: a field that `server.exchange.resources` gives and these do not name fails a test.  What is
sent to `$match` is read with them.  What may be absent is `Unset`: FHIR knows no null.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET
from msgspec import UnsetType as Unset

MOST_IDENTIFIERS = 10  # of one person in one question


class _Shape(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A part of a resource."""


class _Resource(_Shape, frozen=True, tag_field="resourceType", tag=True):
    """A whole resource, which names its type."""


class Coding(_Shape, frozen=True):
    system: str
    code: str


class Concept(_Shape, frozen=True):
    coding: list[Coding] | Unset = UNSET
    text: str | Unset = UNSET


class Identifier(_Shape, frozen=True):
    system: str
    value: str


class Reference(_Shape, frozen=True):
    reference: str


class Text(_Shape, frozen=True):
    text: str


class HumanName(_Shape, frozen=True):
    use: Literal["official"]
    text: str


class Telecom(_Shape, frozen=True):
    system: Literal["phone"]
    value: str


class Address(_Shape, frozen=True):
    text: str
    country: Literal["VN"]


class Meta(_Shape, frozen=True):
    profile: list[str] | Unset = UNSET
    version_id: str | Unset = UNSET
    last_updated: str | Unset = UNSET


class PatientLink(_Shape, frozen=True):
    other: Reference
    type: Literal["replaced-by"]


class Patient(_Resource, frozen=True):
    id: str
    identifier: list[Identifier]
    gender: Literal["male", "female", "unknown"]
    meta: Meta | Unset = UNSET
    active: bool | Unset = UNSET
    name: list[HumanName] | Unset = UNSET
    birth_date: str | Unset = UNSET
    telecom: list[Telecom] | Unset = UNSET
    address: list[Address] | Unset = UNSET
    link: list[PatientLink] | Unset = UNSET


class Until(_Shape, frozen=True):
    """A period of which the beginning is not known."""

    end: str


class Collection(_Shape, frozen=True):
    collected_date_time: str | Unset = UNSET
    collected_period: Until | Unset = UNSET


class Container(_Shape, frozen=True):
    identifier: list[Identifier]


class Specimen(_Resource, frozen=True):
    id: str
    identifier: list[Identifier]
    status: Literal["available", "unsatisfactory", "entered-in-error"]
    type: Concept
    subject: Reference
    collection: Collection
    meta: Meta | Unset = UNSET
    accession_identifier: Identifier | Unset = UNSET
    container: list[Container] | Unset = UNSET
    received_time: str | Unset = UNSET
    note: list[Text] | Unset = UNSET


class Quantity(_Shape, frozen=True):
    value: float


class Component(_Shape, frozen=True):
    code: Concept
    value_quantity: Quantity | Unset = UNSET
    data_absent_reason: Concept | Unset = UNSET


Status = Literal["registered", "final", "corrected", "entered-in-error", "cancelled"]


class Observation(_Resource, frozen=True):
    id: str
    meta: Meta
    identifier: list[Identifier]
    status: Status
    category: list[Concept]
    code: Concept
    subject: Reference
    specimen: Reference
    issued: str
    effective_date_time: str | Unset = UNSET
    effective_period: Until | Unset = UNSET
    value_codeable_concept: Concept | Unset = UNSET
    data_absent_reason: Concept | Unset = UNSET
    note: list[Text] | Unset = UNSET
    component: list[Component] | Unset = UNSET


class DiagnosticReport(_Resource, frozen=True):
    id: str
    meta: Meta
    identifier: list[Identifier]
    status: Status
    category: list[Concept]
    code: Concept
    subject: Reference
    specimen: list[Reference]
    issued: str
    result: list[Reference]
    effective_date_time: str | Unset = UNSET
    effective_period: Until | Unset = UNSET


class Grade(_Shape, frozen=True):
    url: str
    value_code: Literal["certain"]


class Search(_Shape, frozen=True):
    mode: Literal["match"]
    score: int | Unset = UNSET
    extension: list[Grade] | Unset = UNSET


class Entry(_Shape, frozen=True):
    full_url: str
    resource: Patient | Observation | DiagnosticReport
    search: Search


class Bundle(_Resource, frozen=True):
    type: Literal["searchset"]
    total: int
    entry: list[Entry] | Unset = UNSET


class Issue(_Shape, frozen=True):
    severity: Literal["error"]
    code: str
    diagnostics: str
    details: Concept


class OperationOutcome(_Resource, frozen=True):
    issue: list[Issue]


class CapabilityStatement(
    msgspec.Struct, frozen=True, rename="camel", tag_field="resourceType", tag=True
):
    """What the server can do; HL7 says what else may stand in it."""

    status: str
    date: str
    kind: str
    fhir_version: str
    format: list[str]
    rest: list[Any]


class AskedIdentifier(msgspec.Struct, frozen=True):
    system: str = ""
    value: str = ""


class AskedPatient(msgspec.Struct, frozen=True, tag_field="resourceType", tag="Patient"):
    """Whom a partner means: whatever else it says of them, only identifiers lead to somebody."""

    identifier: Annotated[list[AskedIdentifier], msgspec.Meta(max_length=MOST_IDENTIFIERS)]


class AskedParameter(msgspec.Struct, frozen=True):
    name: str
    resource: AskedPatient | None = None


class Parameters(msgspec.Struct, frozen=True, tag_field="resourceType", tag=True):
    """The operation's parameters, as `$match` of FHIR has them: the one called `resource`."""

    parameter: list[AskedParameter]


Asked = AskedPatient | Parameters
