"""Rows that are made when they are looked at.  Pure."""

from collections.abc import Callable, Sequence
from typing import TypeVar, overload

S = TypeVar("S")
T = TypeVar("T")


class Made(Sequence[T]):
    """A sequence whose items are made when they are looked at: a page shows the first of many."""

    def __init__(self, of: Sequence[S], make: Callable[[S], T]) -> None:
        self._of, self._make = of, make

    def __len__(self) -> int:
        return len(self._of)

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[T]: ...
    def __getitem__(self, at: int | slice) -> T | Sequence[T]:
        if isinstance(at, slice):
            return Made(self._of[at], self._make)
        return self._make(self._of[at])
