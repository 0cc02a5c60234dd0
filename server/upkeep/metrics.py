"""The server in the words of Prometheus: how it stands, and how it answers.

Names and labels hold no person, no id and no address: routes stand as they are written in the code.
"""

from collections.abc import Iterator

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from server.upkeep.vitals import Queue, Vitals

disable_created_metrics()  # type: ignore[no-untyped-call]
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Traffic:
    """What one process has answered."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("route", "method")
        self._answers = Counter(
            "ghepmau_answers", "Requests that were answered", (*labels, "status"),
            registry=self.registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "ghepmau_answer_seconds", "Time from a whole request to its answer", labels,
            registry=self.registry, buckets=BUCKETS,
        )  # fmt: skip

    def note(self, route: str, method: str, status: int, seconds: float) -> None:
        self._answers.labels(route, method, str(status)).inc()
        self._seconds.labels(route, method).observe(seconds)


class Standing(Collector):
    """How the server stands, as it was looked at."""

    def __init__(self, seen: Vitals, keys: int) -> None:
        self._seen, self._keys = seen, keys

    def collect(self) -> Iterator[Metric]:
        seen = self._seen
        current = float(seen.revision == seen.newest_revision)
        yield _one("schema_current", "1 where every migration was run", current)
        yield _one("database_bytes", "Size of the database", seen.database_bytes)
        yield _one("journal_alerts", "Journals of stations with gaps or forks", seen.alerts)
        yield _one("requests_late", "Requests under the data law past their time",
                   seen.requests_late)  # fmt: skip
        yield _one("keys_known", "Keys for values; two while they rotate", self._keys)
        yield _one("audit_unsealed", "Entries of the trail that wait for a seal",
                   seen.audit_waiting)  # fmt: skip
        yield _one("audit_sealed", "Entries of the trail under a seal", seen.audit_sealed)
        yield from self._ages()
        yield from self._queues()
        yield _named("stations", "Stations by how they stand", "state", seen.stations)
        yield _named("imports", "Machines' files under way", "state", seen.imports)
        yield _named("target_away", "1 while a receiver does not answer", "target", seen.circuits)
        yield _named("disk_free_bytes", "Room where data and backups are", "place", seen.disk_free)
        yield _named("disk_size_bytes", "Size of those disks", "place", seen.disk_size)

    def _ages(self) -> Iterator[Metric]:
        seen = self._seen
        for name, about, at in (
            ("audit_seal_age_seconds", "Since the trail was sealed last", seen.sealed_at),
            ("audit_anchor_age_seconds", "Since the trail was anchored last", seen.anchored_at),
            ("backup_age_seconds", "Since the newest backup", seen.backup_at),
        ):
            if at is not None:
                yield _one(name, about, (seen.at - at).total_seconds())
        yield _one("backups_ahead", "Backups dated in the future: a clock was wrong, or is",
                   seen.backups_ahead)  # fmt: skip
        if seen.backup_at is not None:
            yield _one("backup_bytes", "Size of the newest backup", seen.backup_bytes)

    def _queues(self) -> Iterator[Metric]:
        seen = self._seen
        yield from self._queue("events", "Events of stations not applied", "state", seen.events)
        yield from self._queue("desk", "Tubes on desks", "desk", seen.desks)
        count = _family("deliveries", "Messages not delivered", ["target", "state"])
        oldest = _family("deliveries_oldest_seconds", "Age of the oldest", ["target", "state"])
        for (target, state), queue in seen.deliveries.items():
            count.add_metric([target, state], queue.count)
            oldest.add_metric([target, state], self._age(queue))
        yield from (count, oldest)

    def _queue(
        self, name: str, about: str, label: str, queues: dict[str, Queue]
    ) -> Iterator[Metric]:
        counts = {key: queue.count for key, queue in queues.items()}
        yield _named(name, about, label, counts)
        ages = {key: self._age(queue) for key, queue in queues.items()}
        yield _named(f"{name}_oldest_seconds", "Age of the oldest of them", label, ages)

    def _age(self, queue: Queue) -> float:
        return (self._seen.at - queue.oldest).total_seconds() if queue.oldest else 0.0


def text_of(traffic: Traffic, seen: Vitals, keys: int) -> bytes:
    registry = CollectorRegistry()
    registry.register(Standing(seen, keys))
    return generate_latest(traffic.registry) + generate_latest(registry)


def _family(name: str, about: str, labels: list[str]) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"ghepmau_{name}", about, labels=labels)


def _one(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(f"ghepmau_{name}", about, value=float(value))


def _named(name: str, about: str, label: str, values: object) -> Metric:
    family = _family(name, about, [label])
    for key, value in dict(values).items():  # type: ignore[call-overload]
        family.add_metric([key], float(value))
    return family
