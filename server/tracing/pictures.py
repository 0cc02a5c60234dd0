"""The map of a trace: its points with coordinates, how many met at each, the subject's way."""

from collections.abc import Mapping

from server.declarations.models import Point
from server.declarations.traces.tracing import Trace
from server.tracing import chart
from server.tracing.chart import Chart, Place

MOST = 60


def chart_of(trace: Trace, points: Mapping[str, Point]) -> Chart | None:
    """Return the map, None where no point has coordinates."""
    met: dict[str, set[str]] = {}
    for each in (*trace.f1, *trace.f2):
        for meeting in each.meetings:
            met.setdefault(meeting.spot, set()).add(each.key)
    way = [visit.spot for visit in trace.visits]
    first = dict.fromkeys([*way, *sorted(met, key=lambda spot: -len(met[spot]))])
    places = [
        Place(
            spot, point.name, point.latitude, point.longitude, len(met.get(spot, ())), spot in way
        )
        for spot in list(first)[:MOST]
        if (point := points.get(spot)) and point.latitude is not None
        and point.longitude is not None
    ]  # fmt: skip
    return chart.draw(places, way)
