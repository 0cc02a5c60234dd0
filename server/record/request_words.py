"""How each kind of request about one's data is said, wherever it is shown or entered.  Pure."""

from collections.abc import Mapping

from server.record.requests import Kind

KINDS: Mapping[str, tuple[str, str]] = {
    Kind.SEE: ("xem dữ liệu", "see the data"),
    Kind.CORRECT: ("sửa dữ liệu", "correct the data"),
    Kind.DELETE: ("xóa dữ liệu", "delete the data"),
    Kind.WITHDRAW: ("rút đồng ý", "withdraw consent"),
}
