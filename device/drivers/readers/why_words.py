"""Why a reader that does not keep a setting is not used, in Vietnamese.  Data.

By the words of the profiles that ship (their `must`): those of somebody's own profile stay.
"""

VIETNAMESE = {
    "ends each code with CR": "kết thúc mỗi mã bằng CR",
    "ends each code with CR; from the factory it ends with nothing":
        "kết thúc mỗi mã bằng CR; mặc định của hãng là không có gì",
    "codes come in packets with a checksum, and with what kind of code it was":
        "mã đến trong gói có tổng kiểm tra, kèm loại mã",
    "the code alone, with no prefix and no suffix": "chỉ có mã, không thêm gì trước hay sau",
    "each code in a frame with its length and its kind, told from every reply":
        "mỗi mã trong một khung ghi độ dài và loại mã, phân biệt với mọi câu trả lời",
    "Code 128 on: our tubes carry it": "bật Code 128: ống của ta mang mã này",
    "says of each code what kind it is (AIM identifier)":
        "cho biết loại của mỗi mã (định danh AIM)",
    "the end of a code is CR": "mã kết thúc bằng CR",
    "each code is ended": "mỗi mã đều có dấu kết thúc",
    "no identifier inside the text: the packet itself says what kind of code it was":
        "không có định danh trong nội dung: chính gói cho biết loại mã",
}  # fmt: skip
