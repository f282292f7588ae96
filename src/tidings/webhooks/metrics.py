"""What an operator sees of callbacks in Prometheus."""

from collections.abc import Iterable

from tidings.runtime.metrics import counter, gauge, histogram
from tidings.webhooks.delivery import Delivery, Stage
from tidings.webhooks.retry import Failure

ENDED = counter("tidings_webhook_deliveries", "Callbacks that ended, by how", ["outcome"])
ATTEMPTS = counter(
    "tidings_webhook_attempts_failed", "Attempts at callbacks that failed, by why", ["failure"]
)
SECONDS = histogram("tidings_webhook_seconds", "Time of one attempt at a callback, from its start to its end")
PENDING = gauge(
    "tidings_webhook_pending", "Callbacks that wait for a slow endpoint or a retry (counted to 100,000)"
)

_DELIVERED = ENDED.labels("delivered")
_FAILED = ENDED.labels("failed")
_BY_FAILURE = {failure: ATTEMPTS.labels(failure.name.lower()) for failure in Failure}


def attempted(took_seconds: float, failure: Failure | None) -> None:
    SECONDS.observe(took_seconds)
    if failure is not None:
        _BY_FAILURE[failure].inc()


def ended(deliveries: Iterable[Delivery]) -> None:
    """Count those that have ended for good."""
    stages = [delivery.stage for delivery in deliveries]
    _DELIVERED.inc(stages.count(Stage.DELIVERED))
    _FAILED.inc(stages.count(Stage.FAILED))
