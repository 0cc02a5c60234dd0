"""Every reason why a file or a row of it is not taken as it is: numbered, graded, said in words.

A number never changes its meaning once shipped.  1xx: the file; 2xx: a row by itself;
3xx: a row against what the laboratory knows.  Pure.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Severity(StrEnum):
    INFO = "info"  # nothing to do: a blank well, a row that was known
    WARNING = "warning"  # look at it
    ERROR = "error"  # somebody must act, or a result is missing


class Why(IntEnum):
    UNKNOWN_FORMAT = 101
    EMPTY_FILE = 102
    DAMAGED = 103
    CUT_LAST_LINE = 104
    CUT_WELLS = 105
    CUT_NO_END = 106
    NO_RESULTS = 107
    TOO_LARGE_INSIDE = 108
    GUESSED_LETTERS = 109
    BAD_CHECKSUM = 110
    NOT_RESULTS = 111
    COUNT_DIFFERS = 112
    NOT_FINAL = 113
    FAR_CELL = 114
    ENDED_READER = 115

    EMPTY_WELL = 201
    NO_SAMPLE = 202
    NOT_A_TUBE = 203
    MISREAD_TUBE = 204
    DIGITS_LOST = 205
    BAD_CT = 206
    OMITTED = 207
    STANDARD = 208
    NOTHING_READ = 209
    SHORT_ROW = 210
    NO_TARGET = 211
    OTHER_RECORD = 212
    TOO_LONG = 213
    PRELIMINARY = 214
    SEVERAL_TUBES = 215
    JOINED = 216
    SEVERAL_VALUES = 217
    BROKEN_OFF = 218

    UNKNOWN_TUBE = 301
    VOID_TUBE = 302
    REJECTED_TUBE = 303
    REPEATED = 304
    CONTRADICTS_ITSELF = 305
    KNOWN_READING = 306
    HAS_RESULT = 307
    NO_CALL = 308
    TUBE_HELD_BACK = 309
    UNKNOWN_ASSAY = 310
    CONTROL_KIND = 311
    CALLS_DIFFER = 312
    RUN_NOT_TAKEN = 313
    NOT_AGAIN = 314
    TAKEN_BACK = 315


@dataclass(frozen=True, slots=True)
class Reason:
    severity: Severity
    vi: str
    en: str
    cut: bool = False  # the file may be cut short: confirming it takes a conscious tick
