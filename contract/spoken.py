"""In which languages a command speaks: Vietnamese, with English beside it, or one of them.  Pure.

`ghepmau-… --lang vi|en|both`, else GHEPMAU_LANG, else a system that is set to Vietnamese (LC_ALL,
LC_MESSAGES, LANG); else both, since whoever keeps the machine set it up in English.  What programs
read (JSON, paths, codes, names of settings) is the same in all.
"""

from collections.abc import Mapping, Sequence

LANGUAGES = ("both", "vi", "en")
_chosen = ["both"]  # of this process: one command speaks one way


def said(vi: str, en: str) -> str:
    """Return a sentence as this command says it."""
    if _chosen[0] == "both":
        return f"{vi} · {en}" if vi != en else vi
    return en if _chosen[0] == "en" else vi


class Spoken(Exception):
    """What went wrong, as whoever runs a command reads it: a sentence in both languages.

    One that only passes on what another says gives that alone.
    """

    def __init__(self, vi: str, en: str = "") -> None:
        super().__init__(said(vi, en) if en else vi)


def choose(arguments: Sequence[str], environ: Mapping[str, str]) -> list[str]:
    """Choose for this process; return *arguments* without `--lang` and what follows it."""
    rest, asked, words = list[str](), "", iter(arguments)
    for word in words:
        if word == "--lang":
            asked = next(words, "")
        elif word.startswith("--lang="):
            asked = word.removeprefix("--lang=")
        else:
            rest.append(word)
    asked = asked or environ.get("GHEPMAU_LANG", "")
    _chosen[0] = asked if asked in LANGUAGES else _of_the_system(environ)
    return rest


def _of_the_system(environ: Mapping[str, str]) -> str:
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    first = next((environ[name] for name in names if environ.get(name)), "")
    return "vi" if first.lower().startswith("vi") else "both"
