"""What programs may ask of this server, as OpenAPI 3.1: one table, one row for each operation.

Shapes come from the very types that read and write them, so the document cannot drift from them.
FHIR describes itself at /fhir/metadata and has one row here.
"""

import re
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import msgspec

from contract import events, health, lots, receipts
from contract.upstream import FiguresWire, OutcomeWire
from server.accounts.stations import EnrolWire
from server.exchange.document import Document
from server.officers.api import OutcomeRow
from server.officers.summary import Summary
from server.record.resolve_views import Question
from server.record.resolving import Answer
from server.record.slip_keys import PublishedKeys

Json = dict[str, Any]
_IN_PATH = re.compile(r"\{(\w+)\}")


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
class Operation:
    """One row: who may call it (`access`), what it takes and gives."""

    method: str
    path: str
    access: str  # station, partner, person or public
    vi: str
    en: str
    takes: Any = None
    gives: Any = None


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
        "Mọi kết luận, cho cán bộ y tế", "Every outcome, for health officers",
        None, list[OutcomeRow],
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
]  # fmt: skip
CALLBACKS = {"webhook": Document}  # what we post to receivers (docs/delivery.md)
SECURITY: Json = {
    "station": {
        "type": "apiKey", "in": "header", "name": "X-Ghepmau-Signature",
        "description": "Ed25519 over station, method, path and body; with X-Ghepmau-Station",
    },
    "partner": {"type": "http", "scheme": "bearer"},
    "person": {"type": "apiKey", "in": "cookie", "name": "ghepmau"},
}  # fmt: skip


def document(base: str) -> Json:
    """Return the OpenAPI document of the server at *base*."""
    types = _types()
    refs, schemas = msgspec.json.schema_components(
        types, ref_template="#/components/schemas/{name}"
    )
    by_type = dict(zip((repr(each) for each in types), refs, strict=True))
    paths: Json = {}
    for row in OPERATIONS:
        paths.setdefault(row.path, {})[row.method] = _operation(row, by_type, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Ghép Mẫu",
            "version": version("ghepmau"),
            "description": "FHIR R4 for partners describes itself at /fhir/metadata.",
        },
        "servers": [{"url": base}],
        "paths": paths,
        "webhooks": {"outcome": {"post": _webhook(by_type)}},
        "components": {"schemas": schemas, "securitySchemes": SECURITY},
    }


def _types() -> list[Any]:
    every = [each for row in OPERATIONS for each in (row.takes, row.gives)]
    shapes = [each for each in every if each not in (None, FORM)]
    unique = {repr(each): each for each in [*shapes, Refusal, events.Batch, events.Event, Document]}
    return list(unique.values())


def _operation(row: Operation, refs: Json, schemas: Json) -> Json:
    made: Json = {
        "operationId": f"{row.method}-{row.path.strip('/').replace('/', '-')}",
        "summary": f"{row.vi} · {row.en}",
        "responses": {
            "200": _content("Được · Done", refs[repr(row.gives)]) if row.gives else _empty(),
            "4XX": _content("Từ chối, có lý do · Refused, with the reason", refs[repr(Refusal)]),
        },
    }
    if names := _IN_PATH.findall(row.path):
        made["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in names
        ]
    if row.takes == FORM:
        made["requestBody"] = {
            "required": True,
            "content": {"application/x-www-form-urlencoded": {"schema": {"type": "object"}}},
        }
    elif row.method == "post":
        body = refs[repr(row.takes)] if row.takes else _batch(refs, schemas)
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    if row.access != "public":
        made["security"] = [{row.access: []}]
    return made


def _batch(refs: Json, schemas: Json) -> Json:
    """An upload: events of any kind, each as its station wrote it."""
    frame: Json = schemas["Batch"]
    listed = {**frame["properties"]["events"], "items": refs[repr(events.Event)]}
    return {**frame, "properties": {**frame["properties"], "events": listed}}


def _webhook(refs: Json) -> Json:
    body = {"schema": refs[repr(Document)]}
    return {
        "summary": "Gửi một kết luận · Tell one outcome (Standard Webhooks signature)",
        "requestBody": {"required": True, "content": {"application/json": body}},
        "responses": {"2XX": {"description": "Biên nhận · A receipt"}},
    }


def _content(what: str, schema: Json) -> Json:
    return {"description": what, "content": {"application/json": {"schema": schema}}}


def _empty() -> Json:
    return {"description": "Được · Done"}
