"""The table of desks: for each role's work, where it is done and what waits there."""

from server import waiting
from server.desks import Desk
from server.outcomes.desks import UNMATCHED
from server.outcomes.desks import Desk as Unmatched
from server.permissions import Permission
from server.record import requests

DESKS = (
    Desk(
        Permission.SUMMARY_READ, "/overview", "Tổng quan", "Overview", None,
        "Hôm nay thế nào, việc gì đang kẹt?", "How is today, and what is stuck?",
    ),
    Desk(
        Permission.SUMMARY_READ, "/reports", "Báo cáo ngày", "Daily report", None,
        "Tối nay gửi gì lên trên?", "What goes up tonight?",
    ),
    Desk(
        Permission.OUTCOME_READ, "/outcomes", "Kết luận", "Outcomes", None,
        "Đã biết gì về người này, ống này, nơi này?", "What is known about a person, tube, place?",
    ),
    Desk(
        Permission.SUMMARY_READ, "/nation", "Các tỉnh", "Provinces", None,
        "Máy chủ cấp dưới báo gì?", "What do the servers below say?",
    ),
    Desk(
        Permission.DESK_WRITE, "/unmatched", "Không khớp", "Unmatched",
        waiting.on_desks(*UNMATCHED),
        "Kết quả chưa có người, mẫu chưa tới, kết quả chưa phát hành.",
        "Results without a person, samples that never came, results not released.",
        late=waiting.late_on(*UNMATCHED),
    ),
    Desk(
        Permission.CONFLICT_DECIDE, "/conflicts", "Tranh chấp", "Conflicts",
        waiting.on_desks(Unmatched.CONFLICTS_OPEN),
        "Một ống, hai người: xem bằng chứng rồi quyết định.",
        "One tube, two persons: see the evidence and decide.",
        late=waiting.late_on(Unmatched.CONFLICTS_OPEN),
    ),
    Desk(
        Permission.CONFLICT_DECIDE, "/slips", "Lệch ống", "Slips",
        waiting.slips,
        "Những lần ghép có thể lệch nhau một ống: bị giữ cho đến khi có người xem.",
        "Pairings that may be shifted by one tube: held until a person looks.",
    ),
    Desk(
        Permission.CONFLICT_DECIDE, "/matters", "Ghép đáng ngờ", "Doubtful pairings",
        waiting.matters,
        "Một người hai ống, hoặc hủy ghép sau khi có kết quả.",
        "One person with two tubes, or a pairing voided after its result.",
    ),
    Desk(
        Permission.CONFLICT_DECIDE, "/manual", "Ghép bằng tay", "Typed pairs",
        waiting.manual,
        "Những lần ghép gõ số từ giấy: xem lại mỗi lần một lượt.",
        "Pairs that were typed from a paper: look at each once.",
    ),
    Desk(
        Permission.IDENTITY_DECIDE, "/identities", "Danh tính", "Identities",
        waiting.identities,
        "Một số giấy tờ, hai tên: có phải cùng một người? Số nay của người khác: mẫu là của ai?",
        "One number, two names: is it the same person? A number is another's now: whose sample?",
    ),
    Desk(
        Permission.CALLBACK_WRITE, "/callbacks", "Gọi lấy lại", "Call back",
        waiting.callbacks,
        "Những người cần lấy mẫu lại, lâu nhất trước.",
        "People to be sampled again, the longest waiting first.",
        late=waiting.late_on(Unmatched.CALLBACKS_OPEN),
    ),
    Desk(
        Permission.TARGET_READ, "/targets", "Chỉ tiêu", "Targets", None,
        "Điểm nào chưa đạt, điểm nào im lặng?", "Which points are behind, which went silent?",
    ),
    Desk(
        Permission.ZONE_READ, "/zones", "Vùng", "Zones", None,
        "Nơi nào đang ở mức nào, ai đã đến mà chưa lấy mẫu?",
        "Which places have which level; who came and was not sampled?",
    ),
    Desk(
        Permission.TRACE_READ, "/traces", "Truy vết", "Traces", None,
        "Ai đã ở cùng nơi, cùng lúc với ca dương tính?",
        "Who was where at the same time as a case?",
    ),
    Desk(
        Permission.RECEPTION_WRITE, "/reception", "Nhận mẫu", "Reception", None,
        "Quét từng ống của hộp vừa tới.", "Scan each tube of the box that came.",
    ),
    Desk(
        Permission.BOX_WRITE, "/boxes", "Hộp mẫu", "Boxes",
        waiting.boxes,
        "Xếp, giao, nhận hộp; xem chỗ đếm không khớp.",
        "Fill boxes, hand them over, look into counts that differ.",
    ),
    Desk(
        Permission.RESULT_WRITE, "/plates", "Đĩa", "Plates", None,
        "Xếp ống vào đĩa, xuất cho máy, nhập kết quả cả đĩa.",
        "Fill plates, export them for the machine, enter a whole plate.",
    ),
    Desk(
        Permission.RECEPTION_WRITE, "/storage", "Lưu mẫu", "Storage", None,
        "Ống cất ở đâu, ống nào hết hạn giữ?", "Where is a tube kept, which are past their day?",
    ),
    Desk(
        Permission.RESULT_WRITE, "/results", "Nhập kết quả", "Results",
        waiting.to_test,
        "Nhập kết quả của ống đã nhận.", "Enter the results of received tubes.",
        late=waiting.late_on(Unmatched.RECEPTION_WITHOUT_RESULT),
    ),
    Desk(
        Permission.RESULT_WRITE, "/imports", "Nhập từ máy", "Imports",
        waiting.to_confirm,
        "Tệp và bản tin của máy: xem biên nhận rồi xác nhận.",
        "Files and messages of machines: read the receipt, then confirm.",
    ),
    Desk(
        Permission.RESULT_WRITE, "/runs", "Lượt chạy", "Runs",
        waiting.runs_to_confirm,
        "Đĩa máy đã chạy: xác nhận từng giếng, duyệt chứng, rút lại lượt nhiễm.",
        "Plates of machines: confirm the wells, verify controls, withdraw what is contaminated.",
    ),
    Desk(
        Permission.RESULT_DECIDE, "/several-results", "Nhiều kết quả", "Several results",
        waiting.disputes,
        "Các nơi cho kết quả khác nhau: chọn một, nói vì sao.",
        "Laboratories differ: choose one result, and say why.",
    ),
    Desk(
        Permission.RESULT_VERIFY, "/verify", "Duyệt chéo", "Verify",
        waiting.to_verify,
        "Xem lại kết quả đồng nghiệp đã nhập.", "Check what a colleague entered.",
    ),
    Desk(
        Permission.RESULT_RELEASE, "/release", "Phát hành", "Release",
        waiting.to_release,
        "Gửi kết quả đã duyệt về đúng người.", "Send verified results to the right people.",
        late=waiting.late_on(Unmatched.RESULT_WITHOUT_RELEASE),
    ),
    Desk(
        Permission.LOT_READ, "/lots", "Lô ống", "Lots", None,
        "Những ống nào đã in, giao cho trạm nào?", "Which tubes are printed, and who has them?",
    ),
    Desk(
        Permission.ROSTER_READ, "/rosters", "Danh sách", "Rosters", None,
        "Ống làm sẵn cho người biết trước: ai đã đến, ai chưa?",
        "Tubes made ready for people known beforehand: who came, who did not?",
    ),
    Desk(
        Permission.REQUEST_ANSWER, "/requests", "Yêu cầu dữ liệu", "Data requests",
        requests.waiting,
        "Người dân xin xem, sửa, xóa dữ liệu: trả lời trong hai ngày làm việc.",
        "People ask to see, correct or delete their data: two working days.",
        late=requests.late,
    ),
    Desk(
        Permission.VACCINATION_WRITE, "/vaccinations", "Tiêm chủng", "Vaccinations", None,
        "Nhập mũi tiêm từ hệ thống tiêm chủng, quét chứng nhận HC1.",
        "Enter doses from the vaccination system, scan HC1 certificates.",
    ),
    Desk(
        Permission.SHIFT_READ, "/shifts", "Ca làm việc", "Shifts", None,
        "Mỗi ca bao nhiêu người, nhanh hay chậm, ống có đủ không?",
        "How many people, how fast, and do the tubes add up?",
    ),
    Desk(
        Permission.SHIFT_READ, "/quality", "Chất lượng", "Quality", None,
        "Sai bao nhiêu lần trên 1.000 người, ở đâu?", "How often do we err per 1,000, and where?",
    ),
    Desk(
        Permission.POINT_READ, "/points", "Điểm khai báo", "Points", None,
        "Điểm nào đang mở, áp phích, danh sách điểm.", "Which points are open; posters, lists.",
    ),
    Desk(
        Permission.CARD_WRITE, "/cards", "Thẻ cá nhân", "Cards", None,
        "In thẻ cho người không có điện thoại.", "Print cards for people without a phone.",
    ),
    Desk(
        Permission.STATION_WRITE, "/stations", "Trạm", "Stations", waiting.unwell_stations,
        "Trạm nào mất liên lạc, trạm nào có vấn đề? Ghi danh, thu hồi.",
        "Which are silent, which are sick? Enrol stations, revoke lost ones.",
    ),
    Desk(
        Permission.DELIVERY_READ, "/deliveries", "Chuyển kết quả", "Deliveries",
        waiting.undelivered,
        "Nơi nhận nào vắng mặt, tin nào bị từ chối?", "Which target is away, what was refused?",
    ),
    Desk(
        Permission.PARTNER_WRITE, "/partners", "Đối tác", "Partners", None,
        "Hệ thống khác được hỏi gì, gửi gì?", "What may other systems ask or hand over?",
    ),
    Desk(
        Permission.ALERT_READ, "/intake/alerts", "Cảnh báo", "Alerts",
        waiting.alerts,
        "Nhật ký của trạm bị hở, bị sửa, hoặc không đọc được.",
        "Journals of stations with gaps or changes, and what could not be read.",
    ),
    Desk(
        Permission.USER_WRITE, "/users", "Người dùng", "Users", None,
        "Ai được vào hệ thống, với vai trò nào?", "Who has access, and as what?",
    ),
    Desk(
        Permission.AUDIT_READ, "/audit", "Nhật ký", "Audit", None,
        "Ai đã làm gì, lúc nào?", "Who did what, and when?",
    ),
)  # fmt: skip
