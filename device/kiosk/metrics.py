"""The station's health in the words of Prometheus: `GET /metrics` on the kiosk's own server.

Everything comes from the file that the loop that pairs writes (`device.vitals`).  A station that
is silent shows as a growing `ghepmau_silent_seconds`; one that never spoke has no figures.
"""

from collections.abc import Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from contract.health import Heartbeat
from device import vitals
from device.clock import boot_id

FIGURES = {
    "queue_events": ("queue", "Events that the server does not have yet"),
    "queue_oldest_seconds": ("oldest_s", "Age of the oldest of them"),
    "set_aside_events": ("set_aside", "Events that the server refused; they are kept"),
    "paired_today": ("paired", "Pairings of today"),
    "misreads_today": ("misreads", "Codes of today that were read wrongly"),
    "journal_alarms": ("alarms", "What the journal found damaged at its start"),
    "decode_milliseconds": ("decode_ms", "Median of the newest looks at a picture"),
    "clock_trusted": ("trusted", "1 where the clock was set in this boot"),
    "clock_offset_milliseconds": ("offset_ms", "Wall clock less the server's time"),
    "temperature_celsius": ("celsius", "Heat of the processor"),
    "undervoltage": ("undervoltage", "1 while the power supply is too weak"),
    "throttled": ("throttled", "1 where it was too weak or too hot since the start"),
    "disk_free_bytes": ("disk_free", "Room on the disk of the journal"),
    "disk_size_bytes": ("disk_size", "Size of the disk of the journal"),
}


class Health(Collector):
    """Reads the health file anew for each question."""

    def __init__(self, page: Path) -> None:
        self._page = page

    def collect(self) -> Iterator[Metric]:
        beat = vitals.read(self._page)
        if beat is None:
            return
        silent = vitals.age_of(beat, boot_id())
        if silent is not None:
            yield _gauge("silent_seconds", "Since the loop that pairs came round", silent)
        for name, (attribute, about) in FIGURES.items():
            value = getattr(beat, attribute)
            if value is not None:
                yield _gauge(name, about, value)
        yield from _by_name(beat)


def text_of(page: Path) -> bytes:
    """Return the metrics of the station whose page is *page*."""
    registry = CollectorRegistry()
    registry.register(Health(page))
    return generate_latest(registry)


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(f"ghepmau_{name}", about, value=float(value))


def _by_name(beat: Heartbeat) -> Iterator[Metric]:
    up = GaugeMetricFamily("ghepmau_device_up", "1 where it is there", labels=["device"])
    for device, state in beat.devices.items():
        up.add_metric([device], float(state == "ok"))
    refused = GaugeMetricFamily("ghepmau_refusals_today", "Scans refused", labels=["reason"])
    for reason, count in beat.refusals.items():
        refused.add_metric([reason], count)
    journal = GaugeMetricFamily("ghepmau_journal_state", "1 for what it is", labels=["state"])
    journal.add_metric([beat.journal], 1)
    info = GaugeMetricFamily(
        "ghepmau_station_info", "Who this is", labels=["station", "software", "duty", "stick"]
    )
    info.add_metric([beat.station, beat.software, beat.duty, beat.stick], 1)
    yield from (up, refused, journal, info)
