"""The sentences for what the station refuses and lets go: what happened, then what to do.  Data.

Vietnamese first, English beside it; no error names anybody.
"""

from typing import NamedTuple

from device.reasons import Refusal
from device.slips import Slip

_R = Refusal


class Said(NamedTuple):
    vi: str
    en: str


REFUSALS: dict[Refusal, Said] = {
    _R.SECOND_PERSON: Said(
        "Có người thứ hai. Đã bỏ cả hai: quét lại mã từng người.",
        "A second person came. Both were let go: scan each person again.",
    ),
    _R.SECOND_TUBE: Said(
        "Có ống thứ hai. Đã bỏ cả hai: chỉ quét một ống cho một người.",
        "A second tube came. Both were let go: scan one tube for one person.",
    ),
    _R.SEVERAL_PERSONS: Said(
        "Thấy mã của hai người. Chỉ đưa một mã trước máy ảnh.",
        "Two persons' codes are in view. Hold up one code only.",
    ),
    _R.TUBE_USED: Said(
        "Ống {tube} đã dùng{when}. Lấy ống khác.",
        "Tube {tube} was used{when}. Take another one.",
    ),
    _R.TUBE_MISREAD: Said(
        "Đọc sai mã ống. Quét lại; nếu vẫn sai, lấy ống khác.",
        "The tube's code was misread. Scan again; if it stays wrong, take another tube.",
    ),
    _R.TUBE_OF_OTHER_LOT: Said(
        "Ống {tube} không thuộc lô của bàn này. Lấy ống trong hộp của bàn.",
        "Tube {tube} is of no lot of this table. Take one from the table's own box.",
    ),
    _R.NO_LOTS: Said(
        "Bàn này chưa nhận lô ống nào. Nối mạng một lần, hoặc báo người quản trị.",
        "This table has no lot of tubes yet. Connect once, or tell the administrator.",
    ),
    _R.CONTROL_TUBE: Said(
        "Ống {tube} là ống chứng của phòng xét nghiệm. Lấy ống lấy mẫu.",
        "Tube {tube} is a control of the laboratory. Take a sampling tube.",
    ),
    _R.NOT_A_TUBE: Said(
        "Đây không phải mã ống. Quét mã vạch trên ống.",
        "This is no tube's code. Scan the bars on the tube.",
    ),
    _R.PERSON_AT_TUBE_READER: Said(
        "Đầu đọc này chỉ để quét ống. Đưa mã người sang đầu đọc kia hoặc máy ảnh.",
        "This reader is for tubes. Show the person's code to the other reader, or the camera.",
    ),
    _R.TUBE_AT_PERSON_READER: Said(
        "Đầu đọc này chỉ để quét mã người. Quét ống bằng đầu đọc kia.",
        "This reader is for persons' codes. Scan the tube with the other reader.",
    ),
    _R.NOT_A_PERSON: Said(
        "Mã này không phải của người. Xin mã QR trên thẻ hoặc điện thoại.",
        "This code is no person's. Ask for the QR on a card or a phone.",
    ),
    _R.NOT_A_NUMBER: Said(
        "Số người không đúng. Nhập 12 số căn cước, 10 số bảo hiểm, hoặc số thẻ cá nhân.",
        "That is no person's number. Type 12 digits (citizen), 10 (insurance), or a card's number.",
    ),
    _R.VEHICLE: Said(
        "Đây là mã của xe, không phải của người. Xin mã của chính người đó.",
        "This code names a vehicle, not a person. Ask for the person's own code.",
    ),
    _R.FORGED_CARD: Said(
        "Chữ ký trên thẻ sai: thẻ có thể giả. Hỏi giấy tờ khác, báo trưởng nhóm.",
        "The card's signature is wrong: it may be forged. Ask for another paper, tell the lead.",
    ),
    _R.UNKNOWN_CARD_KEY: Said(
        "Bàn này chưa biết khóa của thẻ. Nối mạng một lần, hoặc xin giấy tờ khác.",
        "This table does not know the card's key yet. Connect once, or ask for another paper.",
    ),
    _R.DAMAGED_CARD: Said(
        "Không đọc được thẻ. Đưa lại thẻ, hoặc xin giấy tờ khác.",
        "The card cannot be read. Show it again, or ask for another paper.",
    ),
    _R.UNKNOWN_CODE: Said(
        "Không hiểu mã này. Xin thẻ căn cước, thẻ bảo hiểm hoặc thẻ của chúng tôi.",
        "This code means nothing here. Ask for a citizen, insurance or our own card.",
    ),
    _R.UNREADABLE: Said(
        "Đầu đọc gửi tín hiệu nhiễu. Quét lại; nếu còn, kiểm tra dây.",
        "The reader sent noise. Scan again; if it goes on, check the cable.",
    ),
    _R.POOL_OPEN: Said(
        "Ống gộp còn mở. Quét lại chính ống gộp, hoặc thẻ ĐÓNG MẪU GỘP, để đóng.",
        "The pool is still open. Scan its own tube again, or the CLOSE POOL card, to close it.",
    ),
    _R.NO_POOL: Said(
        "Chưa mở ống gộp nào. Quét một ống gộp để mở.",
        "No pool is open. Scan a pool's tube to open one.",
    ),
    _R.NOTHING_TO_UNDO: Said(
        "Không còn gì để hủy: chỉ hủy được lần ghép vừa xong.",
        "There is nothing to undo: only a pairing made just now can be undone.",
    ),
    _R.VOID_WHICH: Said(
        "Chưa hủy gì: ống nào? Ống vừa ghép: thẻ BỎ QUA, rồi HỦY ỐNG. Ống khác: để riêng.",
        "Nothing voided: which? The one just paired: CANCEL, then VOID TUBE. Another: put it"
        " aside.",
    ),
    _R.POOL_IS_CLOSED: Said(
        "Chưa hủy gì: ống gộp {tube} đã đóng. Ghi số ống, báo phụ trách hủy cả ống.",
        "Nothing voided: pool {tube} is closed. Note its number, have it voided.",
    ),
    _R.COMMAND_NOT_USED: Said(
        "Bàn này không dùng thẻ lệnh đó.", "This table does not use that command card."
    ),
    _R.STALE: Said(
        "Mã quét sớm quá nên không tính. Quét lại.",
        "That scan came too early and does not count. Scan again.",
    ),
    _R.SHIFT_OPEN: Said(
        "Ca đang mở rồi. Muốn mở ca mới, quét thẻ HẾT CA trước.",
        "A shift is open already. To begin a new one, scan the END SHIFT card first.",
    ),
    _R.NO_SHIFT: Said(
        "Chưa vào ca. Quét thẻ VÀO CA, rồi thẻ cá nhân của người làm việc.",
        "No shift is open. Scan the BEGIN SHIFT card, then the personal card of who works.",
    ),
    _R.NOT_AN_OPERATOR: Said(
        "Đang chờ thẻ cá nhân của nhân viên. Quét thẻ đó, hoặc thẻ BỎ QUA.",
        "A staff member's personal card is awaited. Scan it, or the CANCEL card.",
    ),
    _R.LOOK_FIRST: Said(
        "Chưa nhận ống: người này hôm nay đã lấy mẫu. Đưa mã người lần nữa, hoặc thẻ BỎ QUA.",
        "No tube yet: this person has a tube of today. Show their code again, or the CANCEL card.",
    ),
    _R.ASSIGNED_TO_OTHER: Said(
        "Ống {tube} đã dán nhãn cho người khác. Lấy ống có tên người này, hoặc ống chưa dán tên.",
        "Tube {tube} bears another person's label. Take this person's own, or one without a name.",
    ),
    _R.ROSTER_UNREADABLE: Said(
        "Danh sách nhãn hỏng: ống {tube} có thể của người khác. Lấy ống chưa dán tên.",
        "The roster is damaged: {tube} may be somebody else's. Take one without a name.",
    ),
    _R.BUSY: Said(
        "Bàn đang giữ người hoặc ống. Quét cho xong, hoặc thẻ BỎ QUA, rồi nhập lại.",
        "The table holds a person or a tube. Finish it, or scan CANCEL, then type again.",
    ),
    _R.OPERATOR_FIRST: Said(
        "Chưa nhận ống: đang chờ thẻ nhân viên. Quét thẻ đó, hoặc thẻ BỎ QUA.",
        "No tube yet: a staff card is awaited. Scan it, or the CANCEL card.",
    ),
    _R.PLACE_POSTER: Said(
        "Đây là mã của địa điểm, không phải của người. Xin mã của chính người đó.",
        "This code names a place, not a person. Ask for the person's own code.",
    ),
    _R.DUTY_BUSY: Said(
        "Chưa đổi nhiệm vụ: còn người, ống gộp hoặc hộp đang mở. Làm cho xong, rồi quét lại thẻ.",
        "The duty stays: a person, pool or box is still open. Finish it, then scan the card again.",
    ),
    _R.WRONG_DUTY: Said(
        "Trạm đang không lấy mẫu nên không nhập tay được. Quét thẻ NHIỆM VỤ LẤY MẪU trước.",
        "The station is not sampling: nothing can be typed. Scan the card DUTY: SAMPLING first.",
    ),
    _R.BOX_NOT_HERE: Said(
        "Đây là nhãn hộp. Trạm này không nhận hộp mẫu.",
        "This is a box label. This station receives no boxes.",
    ),
    _R.TUBE_NOT_HERE: Said(
        "Đây là mã ống. Trạm này chỉ ghi người đến: quét mã người.",
        "This is a tube's code. This station only checks persons in: scan the person's code.",
    ),
    _R.PERSON_NOT_HERE: Said(
        "Trạm này chỉ nhận ống, không ghi mã người. Quét ống hoặc nhãn hộp.",
        "This station receives tubes and notes no persons. Scan a tube or a box label.",
    ),
    _R.NOBODY_HELD: Said(
        "Chưa có ai để trả lời. Quét mã người trước, rồi thẻ trả lời.",
        "There is nobody to answer. Scan the person's code first, then the answer card.",
    ),
    _R.NO_BOX: Said(
        "Chưa mở hộp nào. Quét nhãn hộp trước, rồi từng ống.",
        "No box is open. Scan the box label first, then each tube.",
    ),
    _R.BOX_OPEN: Said(
        "Hộp {box} còn mở. Quét lại nhãn hộp đó, hoặc thẻ ĐÓNG HỘP, để đóng.",
        "Box {box} is still open. Scan its label again, or the CLOSE BOX card, to close it.",
    ),
    _R.BOX_MISREAD: Said(
        "Đọc sai nhãn hộp. Quét lại; nếu vẫn sai, dán nhãn hộp khác.",
        "The box label was misread. Scan again; if it stays wrong, stick on another label.",
    ),
    _R.TUBE_IN_OTHER_BOX: Said(
        "Ống {tube} đã nhận ở hộp {box}. Xem ống thật sự nằm ở hộp nào, báo phụ trách.",
        "Tube {tube} arrived in box {box}. Look which box it is really in, tell the lead.",
    ),
    _R.UNKNOWN_TUBE: Said(
        "Ống {tube} không thuộc lô nào đã đăng ký. Để riêng, báo phụ trách.",
        "Tube {tube} is of no registered lot. Put it aside and tell the lead.",
    ),
    _R.DAMAGED_TUBE: Said(
        "Đọc sai mã ống. Quét lại; nếu vẫn sai, để riêng, báo phụ trách.",
        "The tube's code was misread. Scan again; if it stays wrong, put it aside, tell the lead.",
    ),
}

