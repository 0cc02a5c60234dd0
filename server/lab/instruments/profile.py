"""What differs from machine to machine and is no question of format: data, not code.  Pure.

A profile says under which names a machine sends a target, and in which fields of a message the
tube's code is looked for, in order.
"""

import msgspec

from server.lab.instruments.values import fold

HL7_FIELDS = ("SPM-2.1", "SPM-2.2", "SAC-3", "OBR-3", "OBR-2", "ORC-4", "PID-3")
ASTM_FIELDS = ("O-3", "O-4", "P-3", "P-4")


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One machine.  `targets` maps a name as sent to the laboratory's own."""

    name: str = ""
    sample_fields: tuple[str, ...] = ()
    targets: dict[str, str] = {}

    def target(self, sent: str) -> str:
        """Return the laboratory's name of a target, or the machine's where it has no other."""
        if not self.targets:
            return sent
        known = {fold(name): ours for name, ours in self.targets.items()}
        return known.get(fold(sent), sent)


PLAIN = Profile()
