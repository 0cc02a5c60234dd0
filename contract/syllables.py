"""Is a word built like a Vietnamese syllable?  Used to tell good text from damage.

Names of minority peoples and of foreigners need not pass: a failure is a doubt, never a verdict.
"""

import re
import unicodedata

TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}  # dictionary order
_AFTER_STOP = {"\u0301", "\u0323"}  # no other tone goes with a final c, ch, p or t
_ONSETS = "ngh|ng|nh|gh|gi|kh|ph|qu|th|tr|ch|[bcdđghklmnprstvx]"
_LAST_MAY_BE_MARKED = frozenset({"oa", "oe", "uy", "uê", "uơ"})  # and rimes of one letter


def _words(text: str) -> list[str]:
    return text.split()


_RIMES = _words(
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây "
    "e ec em en eng eo ep et ê êch êm ên êng ênh êp êt êu "
    "i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu "
    "o oc oi om on ong op ot oa oac oach oai oam oan oang oanh oao oap oat oay "
    "oăc oăm oăn oăng oăt oe oen oeo oet ooc oong "
    "ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt "
    "u ua uc ui um un ung up ut uâc uân uâng uât uây uê uêch uênh uôc uôi uôm uôn uông uôt uơ "
    "ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu "
    "uy uya uych uyên uyêt uyn uynh uyp uyt uyu y yêm yên yêng yêt yêu"
)


def bare(text: str) -> str:
    """Return *text* without any mark, d for đ."""
    parts = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(part for part in parts if not unicodedata.combining(part))


_SYLLABLE = re.compile(f"(?:{_ONSETS})?({'|'.join(_RIMES)})|qu(y(?:ch|n|nh|p|t))")
_BARE = re.compile(
    f"(?:{_ONSETS})?(?:{'|'.join(dict.fromkeys(map(bare, _RIMES)))})|quy(?:ch|n|nh|p|t)"
)
_STOP = re.compile(r"(?:c|ch|p|t)$")


def plausible(plain: str) -> bool:
    """Return whether *plain* (lower case, no marks, d for đ) could be a syllable."""
    return _BARE.fullmatch(plain) is not None


def well_formed(word: str) -> bool:
    """Return whether *word*, with its marks and in any case, is a syllable with a right tone."""
    parts = unicodedata.normalize("NFD", word.casefold())
    tones = [part for part in parts if part in TONES]
    toneless = unicodedata.normalize("NFC", "".join(part for part in parts if part not in TONES))
    found = _SYLLABLE.fullmatch(toneless)
    if found is None or len(tones) > 1:
        return False
    rime = found[1] or found[2]
    if parts[-1] in TONES and len(rime) > 1 and rime not in _LAST_MAY_BE_MARKED:
        return False
    return _STOP.search(toneless) is None or (bool(tones) and tones[0] in _AFTER_STOP)
