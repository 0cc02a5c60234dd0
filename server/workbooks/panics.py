"""What the workbook library does with some damaged files: it panics, and a panic is no Exception.

It is written in Rust.  A panic would pass every `except` and end the thread that reads files, so it
is turned into an error here.
"""

from types import TracebackType

_PANIC = "PanicException"  # the class has no module that could be imported


class WorkbookPanic(ValueError):
    """A workbook is so damaged that the library gave up in the middle."""


class PanicsTold:
    """`with PanicsTold(): ...` raises WorkbookPanic for a panic within, and nothing else anew."""

    def __enter__(self) -> None:
        """Nothing is held."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if kind is not None and kind.__name__ == _PANIC:
            raise WorkbookPanic("the workbook is damaged") from error
