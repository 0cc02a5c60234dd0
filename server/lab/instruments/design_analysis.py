"""Design & Analysis and Diomni workbooks; their text export is read like QuantStudio's."""

from server.lab.instruments import workbooks
from server.lab.instruments.formats import Box, Format, Head
from server.lab.instruments.values import fold

_SHEETS = {"primaryresult", "targetcall", "replicategroupresult", "standardcurveresult"}


def looks(head: Head) -> bool:
    names = {fold(name) for name in head.sheets}
    return head.box is Box.WORKBOOK and bool(names & _SHEETS or names == {"results"})


FORMAT = Format("design-analysis", "Design & Analysis / Diomni", looks, workbooks.read)
