"""The 12-digit citizen number: province of birth registration, century and sex, year, six digits.

It has no check digit.  Numbers are checked against what stands beside them, and a disagreement is
a warning: the official example of the national QR disagrees with itself.
"""

import re

from contract.identities.base import BirthDate, Sex

CITIZEN = re.compile(r"\d{12}", re.ASCII)
OLD_CITIZEN = re.compile(r"\d{9}", re.ASCII)
# The 63 provinces before July 2025: old numbers keep these for ever.
PROVINCES = frozenset(
    f"{code:03d}"
    for code in (
        *(1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31),
        *(33, 34, 35, 36, 37, 38, 40, 42, 44, 45, 46, 48, 49, 51, 52, 54, 56, 58, 60, 62, 64),
        *(66, 67, 68, 70, 72, 74, 75, 77, 79, 80, 82, 83, 84, 86, 87, 89),
        *(91, 92, 93, 94, 95, 96),
    )
)
_FIRST_COUNTRY = 100  # people registered abroad carry a country's code from here on


def sex_in(number: str) -> Sex:
    """Return the sex that citizen *number* states."""
    return (Sex.MALE, Sex.FEMALE)[int(number[3]) % 2]


def year_in(number: str) -> int:
    """Return the year of birth that citizen *number* states."""
    return 1900 + 100 * (int(number[3]) // 2) + int(number[4:6])


def doubts(number: str, birth: BirthDate | None, sex: Sex | None) -> tuple[str, ...]:
    """Return a warning for each way in which citizen *number* disagrees with its card."""
    found = []
    if number[:3] not in PROVINCES and int(number[:3]) < _FIRST_COUNTRY:
        found.append("unknown-province")
    if sex is not None and sex_in(number) is not sex:
        found.append("sex-mismatch")
    if birth is not None and year_in(number) != birth.year:
        found.append("birth-year-mismatch")
    return tuple(found)
