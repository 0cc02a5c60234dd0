"""QuantStudio, ViiA 7, StepOne and 7500 exports: sections in a text, or sheets of a workbook."""

from server.lab.instruments import formats, workbooks
from server.lab.instruments.formats import Box, Format, Head
from server.lab.instruments.values import fold


def in_text(head: Head) -> bool:
    marks = ("* block type", "* experiment ", "[sample setup]", "[results]", "* instrument type")
    return head.box is Box.TEXT and any(mark in head.text.casefold() for mark in marks)


def in_workbook(head: Head) -> bool:
    names = {fold(name) for name in head.sheets}
    return head.box is Box.WORKBOOK and "samplesetup" in names


TEXT = Format("quantstudio", "QuantStudio / ViiA 7 / 7500", in_text, formats.read_text)
WORKBOOK = Format("quantstudio-book", "QuantStudio / ViiA 7 / 7500", in_workbook, workbooks.read)
