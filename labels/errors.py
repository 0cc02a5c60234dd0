"""What printing may refuse.  `vi` is the sentence people read; `en` stands beside it."""

from typing import ClassVar


class LabelError(Exception):
    """Something cannot be printed as asked.  The code never changes once shipped."""

    code: ClassVar[str] = "label-error"

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(f"{vi} / {en}")
        self.vi = vi
        self.en = en


class DoesNotFit(LabelError):
    """A code or a setting has no room on this stock."""

    code = "does-not-fit"


class BadList(LabelError):
    """A list of people or of tubes cannot be read."""

    code = "bad-list"


class NotPrinted(LabelError):
    """The printer took nothing: it is safe to print again once the trouble is gone."""

    code = "not-printed"


class PartlyPrinted(LabelError):
    """The connection broke while printing: look at the paper before printing again."""

    code = "partly-printed"


class PrintedBefore(LabelError):
    """This job was printed before, or may have been: a reprint must be asked for."""

    code = "printed-before"