_TIMEOUT = Said("Hết giờ: quét lại mã người.", "Time is up: scan the person again.")
_CANCELLED = Said("Đã bỏ. Quét mã người.", "Let go. Scan the person's code.")
_LOST = Said(
    "Mất thiết bị nên đã bỏ. Chờ sẵn sàng rồi quét lại.",
    "A device was lost, so this was let go. Wait until all is ready, then scan again.",
)
_SECOND = Said("Có người hoặc ống thứ hai: đã bỏ cả hai.", "A second one came: both were let go.")
_ENDED = Said("Máy đang tắt: đã bỏ.", "The station is stopping: this was let go.")
LET_GO: dict[str, Said] = {
    "timeout": _TIMEOUT,
    "second": _SECOND,
    "cancel": _CANCELLED,
    "device-lost": _LOST,
    "shutdown": _ENDED,
    "no-operator": Said(
        "Không có thẻ nhân viên: vẫn như trước.", "No staff card came: all stays as it was."
    ),
}

SLIPS: dict[Slip, Said] = {
    Slip.SKIPPED: Said(
        "Đã ghép, nhưng bỏ cách một ống: có thể lệch. Xem lại các ống {tubes}.",
        "Paired, but a tube was passed over: a slip? Look at tubes {tubes} again.",
    ),
    Slip.BACKWARDS: Said(
        "Đã ghép, nhưng ống không theo thứ tự: có thể lệch. Xem lại các ống {tubes}.",
        "Paired, but the tube is out of order: a slip? Look at tubes {tubes} again.",
    ),
    Slip.TOO_FAST: Said(
        "Đã ghép, nhưng nhanh hơn tay người: có thể lệch. Xem lại các ống {tubes}.",
        "Paired, but faster than hands can be: a slip? Look at tubes {tubes} again.",
    ),
}
ROSTER_LOST = Said(
    "Danh sách ống dán tên bị hỏng: không dùng ống có tên. Nối mạng để nhận lại; báo quản trị.",
    "The roster cannot be read: use no labelled tubes. Connect it, and it comes anew; tell the"
    " administrator.",
)
