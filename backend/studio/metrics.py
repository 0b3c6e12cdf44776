"""What the open studio tells about itself to /metrics."""

from collections.abc import Callable, Iterable

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from studio.jobs.store.lists import Counted, count_jobs
from studio.moments import now
from studio.wiring import Studio


class StudioMetrics(Collector):
    """Reads the parts' own numbers when asked, so that nothing is counted twice."""

    def __init__(self, find_studio: Callable[[], Studio | None]) -> None:
        self._find_studio = find_studio

    def collect(self) -> Iterable[Metric]:
        studio = self._find_studio()
        if studio is None:
            return
        yield GaugeMetricFamily("studio_models", "Models in the catalogue", len(studio.catalogue.models))
        yield from _about_jobs(count_jobs(studio.db))
        stats = studio.db.stats
        yield GaugeMetricFamily("studio_db_queue_depth", "Writes that wait", stats.queue_depth)
        yield CounterMetricFamily("studio_db_commits", "Transactions committed", stats.commits)
        yield CounterMetricFamily("studio_db_rows", "Rows written", stats.rows)
        yield CounterMetricFamily("studio_db_failures", "Transactions that failed", stats.failures)
        yield CounterMetricFamily("studio_db_checkpoints", "Checkpoints", stats.checkpoints)
        yield GaugeMetricFamily(
            "studio_db_last_checkpoint_seconds",
            "Seconds of the last checkpoint",
            stats.last_checkpoint_seconds,
        )
        yield GaugeMetricFamily("studio_db_wal_bytes", "Bytes in the write-ahead log", stats.wal_bytes)
        yield GaugeMetricFamily("studio_db_file_bytes", "Bytes of the database file", stats.file_bytes)


def _about_jobs(counted: Iterable[Counted]) -> Iterable[Metric]:
    jobs = GaugeMetricFamily("studio_jobs", "Jobs by state", labels=["kind", "state"])
    age = GaugeMetricFamily(
        "studio_jobs_waiting_seconds", "How long the job that waits longest has been due", labels=["kind"]
    )
    moment = now()
    for count in counted:
        jobs.add_metric([count.kind, count.state], count.jobs)
        if count.oldest_due_at is not None:
            age.add_metric([count.kind], max(0.0, (moment - count.oldest_due_at).total_seconds()))
    yield jobs
    yield age
