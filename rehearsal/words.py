"""What the evening's counts, and the codes in them, are called in Vietnamese.  Data.

The report's file has the English names and the codes alone.
"""

CODES = {  # of what is refused and let go at this day's table, of its outcomes and of its desks
    "second-person": "người thứ hai chen vào",
    "tube-misread": "mã ống đọc sai",
    "tube-of-other-lot": "ống của lô khác",
    "tube-used": "ống đã dùng",
    "unreadable-scan": "nhiễu trên dây đầu đọc",
    "vehicle-pass": "mã của xe",
    "second": "người thứ hai",
    "timeout": "hết giờ",
    "negative": "âm tính",
    "positive": "dương tính",
    "inconclusive": "nghi ngờ",
    "resample": "chờ lấy lại mẫu đơn",
    "pairing_without_reception": "đã ghép, ống chưa đến",
    "result_without_pairing": "có kết quả, không có người",
}
CHECKS = {
    "pairings the script wants, and beeps heard": "lượt ghép theo kịch bản, và tiếng bíp nghe được",
    "beeps heard, and different events behind them":
        "tiếng bíp nghe được, và số sự kiện khác nhau đằng sau",
    "beeps heard, and pairings on the server": "tiếng bíp nghe được, và lượt ghép trên máy chủ",
    "undo cards, and voided pairings": "thẻ hủy đã quét, và lượt ghép bị hủy",
    "voids heard at the table": "lượt hủy nghe được ở bàn",
    "refusals heard, and counted by the server":
        "lượt từ chối nghe được, và lượt máy chủ đếm được",
    "people let go, and counted by the server": "người bị bỏ dở, và số máy chủ đếm được",
    "events in the journal, and on the server": "sự kiện trong sổ của trạm, và trên máy chủ",
    "alerts about gaps, forks or edits": "cảnh báo sổ bị thiếu, rẽ nhánh hoặc bị sửa",
    "tubes brought, and received": "ống mang đến, và ống đã nhận",
    "results keyed, and on the server": "kết quả đã nhập, và trên máy chủ",
    "results verified by another": "kết quả do người khác duyệt",
    "own results offered for verifying": "kết quả của chính mình được đưa cho mình duyệt",
    "releases (the stray tube's result is held)":
        "lượt trả kết quả (của ống không ai ghép thì giữ lại)",
    "releases on the server": "lượt trả kết quả trên máy chủ",
    "corrections, and reruns after a contaminated run":
        "đính chính, và lần chạy lại sau mẻ bị nhiễm",
    "results without a pairing": "kết quả không có lượt ghép",
    "pairings that never arrived": "lượt ghép mà ống không đến",
    "open conflicts": "mâu thuẫn còn mở",
    "people scanned, and records that their codes open":
        "người đã quét mã, và hồ sơ mà mã của họ mở được",
    "people whose record says what it must": "người mà hồ sơ ghi đúng",
    "outcomes in force": "kết luận đang có hiệu lực",
    "outcomes on somebody not paired with that tube":
        "kết luận rơi vào người không ghép với ống đó",
    "people called positive by a pool": "người bị gọi là dương tính chỉ vì ống gộp",
    "tubes of the contaminated run, and outcomes taken back":
        "ống của mẻ bị nhiễm, và kết luận đã rút lại",
    "versions written (one corrected; some taken back and told anew)":
        "bản kết luận đã ghi (một bản đính chính; vài bản rút lại rồi báo lại)",
    "versions delivered into records": "bản kết luận đã vào hồ sơ",
    "call-backs (pool members, and the inconclusive)":
        "lượt gọi lại (người trong ống gộp, và người có kết quả nghi ngờ)",
    "declared by phone or card, and check-ins at the point":
        "lượt khai bằng điện thoại hoặc thẻ, và lượt đến ở điểm",
    "phones that declared, and cards given": "điện thoại đã khai, và thẻ đã cấp",
}  # fmt: skip
