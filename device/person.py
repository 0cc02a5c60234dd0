"""A person as one station knows them.  Pure data."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Person:
    """A person as the station knows them: the same person if the tag is the same.

    `shown` is the masked name; `sealed` can be read by the server alone; `assigned` are the tubes
    that bear this person's roster label; `ahead` those of them for which it is not too late, each
    after its day.
    """

    tag: str
    kind: str = field(compare=False)
    sealed: str = field(compare=False, repr=False)
    shown: str = field(default="?", compare=False)
    birth_year: int | None = field(default=None, compare=False)
    assigned: frozenset[str] = field(default=frozenset(), compare=False)
    ahead: tuple[tuple[str, str], ...] = field(default=(), compare=False)

    @property
    def ready(self) -> list[str]:
        """The tubes that stand ready for them, in order."""
        return [tube for _, tube in self.ahead]
