"""A partner's questions in FHIR: each within the limits, and counted, in vain or not."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import g
from flask.typing import ResponseReturnValue

from server.accounts.partner_limits import Door, Limits, check_limits, note_question
from server.errors import DomainError
from server.web import now, reading, settings, transaction

V = TypeVar("V", bound=Callable[..., ResponseReturnValue])


def counted(view: V) -> V:
    """Let a partner ask within its limits, and note whether it asked in vain."""

    @wraps(view)
    def within_limits(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        g.answered = []
        check()
        try:
            answer = view(*args, **kwargs)
        except DomainError:
            _note(g.answered)
            raise
        _note(g.answered)
        return answer

    return cast("V", within_limits)


def check() -> None:
    """Raise AskedTooOften where one question more, after those of this request, is too many."""
    limits = Limits(settings().fhir_per_minute, settings().resolve_misses_per_hour)
    with reading() as session:
        check_limits(session, g.partner.id, Door.FHIR, limits, now=now(), unnoted=g.answered)


def _note(answered: list[bool]) -> None:
    """Count what was asked: each number of a `$match` is a question, and so is one in vain."""
    with transaction() as session:
        for known in answered:
            note_question(session, g.partner.id, Door.FHIR, known=known, now=now())
