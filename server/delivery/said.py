"""What of a delivery's error, or of an answer to our asking back, is in our own words.  Pure.

What a receiver answered may repeat the finding or a name, and so may the reason for which somebody
set a message aside: whoever looks after receivers reads neither.
"""

import errno
import os
import re

_SYSTEM = "|".join(re.escape(os.strerror(number)) for number in errno.errorcode)
_WHY = (
    rf"(?:\[Errno -?\d{{1,5}}\] )?(?:{_SYSTEM}|timed out|Name or service not known"
    "|Temporary failure in name resolution)"
    r"|\[SSL: (?:CERTIFICATE_VERIFY_FAILED|WRONG_VERSION_NUMBER|UNEXPECTED_EOF_WHILE_READING)\]"
)
_OURS = re.compile(
    r"HTTP \d{3}"
    rf"|no (?:safe )?connection(?:: (?:{_WHY}))?"
    r"|the token's file cannot be read"
    rf"|cannot write in the folder(?:: (?:{_SYSTEM}))?"
    r"|the connection ended before the answer"
    r"|the receiver has newer versions"
    r"|the receiver has this observation \d+ times"
    r"|there is no such outcome any more"
    r"|unreadable notice"
    r"|no person's id"
    r"|the answer is no (?:JSON|transaction's)"
    r"|what answers there is no Ghép Mẫu: look at the url, and for a sign-in page or proxy"
    r"|was not taken"
    r"|the field \w+ differs"
    r"|the receiver has \d+ observations of this outcome"
    r"|the record has no such entry"
    r"|the entry in the record says something else"
)
_VIETNAMESE = {
    "no safe connection": "không có kết nối an toàn",
    "no connection": "không kết nối được",
    "the token's file cannot be read": "không đọc được tệp mã truy cập",
    "cannot write in the folder": "không ghi được vào thư mục",
    "the connection ended before the answer": "mất kết nối trước khi có trả lời",
    "the receiver has newer versions": "nơi nhận có bản mới hơn",
    "the receiver has this observation": "số lần nơi nhận có mục này:",
    "there is no such outcome any more": "không còn kết luận này",
    "unreadable notice": "thông báo không đọc được",
    "no person's id": "không có mã của người",
    "the answer is no": "trả lời không phải",
    "what answers there is no Ghép Mẫu": "nơi trả lời không phải là Ghép Mẫu",
    "look at the url, and for a sign-in page or proxy": "xem lại url, hay trang đăng nhập, proxy",
    "was not taken": "không được nhận",
    "the field": "trường",
    "differs": "khác",
    "the receiver has": "nơi nhận có",
    "observations of this outcome": "mục của kết luận này",
    "the record has no such entry": "hồ sơ không có mục này",
    "the entry in the record says something else": "mục trong hồ sơ ghi khác",
}
_WORDS = re.compile("|".join(_VIETNAMESE))
# The class of an error: of ours, or of Python and what we use; a capital alone begins any word.
_KIND = re.compile(
    r"(?:Refused|MadeTwice|Overtaken|Unreachable|Uncertain"
    r"|[A-Z][A-Za-z]{0,40}(?:Error|Exception))(?=: )"
)


def ours(error: object) -> str:
    """Return what we say of an error; '' where every word may be another's."""
    text = str(error or "")
    found = _OURS.search(text) or _KIND.match(text)
    return found[0].strip() if found else ""


def vietnamese(noted: str) -> str:
    """Return *noted*, which is in English, with our own words in Vietnamese; others' stay."""
    return _WORDS.sub(lambda found: _VIETNAMESE[found[0]], noted)
