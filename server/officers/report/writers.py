"""The report as a workbook and as a paper."""

from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from labels.papers import Block, Paper, write_paper
from server.display import day, t, time_of_day
from server.exports import harmless
from server.officers.report.contents import Part, Report, shown

BOLD, HEAD = Font(bold=True), PatternFill("solid", fgColor="E4F1EF")


def pdf(report: Report, issuer: str) -> bytes:
    """Return the report as a PDF of A4 pages."""
    out = BytesIO()
    made = f"{time_of_day(report.made_at)} {day(report.made_at)}"
    write_paper(
        Paper(
            issuer=(issuer.upper(), t("Số: ......../BC", "No.: ........")),
            state=("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập – Tự do – Hạnh phúc"),
            title=report.title.upper().replace("COV", "CoV"),
            about=(
                t(f"Ngày {day(report.day)}", day(report.day)),
                report.where,
            ),
            blocks=[
                Block(part.title, part.heads, [list(map(shown, row)) for row in part.rows],
                      part.remark)
                for part in report.parts
            ],
            signs=(t("Người lập biểu", "Prepared by"), t("Thủ trưởng đơn vị", "Head of the unit")),
            foot=t(
                f"Ghép Mẫu · lập lúc {made} từ số liệu trên máy chủ",
                f"Ghép Mẫu · made at {made} from the server's figures",
            ),
        ),
        out,
    )  # fmt: skip
    return out.getvalue()


def workbook(report: Report, issuer: str) -> bytes:
    """Return the report as XLSX: one sheet as it is printed, numbers as numbers."""
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
