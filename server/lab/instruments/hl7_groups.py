"""Which OBX is of which specimen: the segments of one specimen or order, kept apart.  Pure.

In ORU and OUL^R24 an order comes first, then its results, then the specimen they are of.  In
OUL^R21 to R23 the specimen or its container comes first; so it does in an ORU that names one before
its first order.  What is closed takes nothing along: neither a message nor a patient leaves a name
to the next.
"""

from server.lab.instruments.hl7_fields import Segment

Numbered = tuple[int, Segment]
_CONTAINERS_EACH = "R23"  # an order stands under each container
_SPECIMEN_FIRST = {"R21", "R22", _CONTAINERS_EACH}
_SPECIMEN = {"SPM", "SAC"}
_ORDER = {"OBR", "OBX"}
# How deep a segment stands: what begins there closes all that is as deep, or deeper.
_BY_SPECIMEN = {"PID": 0, "SPM": 1, "SAC": 2, "ORC": 3, "OBR": 3}
_BY_ORDER = {"PID": 0, "ORC": 1, "OBR": 1}


class Group:
    """The segments that the next result stands under: its patient's, specimen's and order's."""

    def __init__(self) -> None:
        self.segments: list[Numbered] = []
        self._trigger = ""
        self._oul = self._specimen_first = False

    @property
    def names(self) -> set[str]:
        return {each.name for _, each in self.segments}

    def begin(self, kind: str = "", trigger: str = "") -> None:
        """A message begins (or its beginning was lost): nothing before it is of it."""
        self.segments = []
        self._oul = kind == "OUL"
        self._trigger = trigger if self._oul else ""
        self._specimen_first = self._trigger in _SPECIMEN_FIRST

    def is_over(self, name: str) -> bool:
        """Return whether a segment called *name* begins another patient, specimen or order."""
        known = self.names
        if name == "PID":
            return True
        if name == "ORC":
            return "OBX" in known
        if name == "OBR":
            return bool(known & _ORDER)
        if name not in _SPECIMEN or not (self._specimen_first or "OBR" not in known):
            return False
        each = name == "SPM" or self._trigger == _CONTAINERS_EACH
        return each or bool(known & _ORDER)

    def add(self, number: int, segment: Segment, *, closes: bool) -> None:
        """Take a segment; one that begins something *closes* what it is beside."""
        name = segment.name
        if name == "PID":
            self._specimen_first = self._trigger in _SPECIMEN_FIRST
        elif name in _SPECIMEN and "OBR" not in self.names:
            self._specimen_first = True
        if closes:
            before = self.segments[-1:]
            self._close(name)
            # In an ORU the ORC stands before its OBR; where results are missing, it did not begin.
            if name == "OBR" and not self._oul and before and before[0][1].name == "ORC":
                self.segments = [*self.segments, *before]
        self.segments.append((number, segment))

    def take(self) -> list[Numbered]:
        """Return what was observed, and keep what it stood under."""
        seen = [each for each in self.segments if each[1].name == "OBX"]
        self.segments = [each for each in self.segments if each[1].name != "OBX"]
        return seen

    def _close(self, name: str) -> None:
        depths = _BY_SPECIMEN if self._specimen_first else _BY_ORDER
        kept: list[Numbered] = []
        for number, each in self.segments:
            if depths.get(each.name, -1) >= depths[name]:
                break
            kept.append((number, each))
        self.segments = kept
