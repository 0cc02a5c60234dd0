"""Bio-Rad CFX Maestro: "Quantification Cq Results" as CSV or workbook."""

from server.lab.instruments import formats, workbooks
from server.lab.instruments.formats import Box, Format, Head
from server.lab.instruments.values import fold


def in_text(head: Head) -> bool:
    lines = (line.casefold() for line in head.text.splitlines()[:60])
    return head.box is Box.TEXT and any(
        "fluor" in line and "content" in line and "cq" in line for line in lines
    )


def in_workbook(head: Head) -> bool:
    names = {fold(name) for name in head.sheets}
    book = "runinformation" in names or any(name.startswith("quantification") for name in names)
    return head.box is Box.WORKBOOK and book


TEXT = Format("cfx", "Bio-Rad CFX", in_text, formats.read_text)
WORKBOOK = Format("cfx-book", "Bio-Rad CFX", in_workbook, workbooks.read)
