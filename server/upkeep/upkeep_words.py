"""What the operator's reports name in the language of programs, in Vietnamese.  Pure."""

KINDS_OF_DATA = {  # of a person, as `breach` lists them
    "address": "địa chỉ",
    "birth": "ngày sinh",
    "birth year": "năm sinh",
    "card number": "số thẻ",
    "check-ins": "lượt đến các điểm",
    "codes that were scanned, as sealed": "mã đã quét, còn niêm kín",
    "contacts": "người tiếp xúc",
    "declarations": "tờ khai",
    "last declaration": "tờ khai gần nhất",
    "last test": "xét nghiệm gần nhất",
    "name": "họ tên",
    "number": "số giấy tờ",
    "numbers": "các số giấy tờ",
    "person key": "mã người của đối tác",
    "phone": "điện thoại",
    "phones": "các số điện thoại",
    "place": "địa bàn",
    "points": "điểm đã đến",
    "sex": "giới tính",
    "short name": "tên viết gọn",
    "test": "kết quả xét nghiệm",
    "test to repeat": "xét nghiệm phải lấy lại",
    "tests": "các xét nghiệm",
    "tests or contacts": "xét nghiệm hoặc người tiếp xúc",
    "that a number is known": "số ấy có trong hệ thống",
    "the code that was held up: name, birth, number, address (while it was scanned)": (
        "mã đưa trước máy: họ tên, ngày sinh, số giấy tờ, địa chỉ (lúc quét)"
    ),
    "tube": "ống",
    "vaccinations": "tiêm chủng",
}
PURPOSES = {  # what retention takes away
    "answers": "câu trả lời về sức khỏe",
    "archives": "tệp lưu trữ",
    "check-ins": "lượt đến các điểm",
    "drafts of lists": "danh sách nháp",
    "events": "sự kiện của trạm",
    "events of check-ins": "sự kiện đến điểm",
    "lists": "danh sách",
    "lists of doses": "danh sách mũi tiêm",
    "machines' files": "tệp của máy",
    "machines' rows": "dòng trong tệp của máy",
    "persons": "hồ sơ người",
    "phones": "điện thoại đã khai cho ai",
    "what could not be taken": "gói không nhận được",
    "where it was declared": "nơi đã khai",
}
STAYS = {  # and what stays of it
    "answers": "đã khai, ngày nào, đồng ý điều gì",
    "check-ins": "số đếm theo điểm và ngày",
    "drafts of lists": "tên danh sách và lúc lập",
    "events": "số, băm và loại của từng sự kiện: chuỗi",
    "events of check-ins": "số, băm và loại của từng sự kiện: chuỗi",
    "lists": "ống, thứ tự, năm sinh, giới tính",
    "lists of doses": "tên danh sách và lúc nhập",
    "machines' files": "mã băm, số đếm, mọi lần đọc của từng ống",
    "machines' rows": "giếng, ống, lần đọc",
    "persons": "ống, kết luận, thập niên sinh, giới tính",
    "phones": "không gì",
    "what could not be taken": "không gì",
    "where it was declared": "đã khai, ngày nào, đồng ý điều gì",
}


def of_data(kind: str) -> str:
    return KINDS_OF_DATA.get(kind, kind)


def of_purpose(name: str) -> str:
    return PURPOSES.get(name, name)


def what_stays(name: str) -> str:
    return STAYS.get(name, "")
