"""What people are told at their next log-in about what others did to their account.  Data."""

from datetime import datetime

from server.display import local, t

WORDS = {
    "factor-reset": (
        "{by} đã gỡ bước xác thực thứ hai của bạn lúc {at}. Nếu bạn không nhờ, báo ngay.",
        "{by} took your second factor away, {at}. If you did not ask for it, say so at once.",
    ),
    "moved": (
        "{by} đã đổi vai trò hoặc phạm vi của bạn lúc {at}.",
        "{by} changed your role or where you may look, {at}.",
    ),
    "password-chosen": (
        "Mật khẩu của bạn được đặt lại lúc {at} bằng liên kết do {by} đưa. Nếu không phải bạn, báo"
        " ngay.",
        "Your password was chosen anew, {at}, by a link from {by}. If that was not you, say so at"
        " once.",
    ),
}


def sentence(kind: str, at: datetime, by: str) -> str:
    vi, en = WORDS[kind]
    said = {"at": f"{local(at):%H:%M %d/%m/%Y}", "by": by.removeprefix("user:")}
    return t(vi.format(**said), en.format(**said))
