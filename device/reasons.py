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
    VOID_WHICH = "void-which-tube"  # VOID TUBE while somebody else than the last pair's is held
    POOL_IS_CLOSED = "pool-is-closed"  # VOID TUBE just after a pool was closed
    COMMAND_NOT_USED = "command-not-used"
    PERSON_AT_TUBE_READER = "person-at-tube-reader"  # two readers, each with its role
    TUBE_AT_PERSON_READER = "tube-at-person-reader"
    STALE = "stale-scan"  # scanned before the hold began
    SHIFT_OPEN = "shift-open"  # BEGIN SHIFT in the middle of one
    NO_SHIFT = "no-shift"
    NOT_AN_OPERATOR = "not-an-operator"  # a code that is no personal card of ours
    LOOK_FIRST = "second-look-first"  # a tube, before the second look at a person
    ROSTER_UNREADABLE = "roster-unreadable"  # whose label the tube bears is not known any more
    ASSIGNED_TO_OTHER = "assigned-to-other"  # the tube bears somebody else's roster label
    BUSY = "busy"  # something was typed while a person or tube is held
    OPERATOR_FIRST = "operator-first"  # a tube, while an operator's card is asked for
    PLACE_POSTER = "place-poster"  # it names a place
    DUTY_BUSY = "duty-busy"  # another duty, while somebody is held or a pool or box is open
    WRONG_DUTY = "wrong-duty"  # something was typed that this duty has no use for
    BOX_NOT_HERE = "box-not-here"  # a box, where no tubes are received
    TUBE_NOT_HERE = "tube-not-here"  # a tube, at check-in
    PERSON_NOT_HERE = "person-not-here"  # a person, or a vehicle, at reception
    NOBODY_HELD = "nobody-held"  # an answer, and nobody was asked
    NO_BOX = "no-box"  # a tube, or CLOSE BOX, without an open box
    BOX_OPEN = "box-open"  # another box, or END SHIFT, while one is open
    BOX_MISREAD = "box-misread"  # its check digits are wrong
    TUBE_IN_OTHER_BOX = "tube-in-other-box"
    UNKNOWN_TUBE = "unknown-tube"  # at reception: of no registered lot
    DAMAGED_TUBE = "damaged-tube"  # at reception: its check digits are wrong


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
