"""Code systems, identifier systems and profiles of a receiver: a preset, and what it changes."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import msgspec

PRESETS = ("none", "vn-core-0.6", "moh-2021")


class Codes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a receiver calls things.  Tables map our words to theirs."""

    base: str
    loinc: str
    snomed: str
    specimen_type: str
    category: str
    identifiers: dict[str, str] = {}
    profiles: dict[str, str] = {}
    needs: dict[str, list[str]] = {}
    tests: dict[str, str] = {}
    panels: dict[str, str] = {}
    ct: dict[str, str] = {}
    values: dict[str, str] = {}

    def system(self, of: str) -> str:
        """Return the system of our own identifiers of a thing: person, tube, pairing, outcome."""
        return f"{self.base}:{of}"


def codes(preset: str, changes: Mapping[str, Any] | None = None) -> Codes:
    """Return *preset* with *changes* over it; raise msgspec.ValidationError for unknown keys."""
    return msgspec.convert(_over(_preset(preset), changes or {}), Codes)


def _preset(name: str) -> dict[str, Any]:
    text = (files("server.exchange") / "presets" / f"{name}.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    under = document.pop("extends", None)
    return _over(_preset(under), document) if under else document


def _over(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(under)
    for key, value in over.items():
        known = merged.get(key)
        if isinstance(value, dict) and isinstance(known, dict):
            value = {**known, **value}
        merged[key] = value
    return merged
