"""What programs may ask of this server: one table, one row for each operation.

Shapes come from the very types that read and write them, so the description cannot drift from them;
those of FHIR are strict ones that its tests hold every answer against.
"""

from dataclasses import dataclass
from typing import Any

import msgspec

from contract import health, lots, receipts
from contract.upstream import FiguresWire, OutcomeWire
from server.accounts.stations import EnrolWire
from server.exchange import shapes
from server.exchange.answering import FHIR_JSON
from server.officers.api import OutcomeRow
from server.officers.summary import Summary
from server.record.resolve_views import Question
from server.record.resolving import Answer
from server.record.slip_keys import PublishedKeys

JSON = "application/json"


class Refusal(msgspec.Struct, frozen=True):
    """What every refusal says: a code that never changes, and a sentence in both languages."""

    code: str
    message: str
    message_en: str


class Introduction(msgspec.Struct, frozen=True):
    """What a station learns of itself and of the server's keys."""

    station: str
    label: str
    place: str
    duty: str
    sealing_key: str
    card_keys: dict[str, str]
    now: str


class Now(msgspec.Struct, frozen=True):
    now: str


class Kept(msgspec.Struct, frozen=True):
    """What a phone hears of a declaration that it had kept: its id, and the page to go on to."""

    id: str
    next: str


class TakenOutcome(msgspec.Struct, frozen=True):
    """What a server below hears of an outcome: whether it was news."""

    line: str
    version: int
    new: bool


class TakenFigures(msgspec.Struct, frozen=True):
    """What a server below hears of a day's figures: whether they were news."""

    day: str
    new: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A parameter of the address."""

    name: str
    vi: str
    en: str
    like: str  # an example
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """One row: who may call it (`access`), what it takes and gives, and in which media type."""

    method: str
    path: str
    access: str  # station, partner, person or public
    vi: str
    en: str
    takes: Any = None
    gives: Any = None
    asks: tuple[Query, ...] = ()
    media: str = JSON
    refuses: Any = Refusal


_AFTER = Query(
    "after", "id của dòng cuối ở trang trước", "The id of the last row of the page before",
    "00000000-0000-4000-8000-000000000000",
)  # fmt: skip


def _fhir(
    path: str, vi: str, en: str, gives: Any, *asks: Query, takes: Any = None,
    access: str = "partner",
) -> Operation:  # fmt: skip
    return Operation(
        "post" if takes else "get", f"/fhir/{path}", access, vi, en, takes, gives, asks, FHIR_JSON,
        shapes.OperationOutcome,
    )  # fmt: skip


_NUMBER = Query("identifier", "hệ|số", "system|value", "urn:ghepmau:cccd|024191000123", needed=True)
_WHOSE = (
    Query("patient", "mã của người", "the person's id", "00000000-0000-4000-8000-000000000000"),
    Query("patient.identifier", "hệ|số, thay cho patient", "system|value, instead of patient",
          "urn:ghepmau:cccd|024191000123"),
    Query("_lastUpdated", "từ lúc nào", "changed since", "ge2026-11-23T00:00:00Z"),
)  # fmt: skip
FORM = "form"  # fields of a page's form, which that page describes
OPERATIONS: list[Operation] = [
    Operation(
        "post", "/api/v1/stations/enrol", "public",
        "Ghi danh trạm bằng mã một lần", "Enrol a station with its one-time code",
        EnrolWire, Introduction,
    ),
    Operation(
        "get", "/api/v1/stations/me", "station",
        "Trạm hỏi mình là ai", "Tell a station who it is", None, Introduction,
    ),
    Operation(
        "get", "/api/v1/stations/me/lots", "station",
        "Những ống trạm được dùng", "The tubes that a station may use", None, list[lots.LotWire],
    ),
    Operation(
        "get", "/api/v1/stations/me/roster", "station",
        "Ống dành sẵn hôm nay, dạng băm có khóa", "Today's assigned tubes, as keyed hashes",
        None, lots.RosterWire,
    ),
    Operation(
        "post", "/api/v1/stations/me/heartbeat", "station",
        "Trạm báo tình trạng", "Hear how a station is", health.Heartbeat, Now,
    ),
    Operation(
        "post", "/api/v1/intake/batches", "station",
        "Nhận một gói sự kiện", "Take a batch of events", None, receipts.Receipt,
    ),
    Operation(
        "get", "/api/v1/outcomes", "person",
        "Mọi kết luận, từng trang, không có tên", "Every outcome, page by page, without names",
        None, list[OutcomeRow], asks=(_AFTER,),
    ),
    Operation(
        "get", "/api/v1/summary", "person",
        "Số liệu trong ngày", "The day's figures", None, Summary,
    ),
    Operation(
        "post", "/api/v1/declarations/{code}", "public",
        "Nhận tờ khai mà điện thoại giữ khi mất mạng",
        "Take a declaration that a phone kept while off-line", FORM, Kept,
    ),
    Operation(
        "post", "/api/v1/resolve", "partner",
        "Mã này là của ai, tình trạng ra sao", "Whose code this is, and their status",
        Question, Answer,
    ),
    Operation(
        "post", "/api/v1/upstream/outcomes", "partner",
        "Nhận một kết luận từ máy chủ cấp dưới", "Take an outcome of a server below",
        OutcomeWire, TakenOutcome,
    ),
    Operation(
        "post", "/api/v1/upstream/figures", "partner",
        "Nhận số liệu một ngày từ máy chủ cấp dưới", "Take a day's figures of a server below",
        FiguresWire, TakenFigures,
    ),
    Operation(
        "get", "/api/v1/slip-keys", "public",
        "Khóa công khai ký phiếu kết quả", "The public keys that sign result slips",
        None, PublishedKeys,
    ),
    _fhir(
        "metadata", "Hệ thống làm được gì, theo FHIR", "What the server can do, as FHIR says it",
        shapes.CapabilityStatement, access="public",
    ),
    _fhir("Patient", "Tìm người theo một số", "Find a person by a number", shapes.Bundle, _NUMBER),
    _fhir(
        "Patient/$match", "Tìm người theo các số", "Find a person by their numbers",
        shapes.Bundle, takes=shapes.Asked,
    ),
    _fhir("Patient/{wanted}", "Đọc một người", "Read a person", shapes.Patient),
    _fhir(
        "Observation", "Tìm kết quả của một người", "Find a person's results",
        shapes.Bundle, *_WHOSE,
    ),
    _fhir("Observation/{wanted}", "Đọc một kết quả", "Read a result", shapes.Observation),
    _fhir(
        "DiagnosticReport", "Tìm phiếu của một người", "Find a person's reports",
        shapes.Bundle, *_WHOSE,
    ),
    _fhir("DiagnosticReport/{wanted}", "Đọc một phiếu", "Read a report", shapes.DiagnosticReport),
    _fhir("Specimen/{wanted}", "Đọc một mẫu", "Read a specimen", shapes.Specimen),
]  # fmt: skip
