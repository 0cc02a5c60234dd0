"""The matched outcomes as rows of a sheet, and the filter in words for its mark."""

from server import place_names
from server.exports import Cell
from server.officers.details import Row
from server.officers.sample_states import WORDS
from server.officers.wishes import Wish
from server.outcomes.words import REASONS, STATUSES

HEADS = (
    "Họ tên · Name", "Năm sinh · Born", "Ống · Tube", "Lấy mẫu · Sampled",
    "Giờ chưa chắc · Time unsure", "Nơi · Place", "Mã nơi · Code", "Trạm · Station", "Gộp · Pool",
    "Tình trạng · State", "Kết luận · Outcome", "Lý do · Reason", "Bản · Version",
)  # fmt: skip
_NAMES = {
    "q": "tìm", "person": "người", "status": "kết luận", "state": "tình trạng", "place": "nơi",
    "begin": "từ", "end": "đến", "station": "trạm", "lab": "phòng xét nghiệm", "box": "hộp",
    "file": "tệp", "pool": "gộp",
}  # fmt: skip


def cells(row: Row) -> list[Cell]:
    return [
        row.name or "", row.birth_year or "", row.tube.grouped, row.at, "" if row.trusted else "x",
        place_names.full_name(row.place), row.place, row.station, "x" if row.pool else "",
        _both(WORDS.get(row.state), row.state), _both(STATUSES.get(row.status or ""), row.status),
        _both(REASONS.get(row.reason or ""), row.reason), row.version or "",
    ]  # fmt: skip


def _both(known: tuple[str, str] | None, text: str | None) -> str:
    return " / ".join(known) if known else text or ""


def in_words(wish: Wish) -> str:
    """Return the filter for people to read, as 'tìm: Bình, nơi: vn-2021:24'; '' for none."""
    said = {**wish.address(), **({"q": wish.q} if wish.q else {})}
    return ", ".join(f"{_NAMES[name]}: {value}" for name, value in said.items() if name in _NAMES)
