"""The OpenAPI 3.1 document of what programs may ask of this server (`server.operations`)."""

import re
from importlib.metadata import version
from typing import Any

import msgspec

from contract import events
from server.exchange.document import Document
from server.operations import FORM, JSON, OPERATIONS, Operation, Query, Refusal

Json = dict[str, Any]
_IN_PATH = re.compile(r"\{(\w+)\}")
_FORMATS: Json = {"wanted": {"format": "uuid"}}  # of names in paths
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
            "description": "Below /fhir: FHIR R4, which describes itself at /fhir/metadata too.",
        },
        "servers": [{"url": base}],
        "paths": paths,
        "webhooks": {"outcome": {"post": _webhook(by_type)}},
        "components": {"schemas": schemas, "securitySchemes": SECURITY},
    }


def _types() -> list[Any]:
    every = [each for row in OPERATIONS for each in (row.takes, row.gives, row.refuses)]
    shapes = [each for each in every if each not in (None, FORM)]
    unique = {repr(each): each for each in [*shapes, Refusal, events.Batch, events.Event, Document]}
    return list(unique.values())


def _operation(row: Operation, refs: Json, schemas: Json) -> Json:
    given = _content("Được · Done", refs[repr(row.gives)], row.media) if row.gives else _empty()
    refused = _content(
        "Từ chối, có lý do · Refused, with the reason", refs[repr(row.refuses)], row.media
    )
    made: Json = {
        "operationId": f"{row.method}-{row.path.strip('/').replace('/', '-')}",
        "summary": f"{row.vi} · {row.en}",
        "responses": {"200": given, "4XX": refused},
    }
    if asked := [*map(_in_path, _IN_PATH.findall(row.path)), *map(_in_query, row.asks)]:
        made["parameters"] = asked
    if row.takes == FORM:
        made["requestBody"] = _body({"type": "object"}, "application/x-www-form-urlencoded")
    elif row.method == "post":
        body = refs[repr(row.takes)] if row.takes else _batch(refs, schemas)
        made["requestBody"] = _body(body, row.media)
    if row.access != "public":
        made["security"] = [{row.access: []}]
    return made


def _in_path(name: str) -> Json:
    schema = {"type": "string", **_FORMATS.get(name, {})}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _in_query(asked: Query) -> Json:
    return {
        "name": asked.name, "in": "query", "required": asked.needed,
        "description": f"{asked.vi} · {asked.en}", "schema": {"type": "string"},
        "example": asked.like,
    }  # fmt: skip


def _batch(refs: Json, schemas: Json) -> Json:
    """An upload: events of any kind, each as its station wrote it."""
    frame: Json = schemas["Batch"]
    listed = {**frame["properties"]["events"], "items": refs[repr(events.Event)]}
    return {**frame, "properties": {**frame["properties"], "events": listed}}


def _webhook(refs: Json) -> Json:
    return {
        "summary": "Gửi một kết luận · Tell one outcome (Standard Webhooks signature)",
        "requestBody": _body(refs[repr(Document)], JSON),
        "responses": {"2XX": {"description": "Biên nhận · A receipt"}},
    }


def _body(schema: Json, media: str) -> Json:
    return {"required": True, "content": {media: {"schema": schema}}}


def _content(what: str, schema: Json, media: str) -> Json:
    return {"description": what, "content": {media: {"schema": schema}}}


def _empty() -> Json:
    return {"description": "Được · Done"}
