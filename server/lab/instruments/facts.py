"""What an export says of the run beside its tables, and where a table ends.  Pure."""

import re
from collections.abc import Sequence

from server.lab.instruments.columns import heading
from server.lab.instruments.values import fold

_FACT = re.compile(r"\*?\s*([^=:\t]{2,60}?)\s*[=:]\s*(.*)")
_KEYS = {
    "instrument": "instrumenttype instrumentname instrument may thietbi instrumentmodel",
    "serial": "instrumentserialnumber baseserialnumber serialnumber seri sericuamay",
    "run_id": "experimentname runname runid experiment filename experimentfilename me lanchay",
    "operator": "operator username experimentusername createdbyuser user nguoichay kythuatvien",
    "started": "experimentrunendtime runstartdatetime runstarted runenddatetime runended date ngay"
    " ngaychay",
    "software": "softwarenameandversion softwarename softwareversion",
}  # fmt: skip
FACT_OF = {key: name for name, keys in _KEYS.items() for key in keys.split()}
RANK = {key: at for keys in _KEYS.values() for at, key in enumerate(keys.split())}
COUNTS = {"rows", "rowcount", "sodong", "tongsodong", "numberofrows"}
FOLDERS = re.compile(r".*[\\/]")


def ends(cells: Sequence[str]) -> bool:
    """Return whether a row is not of the table above it: a section, a footer, a new heading."""
    filled = [cell for cell in cells if cell.strip()]
    if not filled:
        return False
    if filled[0].lstrip().startswith(("[", "* ")):
        return True
    if len(filled) <= 2:
        key, value = fact(filled)
        return bool(key) and (
            len(filled) == 1 or fold(key) in FACT_OF or bool(value and "=" in filled[0])
        )
    return heading(filled) is not None


def fact(cells: Sequence[str]) -> tuple[str, str]:
    filled = [cell.strip() for cell in cells if cell.strip()]
    if len(filled) >= 2 and not _FACT.fullmatch(filled[0]):
        return filled[0].rstrip(":= "), filled[1]
    match = _FACT.fullmatch(filled[0]) if filled else None
    if match is None:
        return (filled[0].rstrip(":= "), filled[1]) if len(filled) >= 2 else ("", "")
    return match[1], match[2] or (filled[1] if len(filled) > 1 else "")
