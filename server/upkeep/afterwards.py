"""What is told after a restore: what is gone, and what has to be done again, in order."""

from collections.abc import Iterable

from sqlalchemy.exc import SQLAlchemyError

from contract.spoken import said
from server.audit import words
from server.audit.chain import Seal
from server.db import Database
from server.display import local
from server.speaking import say, tell
from server.upkeep.lost import Lost, compare

STEPS = (
    ("Chưa cho ai làm việc trên các trang. Theo thứ tự (docs/operators.md, Sau khi khôi phục):",
     "Let nobody work on the pages yet. In this order (docs/operators.md, After a restore):"),
    ("1. Người đã xóa, đồng ý đã rút lại từ lúc sao lưu: làm lại ở trang Yêu cầu dữ liệu, rồi "
     "`ghepmau-server retention run`.",
     "1. Who was erased or took consent back since the backup: again on the page Data requests, "
     "then `ghepmau-server retention run`."),
    ("2. Tài khoản đã khóa, vai trò và mật khẩu đã đổi, đối tác và trạm đã thu hồi: làm lại ở "
     "trang Người dùng, Đối tác, Trạm. Mọi phiên đăng nhập, liên kết và mã một lần đã bị "
     "ngừng. Mã dự phòng đã dùng hay đã thay, đường dẫn riêng cũ (đã đổi) nay lại mở được: người "
     "đó làm mã mới, đổi đường dẫn lần nữa. Trạm ghi danh từ đó: ghi danh lại.",
     "2. Accounts that were ended, roles and passwords that changed, partners and stations that "
     "were revoked: again on the pages Users, Partners, Stations. All log-ins, links and one-time "
     "codes are ended. Recovery codes that were used or replaced, and links of people that were "
     "renewed, open again: they make new codes, and the link is renewed once more. Stations "
     "enrolled since: enrol them again."),
    ("3. Kết quả đã rút, lần ghép và lần nhận ống mà ai đó đã rút hay hủy, ống đã từ chối, hồ sơ "
     "đã sửa, gộp, tách: làm lại trước khi phát hành; của ống chưa biết thì ngay sau bước 5. Đĩa "
     "đang xếp: so từng giếng trước khi khóa hay nhập kết quả.",
     "3. Results recalled, pairings and arrivals that somebody took back, tubes rejected, records "
     "corrected, merged or parted: again, before anything is released; of tubes that are not known "
     "yet, right after step 5. Plates in work: compare each well before it is locked or read."),
    ("4. Lô mới bỏ qua mọi số có thể đã in (giữ passed-over.json cạnh bản sao lưu). Lô in từ lúc "
     "sao lưu: đăng ký lại ở trang Lô ống.",
     "4. New lots pass over every number that may be printed (keep passed-over.json beside the "
     "backup). Lots printed since the backup: register them again on the page Lots."),
    ("5. Trên mọi trạm: `ghepmau-station send-all`. Tệp kết quả của máy: nhập lại.",
     "5. On every station: `ghepmau-station send-all`. Files of machines: import them again."),
    ("6. Nơi nhận: kết quả gửi từ lúc sao lưu có thể được gửi lại với mã khác; hỏi lại ở trang "
     "Chuyển kết quả.",
     "6. Receivers: what was sent since the backup may go again under other keys; ask them again "
     "on the page Deliveries."),
)  # fmt: skip


def tell_steps() -> None:
    for vi, en in STEPS:
        tell(vi, en)


def tell_what_is_lost(replaced: Database, restored: Database) -> None:
    """Tell what the one had and the other has not, as far as the *replaced* one can be read."""
    try:
        tell_lost(compare(replaced, restored))
    except (SQLAlchemyError, ValueError, TypeError) as error:
        tell(
            f"Cơ sở dữ liệu bị thay thế không đọc được: {type(error).__name__}.",
            f"The database that is replaced cannot be read: {type(error).__name__}.",
        )


def tell_lost(lost: Lost) -> None:
    """Tell each thing that has to be done again, each lot, and how much there was of the rest."""
    tell(
        "Cơ sở dữ liệu bị thay thế còn đọc được; những việc sau không còn trong bản khôi phục:",
        "The database that is replaced can be read; this is not in what was restored:",
    )
    for deed in lost.again:
        at = f"{local(deed.at):%Y-%m-%d %H:%M}" if deed.at else "????-??-?? ??:??"
        about = f"{deed.subject}, {deed.detail}" if deed.detail else deed.subject
        say(f"  {at}  {said(*words.of(deed.action))}: {about} ({deed.actor})")
    for lot in lost.lots:
        tubes = f"{lot.first} … {lot.last}" if lot.first else said("mã của hãng", "maker's codes")
        say(f"  {said('Lô', 'Lot')} {lot.name}: {tubes} {lot.station}".rstrip())
    others = (f"{said(*words.of(action))} {count}" for action, count in sorted(lost.others.items()))
    if lost.others:
        say(f"  {said('Và', 'And')}: {'; '.join(others)}.")


def tell_of_anchors(anchored: Iterable[Seal], entries: int) -> None:
    """Tell how many entries there were by the anchors, beyond the *entries* that came back."""
    most = max((seal.position for seal in anchored), default=0)
    if most > entries:
        tell(
            f"Theo các mốc còn giữ, nhật ký đã có {most} dòng, nay có {entries}: ít nhất "
            f"{most - entries} việc không còn. Chuyển các mốc sau bản sao lưu sang thư mục khác và "
            "giữ lại: `audit verify` nhắc đến chúng chừng nào chúng còn ở đó.",
            f"The anchors say that the trail had {most} entries, now it has {entries}: at least "
            f"{most - entries} acts are gone. Move the anchors from after the backup into another "
            "folder and keep them: `audit verify` speaks of them as long as they are there.",
        )
