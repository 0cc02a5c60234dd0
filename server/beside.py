"""What a page says beside a field of its own: of a filter, and of a form that asks for secrets.

Other forms come back by themselves (`server.returning`); these stand at no address of their own, or
hold what must not be filled in again.
"""

from dataclasses import dataclass

from server.display import t
from server.errors import BadInput, DomainError
from server.forms import place_or_text, tidy


@dataclass(frozen=True, slots=True)
class Wrong:
    """What a page that comes back says beside one of its fields (`parts.html`: marks, beside)."""

    field: str
    error: DomainError

    @classmethod
    def of(cls, error: DomainError, otherwise: str = "form") -> "Wrong":
        """Return *error* beside the field that it is about, else beside *otherwise*."""
        return cls(error.field or otherwise, error)

    @property
    def sentence(self) -> str:
        return t(self.error.vi, self.error.en)

    @property
    def status(self) -> int:
        return self.error.status


def filter_place(text: str) -> tuple[str, Wrong | None]:
    """Return the place that a filter names; '' and what to say beside it where it is unclear."""
    try:
        return place_or_text(tidy(text)[:64]), None
    except BadInput as error:
        return "", Wrong.of(error)
