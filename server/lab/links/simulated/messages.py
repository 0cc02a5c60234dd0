"""What a simulated analyser says of some tubes, in HL7 and in ASTM records.  Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Measured:
    """One target of one tube: the Ct ('' for none) and the machine's call."""

    sample: str
    target: str
    ct: str
    call: str = ""


def hl7(found: Sequence[Measured], *, control_id: str, at: datetime) -> bytes:
    """Return an OUL^R22 message about *found*."""
    lines = [
        f"MSH|^~\\&|SIM|LAB|GHEPMAU||{at:%Y%m%d%H%M%S}||OUL^R22^OUL_R22|{control_id}|P|2.5.1"
        "||||||UNICODE UTF-8"
    ]
    for sample in dict.fromkeys(each.sample for each in found):
        lines += [f"SPM|1|{sample}||SWAB|||||||P", "OBR|1|||PCR"]
        rows = (each for each in found if each.sample == sample)
        for number, each in enumerate(rows, 1):
            lines.append(f"OBX|{2 * number - 1}|ST|{each.target}||{each.call}||||||F")
            lines.append(f"OBX|{2 * number}|NM|{each.target} Ct||{each.ct or 0}|Ct|||||F")
    return "".join(line + "\r" for line in lines).encode()


def astm(found: Sequence[Measured], *, message_id: str, at: datetime, end: bool = True) -> bytes:
    """Return H, P, O, R and L records about *found*, with GeneXpert's delimiters."""
    lines = [f"H|@^\\|{message_id}||SIM^Analyser^1.0|||||LIS||P|1394-97|{at:%Y%m%d%H%M%S}", "P|1"]
    for number, sample in enumerate(dict.fromkeys(each.sample for each in found), 1):
        lines.append(f"O|{number}|{sample}||^^^PCR|R")
        for row, each in enumerate((one for one in found if one.sample == sample), 1):
            name = f"^PCR^^PCR^PCR^1^{each.target}^"
            lines.append(f"R|{2 * row - 1}|{name}|{each.call}^|||||F")
            lines.append(f"R|{2 * row}|{name}Ct|^{each.ct or '0.0'}|||||F")
    return "".join(line + "\r" for line in [*lines, *(["L|1|N"] if end else [])]).encode()
