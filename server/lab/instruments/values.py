"""Wells, Ct values, roles and yes/no as machines write them.  Pure; each answer is remembered.

Ct: `24.1`, `24,1` and `1,024.5` are numbers; `Undetermined`, `NaN`, `No Ct` and `-` say that the
machine looked and found nothing; an empty field, `N/A` and `null` say nothing at all.  Software
says `Undetermined` in the language of the country where it was bought.  That holds in a column of
Ct only: in a field where a call may stand the same words mean inconclusive (`no_rise`).
"""

import re
import unicodedata
from functools import lru_cache

from server.lab.instruments.readings import Role

HIGHEST_CT = 60.0
_NONE_WORDS = """undetermined undet undetected nan noct nocq none neg negative no-amp noamp
noamplification notdetected khongxacdinh khong khongphathien amtinh - -- -1 infinity inf >40 >45 ud
(-) khongco khongct khongcoct kxd am"""
_NONE_ABROAD = """unbestimmt nichtbestimmt indetermine nondetermine nondetecte indeterminado
nodetectado naodetectado indeterminato nonrilevato 未检出 未檢出 未测出 未确定 未定 不确定 未検出
検出限界以下 検出されず 検出せず 미검출 미결정 неопределено необнаружено"""
_NUMBER = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,18})?", re.ASCII)
_EXPONENT = re.compile(r"[0-9](?:\.[0-9]+)?[eE][+-]?0?[0-2]", re.ASCII)
_BEYOND = re.compile(r"[>≥]\s*=?\s*(?:4[0-9]|50)(?:\.0+)?", re.ASCII)  # the last cycle of a run
_WELL = re.compile(r"([A-Pa-p])[\s:_-]*0?([0-9]{1,2})", re.ASCII)
_INDEX = re.compile(r"([0-9]{1,3})(?:\.0+)?", re.ASCII)
_CYRILLIC = str.maketrans("АВСЕНКМОРТХасеорхтуіΔ", "ABCEHKMOPTXaceopxtyiD")


@lru_cache(4096)
def fold(text: str) -> str:
    """Return a heading without case, accents, spaces and signs, look-alike letters made Latin."""
    latin = text.translate(_CYRILLIC)
    if any("\u0400" <= letter <= "\u04ff" for letter in latin):  # it is Russian, not a look-alike
        latin = text
    plain = unicodedata.normalize("NFKD", latin.casefold().replace("đ", "d"))
    return "".join(
        letter for letter in plain if letter.isalnum() and not unicodedata.combining(letter)
    )


UNDETERMINED = frozenset([*_NONE_WORDS.split(), *map(fold, _NONE_ABROAD.split())])
_UNSAID = {"na", "null"}  # not measured, not applicable, gone: like an empty field
# The only words that say "no rise" wherever they stand; `Indeterminado` may be a call.
_FLAT = frozenset(["undetermined", "undet", "noct", "nocq", "noamp", "noamplification"])


@lru_cache(65536)
def ct_of(text: str) -> tuple[str, bool] | None:
    """Return (Ct as written with a point, undetermined), or None for what is no Ct at all."""
    shown = text.strip()
    if not shown:
        return "", False
    number = _with_point(shown)
    if _NUMBER.fullmatch(number) or _EXPONENT.fullmatch(number):
        if float(number) == 0.0:
            return "", True  # "Ct of 0 means none" (GeneXpert, and many spreadsheets)
        return (_short(number), False) if float(number) <= HIGHEST_CT else None
    if _BEYOND.fullmatch(number):
        return "", True
    spoken = fold(shown) or shown.replace(" ", "")
    if spoken in _UNSAID:
        return "", False
    known = spoken in UNDETERMINED or shown.casefold().replace(" ", "") in UNDETERMINED
    return ("", True) if known else None


def no_rise(text: str) -> bool:
    """Return whether *text*, where a call may stand, says no more than that a curve did not rise.

    A negative hangs on it, so the list is closed: any other word is the machine's call.
    """
    return fold(text) in _FLAT or _BEYOND.fullmatch(_with_point(text.strip())) is not None


def _with_point(shown: str) -> str:
    if "," not in shown:
        return shown
    if "." in shown:  # 1,024.5 or 1.024,5: the last of the two parts the decimals
        last_is_point = shown.rindex(".") > shown.rindex(",")
        return shown.replace(",", "") if last_is_point else shown.replace(".", "").replace(",", ".")
    return shown.replace(",", ".", 1)


def _short(number: str) -> str:
    """Keep what was written, but not fifteen digits of a binary fraction."""
    if "e" in number.casefold():
        number = f"{float(number):.6f}".rstrip("0").rstrip(".")
    whole, point, rest = number.partition(".")
    return number if len(rest) <= 3 else f"{float(whole + point + rest):.3f}"


@lru_cache(4096)
def well_of(text: str, columns: int = 12) -> str | None:
    """Return A1 to P24 for `A1`, `a01`, `A 1` or a number counted along the rows; None if none."""
    shown = text.strip()
    if found := _WELL.fullmatch(shown):
        letter, column = found[1].upper(), int(found[2])
        return f"{letter}{column}" if 1 <= column <= 24 else None
    if found := _INDEX.fullmatch(shown):
        row, column = divmod(int(found[1]) - 1, columns)
        rows = 8 if columns == 12 else 16
        return f"{'ABCDEFGHIJKLMNOP'[row]}{column + 1}" if 0 <= row < rows else None
    return None


_ROLES = {
    Role.SAMPLE: "unknown unkn unk sample patient p mau s u",
    Role.NEGATIVE: "ntc nac nc neg negctrl negcontrol negativecontrol negative nrt blank chungam"
    " notemplatecontrol notemplate nuoc water h2o ncontrol blockedipc"
    " ntcnegative",
    Role.EXTRACTION: "nec negativeextractioncontrol extractioncontrol extraction chungtach"
    " chungtachchiet",
    Role.POSITIVE: "pc pos posctrl poscontrol positivecontrol positive chungduong ptc"
    " positivetemplatecontrol pecontrol pec",
    Role.CONTROL: "control ctrl q qc chung ic ipc controlsample",
    Role.STANDARD: "standard std c calibrator chuan cal s1standard",
}  # fmt: skip
_ROLE_OF = {word: role for role, words in _ROLES.items() for word in words.split()}
_TAIL = re.compile(r"(?:[-_ ]*[0-9]+|allele.*)$")


@lru_cache(4096)
def role_of(text: str) -> Role | None:
    """Return the role that a machine's word (`Unkn-3`, `Chứng âm`) names, None if unknown."""
    plain = fold(text)
    return _ROLE_OF.get(plain) or _ROLE_OF.get(_TAIL.sub("", plain))


_CONTROL_WORDS = """ntc nac nec pc positivecontrol negativecontrol chungam chungduong poscontrol
negcontrol posctrl negctrl blank"""
_CONTROL_NAMES = frozenset(_CONTROL_WORDS.split())


@lru_cache(4096)
def role_by_name(sample: str) -> Role | None:
    """Return the control that a sample's *name* says it is; only whole, well-known names count."""
    plain = _TAIL.sub("", fold(sample))
    return _ROLE_OF.get(plain) if plain in _CONTROL_NAMES else None


@lru_cache(256)
def is_yes(text: str) -> bool:
    return fold(text) in {"true", "yes", "1", "x", "co", "y"}
