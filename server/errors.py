"""The errors that a rule of the domain may raise, and nothing else.

A message is for the person at the screen: what happened, what to do next, nobody else's data.
A code is for programs and never changes once shipped.
"""

from typing import ClassVar


class DomainError(Exception):
    """A rule said no.  `vi` is the sentence people read; `en` stands beside it."""

    code: ClassVar[str]
    status: ClassVar[int] = 409
    field: str = ""  # of a form: what the sentence is about, where it is about one of its fields

    def __init__(self, vi: str, en: str, *, field: str = "") -> None:
        super().__init__(en)
        self.vi = vi
        self.en = en
        self.field = field or self.field


class NotFound(DomainError):
    code = "not-found"
    status = 404


class BadInput(DomainError):
    code = "bad-input"
    status = 422
