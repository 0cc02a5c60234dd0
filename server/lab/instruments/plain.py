"""Any table with a heading that names tube and Ct or call, in Vietnamese or English."""

from server.lab.instruments import formats, workbooks
from server.lab.instruments.formats import Box, Format, Head


def in_text(head: Head) -> bool:
    return head.box is Box.TEXT


def in_workbook(head: Head) -> bool:
    return head.box is Box.WORKBOOK


TEXT = Format("csv", "CSV", in_text, formats.read_text)
WORKBOOK = Format("workbook", "Excel", in_workbook, workbooks.read)
