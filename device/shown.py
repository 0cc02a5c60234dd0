"""How an outcome is told: its word on the station's lines, its reason, its sign and sentence."""

from dataclasses import dataclass

from device.refusal_words import Said


@dataclass(frozen=True, slots=True)
class Shown:
    """`outcome` and `reason` never change once shipped; `signal` names a row of `SIGNALS`."""

    outcome: str
    signal: str
    said: Said
    reason: str = ""
    tube: str = ""
