"""What the actions of the trail are called, in both languages: one table, words.toml."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def table() -> Mapping[str, tuple[str, str]]:
    """Return the words of every action, (Vietnamese, English)."""
    text = files(__package__).joinpath("words.toml").read_text(encoding="utf-8")
    return {action: (vi, en) for action, (vi, en) in tomllib.loads(text).items()}


def of(action: str) -> tuple[str, str]:
    """Return what *action* is called; an action of an older version is called by its code."""
    return table().get(action, (action, action))
