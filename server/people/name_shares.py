"""How many of a thousand people have a syllable in their name, about: data, without marks.

Rough figures are enough.  They only say into how many numbers a common syllable is split
(`name_parts`), so that no number stands out; what is not here is rare.
"""

PER_THOUSAND = {
    "nguyen": 380, "thi": 330, "van": 220, "tran": 110, "le": 100, "hoang": 80, "pham": 70,
    "thanh": 70, "ngoc": 55, "anh": 55, "minh": 55, "phan": 45, "vu": 45, "vo": 40, "huynh": 40,
    "thu": 35, "phuong": 35, "dung": 32, "duc": 30, "duong": 30, "hong": 30, "dinh": 30,
    "huong": 30, "xuan": 30, "thuy": 30, "mai": 25, "linh": 25, "hung": 25, "ha": 25, "hoa": 25,
    "kim": 25, "quang": 25, "dang": 25, "hai": 25, "tuan": 20, "huu": 20, "quoc": 20, "lan": 20,
    "bui": 20, "do": 20, "khanh": 16, "hien": 16, "tam": 16, "thao": 16, "ho": 16, "ngo": 16,
    "nam": 16, "son": 16, "trung": 16, "trang": 16, "gia": 16, "bao": 16, "an": 16, "dat": 12,
    "binh": 14, "cuong": 14, "long": 14, "hieu": 14, "yen": 14, "nga": 14, "hanh": 14, "tien": 14,
    "viet": 13, "nhu": 13, "quynh": 13, "tu": 13, "bich": 12, "ly": 12, "li": 12, "chi": 12,
    "cong": 12, "trong": 11, "nhung": 11, "my": 11, "mi": 11, "loan": 11, "phuc": 11, "oanh": 8,
    "dao": 9, "tung": 11, "hang": 12, "giang": 11, "diep": 7, "doan": 11, "truong": 13, "ba": 8,
    "sy": 5, "si": 5, "khac": 5, "manh": 11, "tai": 8, "tan": 9, "thang": 11, "thinh": 7,
    "vinh": 8, "toan": 8, "luong": 9, "luu": 6, "cao": 6, "trinh": 8, "ta": 4, "chau": 8,
    "nhat": 7, "khoa": 6, "phat": 6, "phong": 9, "hau": 6, "nhi": 7, "ngan": 7, "tuyet": 8,
    "thuong": 7, "vy": 6, "vi": 6, "trieu": 3, "kien": 8, "khang": 5, "tuyen": 6,
    "quyen": 6, "sang": 6, "dai": 5, "diem": 5, "cam": 5, "hue": 8, "hoai": 7, "lam": 9, "loc": 6,
    "loi": 6, "mong": 3, "nghia": 6, "nhan": 6, "phi": 5, "phu": 6, "phung": 6, "quan": 8,
    "quy": 6, "qui": 6, "thai": 8, "the": 6, "thien": 7, "tho": 4, "tinh": 4, "tri": 6, "tuong": 3,
}  # fmt: skip
