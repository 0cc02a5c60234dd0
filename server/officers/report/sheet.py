"""The report as a workbook: one sheet as it is printed, numbers as numbers."""

from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from server.display import day, t, time_of_day
from server.exports import harmless
from server.officers.report.contents import Part, Report

BOLD, HEAD = Font(bold=True), PatternFill("solid", fgColor="E4F1EF")


def write_sheet(report: Report, issuer: str) -> bytes:
    """Return the report as XLSX."""
    book = Workbook()
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        raise TypeError("a new workbook has a sheet")
    sheet.title = f"{report.day:%d-%m-%Y}"
    made = f"{time_of_day(report.made_at)} {day(report.made_at)}"
    for line in (issuer, report.title, f"{day(report.day)} · {report.where}",
                 t(f"Lập lúc {made}", f"Made at {made}")):  # fmt: skip
        sheet.append([harmless(line)])
    sheet["A2"].font = Font(bold=True, size=14)
    for number, part in enumerate(report.parts, 1):
        _write(sheet, number, part)
    sheet.column_dimensions["A"].width = 44
    for column in "BCDEFGH":
        sheet.column_dimensions[column].width = 17
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "portrait", 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _write(sheet: Worksheet, number: int, part: Part) -> None:
    sheet.append([])
    sheet.append([f"{number}. {part.title}"])
    sheet.cell(sheet.max_row, 1).font = BOLD
    sheet.append([harmless(head) for head in part.heads])
    for cell in sheet[sheet.max_row]:
        cell.font, cell.fill = BOLD, HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for row in part.rows:
        sheet.append([harmless(cell) for cell in row])
        for cell in sheet[sheet.max_row][1:]:
            cell.alignment, cell.number_format = Alignment(horizontal="right"), "#,##0"
    if part.remark:
        sheet.append([harmless(part.remark)])
