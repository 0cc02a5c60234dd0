"""Why the station said no, and why somebody who was held is held no longer.

These values go over the wire (`scan-refused`, `person-left`) and into the station's lines; they
never change once shipped.
"""

from enum import StrEnum


class Refusal(StrEnum):
    """Why the station said no."""

    SECOND_PERSON = "second-person"  # another person while one was held: both were let go
    SECOND_TUBE = "second-tube"  # another tube while one was held: both were let go
    SEVERAL_PERSONS = "several-persons"  # two persons' codes in one picture
    TUBE_USED = "tube-used"
    TUBE_MISREAD = "tube-misread"  # its check digits are wrong
    TUBE_OF_OTHER_LOT = "tube-of-other-lot"
    NO_LOTS = "no-lots"  # this station has never been told of a lot
    CONTROL_TUBE = "control-tube"
    NOT_A_TUBE = "not-a-tube"
    NOT_A_PERSON = "not-a-person"
    NOT_A_NUMBER = "not-a-number"  # what was typed is no number of a person
    VEHICLE = "vehicle-pass"
    FORGED_CARD = "forged-card"
    UNKNOWN_CARD_KEY = "unknown-card-key"
    DAMAGED_CARD = "damaged-card"
    UNKNOWN_CODE = "unknown-code"  # refused only where the settings say so
    UNREADABLE = "unreadable-scan"  # control characters: noise on the wire
    POOL_OPEN = "pool-open"  # another tube, or CANCEL, while a pool is open
    NO_POOL = "no-pool"
    NOTHING_TO_UNDO = "nothing-to-undo"
    COMMAND_NOT_USED = "command-not-used"
    PERSON_AT_TUBE_READER = "person-at-tube-reader"  # two readers, each with its role
    TUBE_AT_PERSON_READER = "tube-at-person-reader"
    STALE = "stale-scan"  # scanned before the hold began
    SHIFT_OPEN = "shift-open"  # BEGIN SHIFT in the middle of one
    NO_SHIFT = "no-shift"
    NOT_AN_OPERATOR = "not-an-operator"  # a code that is no personal card of ours
    LOOK_FIRST = "second-look-first"  # a tube, before the second look at a person
    ASSIGNED_TO_OTHER = "assigned-to-other"  # the tube bears somebody else's roster label
    BUSY = "busy"  # something was typed while a person or tube is held
    OPERATOR_FIRST = "operator-first"  # a tube, while an operator's card is asked for


class LetGoReason(StrEnum):
    """Why somebody or something that was held is held no longer."""

    TIMEOUT = "timeout"
    SECOND = "second"
    CANCEL = "cancel"
    DEVICE_LOST = "device-lost"
    SHUTDOWN = "shutdown"
    TUBE_TIMEOUT = "tube-timeout"
    TUBE_SECOND = "tube-second"
    TUBE_CANCEL = "tube-cancel"
    TUBE_DEVICE_LOST = "tube-device-lost"
    TUBE_SHUTDOWN = "tube-shutdown"
    NO_OPERATOR = "no-operator"  # an operator's card was asked for, and none came
