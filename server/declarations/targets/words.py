"""Words of the boards: rows of data."""

STATES = {
    "never": ("Chưa dùng", "Never used"),
    "silent": ("Im lặng", "Silent"),
    "behind": ("Chưa đạt", "Behind"),
    "open": ("Không có chỉ tiêu", "No target"),
    "reached": ("Đạt", "Reached"),
}
AREAS = {"town": ("Thành phố, thị trấn", "Towns"), "elsewhere": ("Nơi khác", "Elsewhere")}
BASES = {
    "target": ("trên chỉ tiêu hôm trước", "above the target of the day before"),
    "actual": ("trên số thật hôm trước", "above the count of the day before"),
}
