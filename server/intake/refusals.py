"""What the intake may answer instead of a receipt.  Codes never change once shipped."""

from server.errors import DomainError


class UnreadableUpload(DomainError):
    code = "unreadable-upload"
    status = 400


class WrongContentType(DomainError):
    code = "wrong-content-type"
    status = 415


class TooLarge(DomainError):
    code = "too-large"
    status = 413


class ChangedReplay(DomainError):
    code = "changed-replay"
    status = 409


def unreadable(error: Exception) -> UnreadableUpload:
    about = str(error)[:160]
    return UnreadableUpload(
        f"Không đọc được gói gửi lên. Máy chủ đã giữ lại để xem. ({about})",
        f"The upload cannot be read; it is kept for a person to look at. ({about})",
    )


def wrong_content_type() -> WrongContentType:
    return WrongContentType(
        "Gói gửi lên phải có Content-Type là application/json.",
        "An upload must have the Content-Type application/json.",
    )


def too_large(limit: int) -> TooLarge:
    return TooLarge(
        f"Gói gửi lên lớn hơn {limit // 1024} KiB. Chia nhỏ rồi gửi lại.",
        f"The upload is larger than {limit // 1024} KiB. Split it and send it again.",
    )


def changed_replay(count: int) -> ChangedReplay:
    return ChangedReplay(
        f"{count} sự kiện đã có trên máy chủ với nội dung khác. Bản đầu được giữ, bản này để riêng,"
        " các sự kiện còn lại đã được lưu. Báo quản trị viên.",
        f"{count} events are on the server already with other bytes. The first are kept, these are"
        " put aside, the rest is stored. Tell the administrator.",
    )
