"""Many stations at once: how they are, and the morning on which all of them come back."""

import http.client
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from time import perf_counter, sleep

from benchmarks.ingest_traffic import Chain
from benchmarks.load_scripts import signed
from benchmarks.load_site import Site
from benchmarks.report import Report, percentile
from contract.health import Heartbeat, encode
from contract.signing import request_message, sign

BEAT = "/api/v1/stations/me/heartbeat"
PATH = "/api/v1/intake/batches"
_BATCH, _TRIES, _LINES = 500, 40, 128
_KEEPS = frozenset((0, 401, 408, 429, 500, 502, 503, 504))  # after these a station comes again
Sent = tuple[str, bytes, dict[str, str]]


def beats(site: Site, count: int, report: Report) -> None:
    """Let *count* stations tell how they are, as fast as the server hears them."""
    if not count:
        return
    told = [[_beat(chain)] for chain in site.chains[:count]]
    took, answers, odd = _send(site.port, told)
    report.figures["heartbeats"] = (count / took, "heartbeats/s")
    report.figures["heartbeat_p99"] = (percentile(answers, 99) * 1000, "ms")
    report.figures["heartbeats_refused"] = (odd, "heartbeats")
    # Each station tells once a minute: this many can be heard by one such server.
    report.figures["stations_heard"] = (60 * count / took, "stations")


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
    took, answers, odd = _send(site.port, queues)
    report.figures["storm_events"] = (stations * events / took, "events/s")
    report.figures["storm_took"] = (took, "s")
    report.figures["storm_answer_p99"] = (percentile(answers, 99), "s")
    report.figures["storm_refused"] = (odd, "uploads")


def _send(port: int, queues: Sequence[Sequence[Sent]]) -> tuple[float, list[float], int]:
    """Send each queue in its order; return seconds, each answer's, and refusals for good."""
    began = perf_counter()
    with ThreadPoolExecutor(_LINES) as pool:
        done = list(pool.map(lambda queue: _one(port, queue), queues))
    took = perf_counter() - began
    return took, [each for answers, _ in done for each in answers], sum(odd for _, odd in done)


def _one(port: int, queue: Sequence[Sent]) -> tuple[list[float], int]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    answers, odd = [], 0
    for path, body, headers in queue:
        began = perf_counter()
        status = 0
        for turn in range(_TRIES):
            status = _post(line, path, body, headers)
            if status not in _KEEPS:
                break
            sleep(min(2.0, 0.1 * 2**turn))
        odd += status >= 400 or status == 0
        answers.append(perf_counter() - began)
    line.close()
    return answers, odd


def _post(line: http.client.HTTPConnection, path: str, body: bytes, headers: dict[str, str]) -> int:
    try:
        line.request("POST", path, body, {"Content-Type": "application/json", **headers})
        answer = line.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        line.close()
        return 0
    return answer.status
