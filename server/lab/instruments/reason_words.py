"""How each reason is graded and said; the numbers are in `reasons`.  Pure data."""

from server.lab.instruments.reasons import Reason, Severity, Why

_I, _W, _E = Severity.INFO, Severity.WARNING, Severity.ERROR
REASONS = {
    Why.UNKNOWN_FORMAT: Reason(
        _E,
        "Không nhận ra dạng tệp. Xuất lại từ máy ở dạng có trong hướng dẫn, hoặc CSV có cột ống"
        " và Ct.",
        "The kind of file is not known. Export it again in a form from the guide, or as CSV "
        "with a tube and a Ct column.",
    ),
    Why.EMPTY_FILE: Reason(_E, "Tệp trống.", "The file is empty.", cut=True),
    Why.DAMAGED: Reason(
        _E,
        "Tệp hỏng hoặc bị cắt: không mở được đến hết. Chép lại từ máy.",
        "The file is damaged or cut short: it does not open to its end. Copy it from the "
        "machine again.",
        cut=True,
    ),
    Why.CUT_LAST_LINE: Reason(
        _W,
        "Dòng cuối chưa kết thúc: tệp có thể bị cắt.",
        "The last line is not ended: the file may be cut short.",
        cut=True,
    ),
    Why.CUT_WELLS: Reason(
        _E,
        "Giếng có trong phần khai báo mẫu nhưng không có kết quả: tệp có thể bị cắt.",
        "Wells that were set up have no result: the file may be cut short.",
        cut=True,
    ),
    Why.CUT_NO_END: Reason(
        _E,
        "Thiếu dấu kết thúc: tệp hoặc bản tin bị cắt.",
        "The end mark is missing: the file or message is cut short.",
        cut=True,
    ),
    Why.NO_RESULTS: Reason(
        _E,
        "Không thấy bảng kết quả trong tệp. Khi xuất, chọn phần “Results”.",
        "There is no table of results in the file. Choose “Results” when exporting.",
        cut=True,
    ),
    Why.TOO_LARGE_INSIDE: Reason(
        _E,
        "Tệp nén chứa quá nhiều dữ liệu nên không mở.",
        "What is packed in the file is too large, so it was not opened.",
    ),
    Why.FAR_CELL: Reason(
        _E,
        "Bảng tính có ô rất xa nên không đọc. Xoá hàng, cột thừa; hoặc xuất lại dạng CSV.",
        "The workbook has a cell very far out: not read. Delete needless rows and columns, or "
        "export CSV.",
    ),
    Why.ENDED_READER: Reason(
        _E,
        "Đọc tệp tốn quá nhiều bộ nhớ hoặc thời gian nên đã dừng. Xuất lại trang kết quả dạng CSV.",
        "It took too much memory or time and was stopped. Export the sheet of results as CSV.",
        cut=True,
    ),
    Why.GUESSED_LETTERS: Reason(
        _I,
        "Bảng mã chữ không rõ, đã đoán. Kiểm tra tên mẫu có dấu.",
        "The letters' encoding was guessed. Look at names with accents.",
    ),
    Why.BAD_CHECKSUM: Reason(
        _E,
        "Tổng kiểm tra của khung không khớp: dữ liệu bị hỏng trên đường truyền.",
        "A frame's checksum is wrong: it was damaged on the way.",
        cut=True,
    ),
    Why.NOT_RESULTS: Reason(
        _W, "Bản tin này không mang kết quả.", "This message carries no results."
    ),
    Why.COUNT_DIFFERS: Reason(
        _E,
        "Số dòng không bằng số mà tệp tự ghi: tệp có thể bị cắt.",
        "The number of rows is not what the file itself says: it may be cut short.",
        cut=True,
    ),
    Why.NOT_FINAL: Reason(
        _W,
        "Máy ghi là bản tin thử hoặc chưa kết thúc.",
        "The machine marks the message as a test or not final.",
        cut=True,
    ),
    Why.EMPTY_WELL: Reason(_I, "Giếng trống.", "An empty well."),
    Why.NO_SAMPLE: Reason(
        _E, "Có kết quả nhưng không ghi mã mẫu.", "There is a result but no sample code."
    ),
    Why.NOT_A_TUBE: Reason(
        _E,
        "Mã mẫu không phải mã ống. Sửa mã trong máy rồi xuất lại, hoặc nhập tay.",
        "The sample code is no tube code. Correct it in the machine and export again, or key "
        "the result in.",
    ),
    Why.MISREAD_TUBE: Reason(
        _E,
        "Mã ống sai số kiểm tra: bị gõ hoặc quét nhầm.",
        "The tube code's check digits are wrong: mistyped or misread.",
    ),
    Why.DIGITS_LOST: Reason(
        _E,
        "Excel đã làm mất chữ số của mã ống (dạng 2,6E+11). Xuất lại với cột mẫu ở dạng văn "
        "bản.",
        "Excel lost digits of the tube code (as 2.6E+11). Export again with the sample column "
        "as text.",
    ),
    Why.BAD_CT: Reason(
        _E,
        "Giá trị Ct không đọc được hoặc ngoài khoảng 0–60.",
        "The Ct cannot be read or is not between 0 and 60.",
    ),
    Why.OMITTED: Reason(
        _I,
        "Giếng bị loại khỏi phân tích trên máy.",
        "The well was left out of the analysis on the machine.",
    ),
    Why.STANDARD: Reason(
        _I,
        "Mẫu chuẩn hoặc hiệu chuẩn: không phải kết quả của ai.",
        "A standard or calibrator: nobody's result.",
    ),
    Why.NOTHING_READ: Reason(
        _W,
        "Có mã mẫu nhưng không có Ct và không có kết luận.",
        "There is a sample but neither Ct nor call.",
    ),
    Why.SHORT_ROW: Reason(
        _E,
        "Dòng không trọn vẹn: thừa hoặc thiếu cột, hoặc chưa kết thúc.",
        "The row is not whole: columns too many or too few, or it is not ended.",
        cut=True,
    ),
    Why.NO_TARGET: Reason(
        _W,
        "Không ghi tên gen đích, hoặc không rõ cột Ct nào của gen nào.",
        "The target is not named, or which Ct column is of which target is not clear.",
    ),
    Why.OTHER_RECORD: Reason(
        _I,
        "Dòng này không mang Ct hay kết luận (hình, ghi chú, thông số).",
        "This row carries no Ct and no call (picture, note, setting).",
    ),
    Why.TOO_LONG: Reason(
        _E,
        "Một ô dài quá mức: dòng có thể bị hỏng.",
        "A field is far too long: the row may be damaged.",
    ),
    Why.PRELIMINARY: Reason(
        _E,
        "Máy ghi kết quả này chưa cuối cùng hoặc đã hủy.",
        "The machine marks this result as preliminary or deleted.",
    ),
    Why.SEVERAL_TUBES: Reason(
        _E, "Mã mẫu chứa nhiều mã ống.", "The sample code holds several tube codes."
    ),
    Why.JOINED: Reason(
        _I,
        "Nối với một dòng khác của cùng ống và cùng gen.",
        "Joined with another row of the same tube and target.",
    ),
    Why.SEVERAL_VALUES: Reason(
        _E,
        "Một ô có nhiều giá trị hoặc một khoảng: không chọn giá trị nào.",
        "One field holds several values or a range: none of them is chosen.",
    ),
    Why.BROKEN_OFF: Reason(
        _E,
        "Bản tin đứt hoặc hỏng ở chỗ này: không rõ dòng của ống nào, hoặc ống còn kết quả gì.",
        "The message broke off or was damaged here: whose this row is, or what else its tube has, "
        "is not known.",
    ),
    Why.UNKNOWN_TUBE: Reason(
        _E, "Ống không thuộc lô nào đã đăng ký.", "The tube is of no registered lot."
    ),
    Why.VOID_TUBE: Reason(_E, "Ống đã bị hủy.", "The tube was made void."),
    Why.REJECTED_TUBE: Reason(
        _E, "Ống đã bị loại khi nhận mẫu.", "The tube was rejected at reception."
    ),
    Why.REPEATED: Reason(
        _I,
        "Lặp lại một dòng trong cùng tệp, cùng giá trị.",
        "Repeats a row of this file, with the same value.",
    ),
    Why.CONTRADICTS_ITSELF: Reason(
        _E,
        "Ống có nhiều giá trị khác nhau cho cùng gen trong tệp: không dòng nào được nhận.",
        "The tube has different values for one target in this file: none of them is taken.",
    ),
    Why.KNOWN_READING: Reason(
        _I,
        "Đã có từ lần nhập trước, cùng giá trị.",
        "Known from an earlier import, with the same value.",
    ),
    Why.HAS_RESULT: Reason(
        _E,
        "Ống đã có kết quả từ nơi khác. So hai kết quả; nếu cần, sửa kết quả cũ.",
        "The tube has a result from elsewhere. Compare the two; correct the old one if needed.",
    ),
    Why.NO_CALL: Reason(
        _E,
        "Không suy ra được kết luận từ các gen của ống này.",
        "No call follows from this tube's targets.",
    ),
    Why.TUBE_HELD_BACK: Reason(
        _W,
        "Dòng khác của cùng ống bị từ chối, nên cả ống chờ người xem.",
        "Another row of this tube is refused, so the whole tube waits for a person.",
    ),
    Why.UNKNOWN_ASSAY: Reason(
        _W, "Gen đích không thuộc bộ xét nghiệm đã chọn.", "The target is not of the chosen assay."
    ),
    Why.CONTROL_KIND: Reason(
        _W,
        "Là ống chứng nhưng tệp không ghi chứng âm hay chứng dương.",
        "A control, but the file does not say which kind.",
    ),
    Why.CALLS_DIFFER: Reason(
        _E,
        "Máy kết luận khác với Ct theo bộ xét nghiệm. Mở lượt chạy và quyết định.",
        "The machine's call is not what the assay makes of the Ct. Open the run and decide.",
    ),
    Why.RUN_NOT_TAKEN: Reason(
        _E,
        "Chứng của lượt chạy không đạt hoặc lượt chạy đã bị rút: không nhập kết quả nào.",
        "The run's controls failed, or the run was withdrawn: no result is entered.",
    ),
    Why.NOT_AGAIN: Reason(
        _E,
        "Ống phải xét nghiệm lại, nhưng đây là lượt chạy hoặc giá trị đã biết: chưa có gì mới.",
        "The tube is to be tested again, but this run, or these values, are known: nothing is new.",
    ),
    Why.TAKEN_BACK: Reason(
        _E,
        "Lần nhận ống này ở đây bị rút vì nhầm: kết quả là của ống khác. Xét nghiệm lại ống này.",
        "The tube's arrival here was taken back: this is of another tube. Test this one anew.",
    ),
}  # fmt: skip


def reason_of(number: int) -> Reason:
    return REASONS[Why(number)]


def is_cut(number: int) -> bool:
    """Return whether the file may be cut short."""
    return reason_of(number).cut
