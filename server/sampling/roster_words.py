"""The words for what became of a list's rows, and for how two descriptions compare."""

from server.people.matching import Agreement, Part
from server.sampling.roster_cells import Note, Reason
from server.sampling.roster_columns import Field

REASONS = {
    Reason.NO_NAME: ("thiếu họ tên", "no name"),
    Reason.NAME: ("họ tên không đọc được", "the name cannot be read"),
    Reason.BIRTH: ("ngày sinh không đọc được", "the date of birth cannot be read"),
    Reason.SEX: ("giới tính không đọc được", "the sex cannot be read"),
    Reason.CITIZEN: ("số CCCD/CMND sai", "the citizen number is wrong"),
    Reason.INSURANCE: ("số BHYT sai", "the insurance number is wrong"),
    Reason.PHONE: ("số điện thoại sai", "the phone number is wrong"),
    Reason.TWICE: ("người này đã có ở dòng trên", "this person stands in a row above"),
    Reason.TOO_MANY: ("danh sách quá dài, hãy chia ra", "the list is too long: split it"),
}
NOTES = {
    Note.ZEROS: ("đã thêm số 0 bị Excel bỏ", "zeros that Excel took off were put back"),
    Note.NUMBER_DISAGREES: (
        "số CCCD không khớp năm sinh hoặc giới tính",
        "the citizen number disagrees with year or sex",
    ),
    Note.OLD_NUMBER: ("số CMND cũ 9 số", "an old number of nine digits"),
}
FIELDS = {
    Field.NAME: ("họ tên", "name"),
    Field.FAMILY: ("họ đệm", "family name"),
    Field.GIVEN: ("tên", "given name"),
    Field.BIRTH: ("ngày/năm sinh", "birth"),
    Field.YEAR_IF_MALE: ("năm sinh (nam)", "year (men)"),
    Field.YEAR_IF_FEMALE: ("năm sinh (nữ)", "year (women)"),
    Field.SEX: ("giới tính", "sex"),
    Field.CITIZEN: ("CCCD/CMND", "citizen number"),
    Field.INSURANCE: ("BHYT", "insurance number"),
    Field.PHONE: ("điện thoại", "phone"),
    Field.ADDRESS: ("địa chỉ", "address"),
}
PARTS = {
    Part.NAME: ("tên", "name"),
    Part.BIRTH: ("ngày sinh", "birth"),
    Part.SEX: ("giới tính", "sex"),
    Part.PHONE: ("điện thoại", "phone"),
    Part.ADDRESS: ("địa chỉ", "address"),
}
AGREEMENTS = {
    Agreement.SAME: ("✔", "trùng", "same"),
    Agreement.BARE: ("✔", "trùng, một bên không dấu", "same but for marks"),
    Agreement.NEAR: ("≈", "gần giống", "near"),
    Agreement.YEAR: ("✔", "trùng năm", "same year"),
    Agreement.DIFFERENT: ("✖", "khác", "different"),
    Agreement.UNKNOWN: ("–", "không biết", "unknown"),
}
