"""How the reasons behind suggestions and controls are said.  Pure."""

REASONS = {
    "detected": ("lên", "rose"),
    "doubtful": ("lên muộn", "rose late"),
    "silent": ("không lên", "did not rise"),
    "unreadable": ("Ct không đọc được", "unreadable Ct"),
    "missing": ("không đo", "not measured"),
    "differing": ("các giếng khác nhau", "replicates differ"),
    "internal-rose": ("chứng nội lên", "internal control rose"),
    "internal-silent": ("chứng nội không lên", "internal control did not rise"),
    "no-negative": ("thiếu chứng âm", "no negative control"),
    "no-positive": ("thiếu chứng dương", "no positive control"),
    "no-extraction": ("thiếu chứng tách chiết", "no extraction control"),
    "control-rose": ("chứng âm lên đường cong", "a control that must stay silent rose"),
    "control-silent": ("chứng dương không lên", "the positive control did not rise"),
    "control-outside": ("chứng dương ngoài khoảng Ct", "the positive control is out of its window"),
    "control-unreadable": ("Ct của chứng không đọc được", "unreadable Ct of a control"),
    "control-unmeasured": ("chứng không được đo", "a control was not measured"),
    "control-keyed": (
        "chứng không cho kết quả phải có",
        "a control was not called what it must be",
    ),
    "keyed": ("nhập tay", "keyed by hand"),
    "control-internal": ("chứng nội của chứng không lên", "a control's internal control is silent"),
}
