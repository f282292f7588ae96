"""What an operator sees of the API in Prometheus."""

from tidings.runtime.metrics import counter, histogram

REQUESTS = counter(
    "tidings_api_requests",
    "Requests to the API by method, route and HTTP status.",
    ("method", "route", "status"),
)
REQUEST_SECONDS = histogram(
    "tidings_api_request_seconds", "Time from the head of an API request to its answer."
)
