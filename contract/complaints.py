"""What msgspec says of a setting that does not fit, in Vietnamese.  Pure.

It says 'Expected `int`, got `str` - at `$.station.state`'; of a kind that is not known here its own
words stay.
"""

import re

from contract.phrases import Phrases

_SAID = Phrases(
    {
        r"expected `(.+?)`, got `(.+?)`": r"phải là `\1`, không phải `\2`",
        r"expected `(.+?)` of length (.+)": r"phải là `\1` dài \2",
        r"expected `(.+?)` matching regex (.+)": r"phải là `\1` theo mẫu \2",
        r"expected `(.+?)` (.+)": r"phải là `\1` \2",
        r"invalid enum value (.+)": r"không có giá trị \1",
        r"object missing required field `(.+)`": r"thiếu `\1`",
        r"object contains unknown field `(.+)`": r"không có khóa `\1`",
    },
    re.IGNORECASE,
)


def vietnamese(complaint: str) -> str:
    """Return *complaint* in Vietnamese, with the place that it names."""
    what, dash, where = complaint.partition(" - at ")
    ours = _SAID.vietnamese(what)
    return complaint if ours is None else f"{ours}{dash and f' - ở {where}'}"
