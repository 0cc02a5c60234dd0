"""How statuses, reasons and desks are said to people, in two languages.  Pure."""

from server.lab.words import REJECTIONS
from server.outcomes.desks import Desk
from server.outcomes.merge import PAIRED_AFTER, TakenBack

Words = tuple[str, str]

STATUSES: dict[str, Words] = {
    "negative": ("Âm tính", "Negative"),
    "positive": ("Dương tính", "Positive"),
    "inconclusive": ("Nghi ngờ, lấy mẫu lại", "Inconclusive, sample again"),
    "invalid": ("Mẫu không đạt, lấy mẫu lại", "Invalid, sample again"),
    "resample": ("Chờ lấy lại mẫu đơn", "To be sampled again, singly"),
    "withdrawn": ("Đã thu hồi", "Withdrawn"),
}
REASONS: dict[str, Words] = {
    "pool-positive": ("Mẫu gộp dương tính", "The pool was positive"),
    "pool-inconclusive": ("Mẫu gộp nghi ngờ", "The pool was inconclusive"),
    "pool-invalid": ("Mẫu gộp không đạt", "The pool was invalid"),
    PAIRED_AFTER: (
        "Ghép khi phòng xét nghiệm đã có ống cùng mã",
        "Paired when the laboratory had a tube of that number already",
    ),
    TakenBack.ENTERED_IN_ERROR: (
        "Ghi nhầm: ống không phải của người này",
        "Entered in error: the tube was not this person's",
    ),
    TakenBack.RECALLED: (
        "Phòng xét nghiệm thu hồi kết quả, đang xét nghiệm lại",
        "Recalled by the laboratory, being tested again",
    ),
    TakenBack.RECHECKING: ("Đang kiểm tra lại", "Being rechecked"),
    "inconclusive": ("Kết quả nghi ngờ", "The result was inconclusive"),
    "invalid": ("Mẫu không đạt", "The sample was invalid"),
    **{reason.value: words for reason, words in REJECTIONS.items()},
}
DESKS: dict[Desk, tuple[Words, Words]] = {
    Desk.CONFLICTS_OPEN: (
        ("Hai nơi cùng nhận một ống", "Two claims on one tube"),
        (
            "Cả hai lần ghép được giữ. Xem bằng chứng rồi quyết định; ống bị giữ lại đến lúc đó.",
            "Both pairings are kept. Look at the evidence and decide; the tube is held until then.",
        ),
    ),
    Desk.RESULT_WITHOUT_PAIRING: (
        ("Có kết quả, không có người", "Result without a pairing"),
        (
            "Không phát hành được. Hỏi bàn lấy mẫu: trạm chưa gửi dữ liệu, hay ống chưa từng ghép?",
            "It cannot be released. Ask the table: are uploads missing, or was it never paired?",
        ),
    ),
    Desk.RECEPTION_WITHOUT_PAIRING: (
        ("Đã nhận ống, chưa biết của ai", "Received, not paired"),
        (
            "Thường là trạm chưa gửi dữ liệu; tự khớp khi dữ liệu đến.",
            "Mostly a station that has not uploaded yet; it matches by itself when that comes.",
        ),
    ),
    Desk.POOL_MISCOUNTED: (
        ("Mẫu gộp đếm lệch", "Pools that were miscounted"),
        (
            "Trạm đếm một số người, hệ thống có số khác: còn dữ liệu chưa gửi, hay ghép nhầm?",
            "The station counted other members than we know: uploads missing, or a mistake?",
        ),
    ),
    Desk.PAIRING_WITHOUT_RECEPTION: (
        ("Đã ghép, ống chưa đến", "Paired, not received"),
        (
            "Tìm ống ở bàn lấy mẫu hoặc trên đường chuyển.",
            "Look for the tube at the table or on its way.",
        ),
    ),
    Desk.RECEPTION_WITHOUT_RESULT: (
        ("Đã nhận, chưa có kết quả", "Received, no result"),
        ("Phòng xét nghiệm đang làm.", "The laboratory is at work."),
    ),
    Desk.SEVERAL_RESULTS: (
        ("Nhiều kết quả khác nhau", "Results that differ"),
        (
            "Một ống có nhiều kết quả đã phát hành, khác nhau: chọn kết quả cuối cùng.",
            "One tube has released results that differ: choose the one that is final.",
        ),
    ),
    Desk.RESULT_WITHOUT_RELEASE: (
        ("Có kết quả, chưa phát hành", "Result not released"),
        (
            "Chờ người thứ hai duyệt, rồi phát hành. “Phòng xét nghiệm khác”: nơi nhập kết quả chưa"
            " nhận ống; mở ống để xem phải làm gì.",
            "Waits for a second person to verify it, then for its release. “Another laboratory”: it"
            " gave the result and has not got the tube; the tube's page says what to do.",
        ),
    ),
    Desk.OUTCOME_WITHOUT_DELIVERY: (
        ("Đã phát hành, chưa vào hồ sơ", "Released, not delivered"),
        (
            "Hệ thống tự gửi lại. Việc bị dừng cần người xem.",
            "It is sent again by itself. What has stopped needs a person.",
        ),
    ),
    Desk.CALLBACKS_OPEN: (
        ("Cần gọi lấy mẫu lại", "To be called for another sample"),
        (
            "Gọi, hẹn, theo đến khi đã lấy mẫu lại và có kết quả.",
            "Call, agree on a time, and follow up until another sample has its result.",
        ),
    ),
}
# What a desk shows of each tube, beside its age.
DETAILS: dict[Desk, Words] = {
    Desk.RESULT_WITHOUT_PAIRING: ("Kết quả", "Call"),
    Desk.POOL_MISCOUNTED: ("Đã ghép / trạm đếm", "Paired / counted"),
    Desk.RECEPTION_WITHOUT_RESULT: ("Vì sao", "Why"),
    Desk.RESULT_WITHOUT_RELEASE: ("Đến bước", "Step"),
}
# What was done to an item, as its history says it.
ACTS: dict[str, Words] = {
    "taken": ("nhận việc", "taken"),
    "handed-over": ("giao cho", "handed over to"),
    "given-back": ("trả lại", "given back"),
    "noted": ("ghi chú", "noted"),
    "explained": ("giải thích, đóng", "explained and closed"),
    "reopened": ("mở lại", "opened again"),
}
# How a call went.
HOW: dict[str, Words] = {
    "no-answer": ("Không nghe máy", "No answer"),
    "wrong-number": ("Sai số", "Wrong number"),
    "reached": ("Đã gặp", "Reached"),
    "appointment": ("Hẹn giờ", "Appointment"),
    "refuses": ("Từ chối", "Refuses"),
}
ENDED: dict[str, Words] = {
    "resampled": ("đã lấy mẫu lại, có kết quả", "sampled again, with a result"),
    "not-needed": ("không còn cần", "needless now"),
    "given-up": ("thôi gọi", "given up"),
}
