"""The report as a workbook and as a paper."""

from io import BytesIO

from labels.papers import Block, Paper, write_paper
from server.display import day, t, time_of_day
from server.officers.report.contents import Report, shown


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
    """Return the report as XLSX."""
    from server.officers.report.sheet import write_sheet  # what writes it is loaded with it

    return write_sheet(report, issuer)
