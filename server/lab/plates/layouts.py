"""A plate's layout as each machine's software reads it.  Pure; formats are rows of one table.

Sources: QuantStudio's own exports ([Sample Setup]); SDS 2.x set-up files (version 3); the plate
data file of CFX Maestro; the sample editor of LightCycler 480.  Samples are tubes' codes alone.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from server.lab.plates.geometry import Shape
from server.lab.plates.templates import NTC


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands in a well: a tube's code or a control's name."""

    well: int
    sample: str
    control: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """What a channel of the machine looks for."""

    name: str
    reporter: str


@dataclass(frozen=True, slots=True)
class Layout:
    """A whole plate, ready to be written."""

    plate: str
    shape: Shape
    entries: Sequence[Entry]
    targets: Sequence[Target]


@dataclass(frozen=True, slots=True)
class Format:
    """One machine's file: its name on the page, its ending, and who writes it."""

    vi: str
    en: str
    ending: str
    write: Callable[[Layout], str]


def _quantstudio(layout: Layout) -> str:
    blocks = {96: "96-Well Block (0.2mL)", 384: "384-Well Block"}
    head = [f"* Block Type = {blocks[layout.shape.size]}", f"* Experiment Name = {layout.plate}"]
    columns = (
        "Well", "Well Position", "Sample Name", "Sample Color", "Biogroup Name", "Biogroup Color",
        "Target Name", "Target Color", "Task", "Reporter", "Quencher", "Quantity", "Comments",
    )  # fmt: skip
    rows = [
        (str(entry.well + 1), layout.shape.name(entry.well), entry.sample, "", "", "",
         target.name, "", _task(entry, "UNKNOWN"), target.reporter, "NFQ-MGB", "", "")
        for entry in layout.entries for target in layout.targets
    ]  # fmt: skip
    return _lines([*head, "", "[Sample Setup]", *_joined("\t", [columns, *rows])])


def _sds(layout: Layout) -> str:
    """7500 and other instruments of SDS 2.x."""
    head = [
        ("*** SDS Setup File Version", "3"),
        ("*** Output Plate Size", str(layout.shape.size)),
        ("*** Output Plate ID", layout.plate),
        ("*** Number of Detectors", str(len(layout.targets))),
        ("Detector", "Reporter", "Quencher", "Description", "Comments"),
        *((target.name, target.reporter, "NFQ", "", "") for target in layout.targets),
        ("Well", "Sample Name", "Detector", "Task", "Quantity"),
    ]
    rows = [
        (str(entry.well + 1), entry.sample, target.name, _task(entry, "UNKN"), "")
        for entry in layout.entries for target in layout.targets
    ]  # fmt: skip
    return _lines(_joined("\t", [*head, *rows]))


def _cfx(layout: Layout) -> str:
    rows = [
        (chr(65 + layout.shape.row_of(entry.well)), str(layout.shape.column_of(entry.well) + 1),
         "/".join(target.name for target in layout.targets), entry.sample, entry.control)
        for entry in layout.entries
    ]  # fmt: skip
    columns = ("Row", "Column", "*Target Name", "*Sample Name", "*Biological Group")
    return _lines(_joined(",", [columns, *rows]))


def _lightcycler(layout: Layout) -> str:
    rows = [
        (layout.shape.name(entry.well), entry.sample, target.name)
        for entry in layout.entries for target in layout.targets
    ]  # fmt: skip
    columns = ("General:Pos", "General:Sample Name", "General:Target Name")
    return _lines(_joined("\t", [columns, *rows]))


def _plain(layout: Layout) -> str:
    rows = [
        (layout.plate, layout.shape.name(entry.well), entry.sample, entry.control)
        for entry in layout.entries
    ]
    return _lines(_joined(",", [("plate", "well", "sample", "control"), *rows]))


def _task(entry: Entry, unknown: str) -> str:
    return "NTC" if entry.control == NTC else unknown


def _joined(by: str, rows: Iterable[Sequence[str]]) -> list[str]:
    return [by.join(row) for row in rows]


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\r\n" for line in lines)


FORMATS = {
    "quantstudio": Format(
        "QuantStudio / ViiA (txt)", "QuantStudio / ViiA (txt)", "txt", _quantstudio
    ),
    "sds": Format("7500 SDS (txt)", "7500 SDS (txt)", "txt", _sds),
    "cfx": Format("Bio-Rad CFX (csv)", "Bio-Rad CFX (csv)", "csv", _cfx),
    "lightcycler": Format("LightCycler 480 (txt)", "LightCycler 480 (txt)", "txt", _lightcycler),
    "csv": Format("CSV thường", "Plain CSV", "csv", _plain),
}
