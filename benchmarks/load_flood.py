"""Many stations at once: how they are, and the morning on which all of them come back."""

from datetime import UTC, datetime

from benchmarks.ingest_traffic import Chain
from benchmarks.load_lines import BUSY, SILENT, Crowd, Sent, come
from benchmarks.load_scripts import signed
from benchmarks.load_site import Site
from benchmarks.load_watch import peak
from benchmarks.report import Report, percentile
from contract.health import Heartbeat, encode
from contract.signing import request_message, sign

BEAT = "/api/v1/stations/me/heartbeat"
PATH = "/api/v1/intake/batches"
_BATCH = 500


def beats(site: Site, count: int, report: Report) -> None:
    """Let *count* stations tell how they are at one moment."""
    if not count:
        return
    crowd = come(site.port, [[_beat(chain)] for chain in site.chains[:count]])
    report.figures["heartbeats"] = (count / crowd.took, "heartbeats/s")
    report.figures["heartbeat_p99"] = (percentile(crowd.answers, 99) * 1000, "ms")
    report.figures["heartbeats_refused"] = (crowd.refused, "heartbeats")
    # Each station tells once a minute: this many can be heard by one such server.
    report.figures["stations_heard"] = (60 * count / crowd.took, f"stations, reckoned from {count}")
    _tell("heartbeats", "heartbeats", crowd, report)


def _tell(name: str, unit: str, crowd: Crowd, report: Report) -> None:
    """Say how many came at once, how often they were put off, and what a station had to bear."""
    report.figures[f"{name}_lines"] = (crowd.lines, "lines at once")
    report.figures[f"{name}_busy"] = (crowd.said.get(BUSY, 0), "answers 503")
    report.figures[f"{name}_silent"] = (crowd.said.get(SILENT, 0), "tries without an answer")
    report.figures[f"{name}_tries"] = (crowd.tries, "tries of one station at most")
    report.figures[f"{name}_left"] = (crowd.left, unit)


def _beat(chain: Chain) -> Sent:
    now = datetime.now(UTC)
    said = Heartbeat(station=chain.station, at=now, trusted=True, boot="benchmark", mono=1)
    body = encode(said)
    mark = sign(chain.key, request_message(chain.station, "POST", BEAT, body))
    return BEAT, body, {"X-Ghepmau-Station": chain.station, "X-Ghepmau-Signature": mark}


def storm(site: Site, stations: int, events: int, report: Report) -> None:
    """Let *stations* bring *events* each, all at the same moment."""
    if not stations or not events:
        return
    queues: list[list[Sent]] = []
    for chain in site.chains[:stations]:
        sizes = [min(_BATCH, events - at) for at in range(0, events, _BATCH)]
        queues.append([(PATH, *signed(chain, size)) for size in sizes])
    crowd = come(site.port, queues)
    report.figures["storm_events"] = (stations * events / crowd.took, "events/s")
    report.figures["storm_took"] = (crowd.took, "s")
    report.figures["storm_answer_p99"] = (percentile(crowd.answers, 99), "s")
    report.figures["storm_refused"] = (crowd.refused, "uploads")
    report.figures["storm_memory"] = (peak(site.process.pid) / 1e6, "MB of a process at most")
    _tell("storm", "uploads", crowd, report)
