"""What a station can be set to do.  The values are stored and sent: they never change."""

from enum import StrEnum


class Duty(StrEnum):
    SAMPLING = "sampling"  # persons are paired with tubes
    CHECK_IN = "check-in"  # persons come to a point, and say whether they have symptoms
    RECEPTION = "reception"  # tubes reach the laboratory, box by box
