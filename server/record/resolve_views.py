"""POST /api/v1/resolve: one question for every card, pass and app code that people carry."""

from base64 import b64decode
from typing import Any

import msgspec
from flask import Blueprint, Response, g, request
from flask.typing import ResponseReturnValue

from contract.events import UNREADABLE
from server.accounts.partner_limits import Door, Limits, check_limits, note_question
from server.accounts.partners import KnownPartner
from server.errors import BadInput
from server.record import resolving
from server.web import Scope, now, partner, reading, settings, transaction

bp = Blueprint("resolve", __name__)


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the QR holds: as text, or its bytes as base64."""

    code: str = ""
    code_base64: str = ""

    def raw(self) -> bytes:
        if bool(self.code) == bool(self.code_base64):
            raise _unreadable()
        try:
            return self.code.encode() or b64decode(self.code_base64, validate=True)
        except ValueError as error:
            raise _unreadable() from error


@bp.post("/api/v1/resolve")
@partner(Scope.RESOLVE)
def resolve() -> ResponseReturnValue:
    asks: KnownPartner = g.partner
    limits = Limits(settings().resolve_per_minute, settings().resolve_misses_per_hour)
    with reading() as session:
        check_limits(session, asks.id, Door.RESOLVE, limits, now=now())
    code = resolving.read_code(_question().raw())
    with transaction() as session:
        answer = resolving.resolve(
            session, code, asks, hours=settings().result_hours,
            with_status=Scope.RESOLVE_STATUS in asks.scopes, now=now(),
        )  # fmt: skip
        note_question(session, asks.id, Door.RESOLVE, known=answer is not None, now=now())
    if answer is None:
        raise resolving.NotKnown("Chưa biết mã này là của ai.", "It is not known whose this is.")
    return Response(msgspec.json.encode(answer), content_type="application/json")


def _question() -> Question:
    said: Any = request.get_data()
    try:
        return msgspec.json.decode(said, type=Question)
    except (*UNREADABLE, ValueError) as error:
        raise _unreadable() from error


def _unreadable() -> BadInput:
    return BadInput(
        'Gửi JSON {"code": "..."} hoặc {"code_base64": "..."}.',
        'Send JSON {"code": "..."} or {"code_base64": "..."}.',
    )
