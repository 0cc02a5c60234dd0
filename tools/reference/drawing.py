"""The drawing of packages and domains: who imports whom, as the code stands.  SVG, by itself."""

from collections.abc import Sequence
from html import escape

import grimp

_WIDTH, _ROW, _BOX, _HIGH, _LEFT = 760, 66, 132, 36, 20
PACKAGES = (("rehearsal",), ("device", "server"), ("labels",), ("contract",))
DOMAINS = (
    ("server.officers", "server.intake", "server.exchange", "server.tracing"),
    ("server.record",),
    ("server.outcomes",),
    ("server.lab",),
    ("server.sampling",),
    ("server.declarations",),
    ("server.people",),
    ("server.delivery",),
    ("server.accounts",),
    ("server.audit",),
)
Rows = Sequence[Sequence[str]]


def drawing(rows: Rows, title: str) -> str:
    """Return *rows* of modules as boxes, an arrow for each that imports one further down.

    The thicker an arrow, the more imports it stands for; the number is in its tooltip.
    """
    names = [name for row in rows for name in row]
    graph = grimp.build_graph(*sorted({name.split(".")[0] for name in names}))
    inside = {name: {name, *graph.find_descendants(name)} for name in names}
    places = _places(rows)
    arrows = [
        _arrow(places[one], places[other], one, other, count)
        for one in names
        for other in names
        if one != other and (count := _imports(graph, inside[one], inside[other]))
    ]
    boxes = [_box(name, *places[name]) for name in names]
    high = len(rows) * _ROW + 10
    return (
        f'<svg viewBox="0 0 {_WIDTH} {high}" role="img" class="drawing">'
        f"<title>{escape(title)}</title>" + "".join(arrows + boxes) + "</svg>"
    )


def _imports(graph: grimp.ImportGraph, importers: set[str], imported: set[str]) -> int:
    return sum(len(graph.find_modules_directly_imported_by(one) & imported) for one in importers)


def _places(rows: Rows) -> dict[str, tuple[float, float]]:
    """Return where the middle of each box is."""
    step = _WIDTH - 2 * _LEFT
    return {
        name: (_LEFT + step * (column + 1) / (len(row) + 1), _ROW * number + _HIGH / 2 + 8)
        for number, row in enumerate(rows)
        for column, name in enumerate(row)
    }


def _box(name: str, x: float, y: float) -> str:
    short = name.rpartition(".")[2]
    return (
        f'<rect x="{x - _BOX / 2:.0f}" y="{y - _HIGH / 2:.0f}" width="{_BOX}" height="{_HIGH}"'
        ' rx="6" fill="#0b6b61"/>'
        f'<text x="{x:.0f}" y="{y + 5:.0f}" text-anchor="middle" fill="#fff"'
        f' font-size="14">{escape(short)}</text>'
    )


def _arrow(
    start: tuple[float, float], end: tuple[float, float], one: str, other: str, count: int
) -> str:
    (x1, y1), (x2, y2) = start, end
    side = 0 if abs(x1 - x2) > 1 else (1 if int(y1 / _ROW) % 2 else -1) * abs(y2 - y1) * 0.55
    side = 0 if abs(y2 - y1) <= _ROW else side
    wide = min(4.0, 0.6 + count / 25)
    return (
        f'<path d="M{x1:.0f} {y1:.0f} Q{(x1 + x2) / 2 + side:.0f} {(y1 + y2) / 2:.0f}'
        f' {x2:.0f} {y2:.0f}" fill="none" stroke="#8a9a98" stroke-width="{wide:.1f}">'
        f"<title>{escape(one)} → {escape(other)}: {count}</title></path>"
    )
