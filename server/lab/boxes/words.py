"""How steps, states and differences of boxes are said.  Pure."""

from server.lab.boxes.custody import Gap, Kind, State

STEPS = {
    Kind.PUT_IN: ("Quét vào hộp", "Scanned into the box"),
    Kind.TAKEN_OUT: ("Lấy ra khỏi hộp", "Taken out of the box"),
    Kind.PACKED: ("Đóng hộp", "Packed"),
    Kind.GIVEN: ("Giao hộp", "Handed over"),
    Kind.TAKEN: ("Nhận hộp", "Taken over"),
    Kind.UNREADABLE: ("Ống không đọc được mã, loại", "Tube without a readable code, rejected"),
    Kind.COUNTED: ("Phòng xét nghiệm đếm xong", "Counted by the laboratory"),
    Kind.OWNED: ("Nhận xem chênh lệch", "Looks into the difference"),
    Kind.EXPLAINED: ("Giải trình chênh lệch", "Explained the difference"),
}
STATES = {
    State.OPEN: ("đang xếp", "being filled"),
    State.PACKED: ("đã đóng", "packed"),
    State.HANDING_OVER: ("đang giao", "being handed over"),
    State.IN_TRANSIT: ("đang chuyển", "in transit"),
    State.RECEIVED: ("đã nhận", "received"),
}
GAPS = {
    Gap.PACKED: ("Số quét vào khác số ghi khi đóng hộp", "Scanned in, against packed"),
    Gap.HAND_OVER: ("Bên giao và bên nhận đếm khác nhau", "Giver's count against taker's"),
    Gap.ON_THE_WAY: ("Số giao đi khác số đã nhận", "Given on, against what was taken"),
    Gap.ONE_SIDE: ("Chỉ một bên xác nhận", "Only one side confirmed"),
    Gap.ARRIVAL: ("Phòng xét nghiệm đếm khác", "The laboratory's count differs"),
    Gap.OTHER_TUBES: ("Không đúng ống: số thiếu và số thừa", "Other tubes: missing, too many"),
}
