"""What a machine says of a tube in words, and whether the assay's call may stand beside it.  Pure.

A word that nobody knows is no negative: it may be "weakly positive" in a language that we do not
read.  The internal control's words are of the sample's quality, not of what is looked for.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from server.lab.assay import Assay, Internal, Target
from server.lab.instruments.values import fold, no_rise
from server.lab.words import Call

CALLS = {
    Call.NEGATIVE: "negative neg amtinh am khongphathien notdetected absence absent n nd negatif"
    " negativ negativo 阴性 陰性 음성 отрицательный отрицательно",
    Call.POSITIVE: "positive pos duongtinh duong phathien detected presence present p positif"
    " positiv positivo 阳性 陽性 양성 положительный положительно",
    Call.INCONCLUSIVE: "inconclusive nghingo indeterminate equivocal borderline khongxacdinh kxd"
    " chuaxacdinh khongketluan indeterminado indeterminada inconcluso noconcluyente dudoso"
    " indetermine indeterminee nonconcluant douteux indeterminato indeterminata nonconclusivo"
    " dubbio unbestimmt nichtbestimmbar unklar nichteindeutig grenzwertig inconclusivo inconclusiva"
    " 不确定 未确定 未定 可疑 不確定 未確定",
    Call.INVALID: "invalid khongdat khonghople error noresult fail failed",
}
_CALL_OF = {fold(word): call for call, words in CALLS.items() for word in words.split()}
_NEUTRAL = {"pass", "passed", "valid", "hople", "dat", "ok"}  # of the internal control alone
_UNSAID = {"na", "null", "nan"}  # beside a Ct, these and a bare stroke say nothing
_STROKES = set("-–—/")


class Row(Protocol):
    """What is asked of a row of an import."""

    @property
    def target(self) -> str: ...
    @property
    def ct(self) -> str: ...
    @property
    def undetermined(self) -> bool: ...
    @property
    def call(self) -> str: ...


def said_call(rows: Iterable[Row]) -> Call | None:
    """Return the call that every row of a tube says in words, None if they do not agree on one."""
    spoken = {fold(row.call) for row in rows if row.call.strip()} - _NEUTRAL
    calls = {_CALL_OF.get(word) for word in spoken}
    return calls.pop() if len(calls) == 1 else None


def contradicts(rows: Sequence[Row], assay: Assay, suggested: Call) -> bool:
    """Return whether words of *rows* speak against the call that *assay* makes of their Ct.

    A negative stands if every target's word says so; a positive, if some word may say so; the one
    call on which all agree is the machine's.  Of something that the assay does not know, whatever
    is more than a negative speaks against all but a positive and that same call.
    """
    strange = (row for row in rows if assay.target(row.target) is None and says_more(row))
    more = {_call_of(row.call.strip()) for row in strange}
    if suggested is not Call.POSITIVE and more - {suggested}:
        return True
    calls = _calls(rows, assay, Target) or _calls(rows, assay, Internal)
    if len(calls) == 1 and None not in calls:
        return suggested not in calls
    if suggested is Call.NEGATIVE:
        return bool(calls)
    return suggested is Call.POSITIVE and bool(calls) and not calls & {Call.POSITIVE, None}


def says_more(row: Row) -> bool:
    """Return whether the word of *row* is more than a negative, be it known or not."""
    word = row.call.strip()
    return not _says_nothing(word) and _call_of(word) is not Call.NEGATIVE


def _calls(rows: Iterable[Row], assay: Assay, kind: type[Target | Internal]) -> set[Call | None]:
    """Return what is said of targets of a *kind*, None for a word that nobody knows."""
    words = {row.call.strip() for row in rows if isinstance(assay.target(row.target), kind)}
    return {_call_of(word) for word in words if not _says_nothing(word)}


def _call_of(word: str) -> Call | None:
    return Call.POSITIVE if set(word) == {"+"} else _CALL_OF.get(fold(word))


def _says_nothing(word: str) -> bool:
    """Return whether *word* is no call: that the curve did not rise is what the Ct says as well."""
    return set(word) <= _STROKES or fold(word) in _NEUTRAL | _UNSAID or no_rise(word)
