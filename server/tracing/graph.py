"""A trace as a picture: subject, points, F1, F2 in columns, lines for meetings.  Pure.

Only so many of a ring are drawn, those who met longest; the picture says how many are not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from server.declarations.traces.tracing import Contact, Trace

WIDTH, ROW, TOP = 960, 24, 44
COLUMNS = {"f0": 90, "spot": 300, "f1": 540, "f2": 790}
MOST = {"f1": 30, "f2": 40}


@dataclass(frozen=True, slots=True)
class Node:
    """One circle or box: *key* is a comer's or a point's."""

    key: str
    ring: str  # 'f0', 'spot', 'f1', 'f2'
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Edge:
    """A line between two nodes; *ring* is that of its further end."""

    begin: Node
    end: Node
    ring: str

    @property
    def path(self) -> str:
        half = (self.begin.x + self.end.x) / 2
        return (
            f"M{self.begin.x},{self.begin.y} C{half},{self.begin.y} {half},{self.end.y} "
            f"{self.end.x},{self.end.y}"
        )


@dataclass(frozen=True, slots=True)
class Graph:
    nodes: Sequence[Node]
    edges: Sequence[Edge]
    height: float
    left_out: dict[str, int]
    width: int = WIDTH

    @property
    def comers(self) -> set[str]:
        """Everybody whom the picture names."""
        return {node.key for node in self.nodes if node.ring != "spot"}


def draw(trace: Trace) -> Graph:
    """Lay out a trace."""
    f1, f2 = trace.f1[: MOST["f1"]], _reached(trace)
    spots = list(dict.fromkeys(meeting.spot for each in f1 for meeting in each.meetings))
    columns = {
        "f0": [trace.subject.key],
        "spot": spots,
        "f1": [each.key for each in f1],
        "f2": [each.key for each in f2],
    }
    height = TOP + ROW * max(4, *map(len, columns.values()))
    nodes = {
        (ring, key): node
        for ring, keys in columns.items()
        for key, node in _column(ring, keys, height)
    }
    edges = [Edge(nodes["f0", trace.subject.key], nodes["spot", spot], "one") for spot in spots]
    edges += [
        Edge(nodes["spot", spot], nodes["f1", each.key], "one")
        for each in f1
        for spot in dict.fromkeys(meeting.spot for meeting in each.meetings)
    ]
    edges += [
        Edge(nodes["f1", one], nodes["f2", each.key], "two")
        for each in f2
        for one in dict.fromkeys(meeting.one for meeting in each.meetings)
        if ("f1", one) in nodes
    ]
    left = {"f1": len(trace.f1) - len(f1), "f2": len(trace.f2) - len(f2)}
    return Graph(list(nodes.values()), edges, height, left)


def _reached(trace: Trace) -> list[Contact]:
    """Return the F2 to draw: those whom a drawn F1 met."""
    drawn = {each.key for each in trace.f1[: MOST["f1"]]}
    able = [each for each in trace.f2 if any(meeting.one in drawn for meeting in each.meetings)]
    return able[: MOST["f2"]]


def _column(ring: str, keys: Sequence[str], height: float) -> list[tuple[str, Node]]:
    """Spread a column evenly over the picture's height."""
    step = (height - TOP) / max(1, len(keys))
    return [
        (key, Node(key, ring, COLUMNS[ring], round(TOP + step * (place + 0.5), 1)))
        for place, key in enumerate(keys)
    ]
