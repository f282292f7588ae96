"""Connection overrides: how a callback's URL asks, in its fragment, for other timeouts and retries."""

from collections.abc import Callable
from dataclasses import dataclass, field

RETRY_REASONS = frozenset({"4xx", "5xx", "ct", "rt"})

_MOST_EDGES = 16


@dataclass(frozen=True, slots=True)
class Overrides:
    connect_timeout_ms: int = 5_000
    read_timeout_ms: int = 15_000
    """From the request sent to the first byte of the answer, and between any two after it."""
    total_timeout_ms: int = 15_000
    """Over all attempts together."""
    retries: int = 1
    retry_on: frozenset[str] = frozenset({"ct"})
    server_name: bool = True
    """Whether TLS names the host it wants (SNI)."""
    edges: tuple[str, ...] = ()
    """Where Twilio would send from. There is one place to send from here, so it changes nothing."""
    method: str = "POST"
    """How the URL is asked: our own addition, for the `action` of a TwiML Message with `method="GET"`."""
    ignored: tuple[str, ...] = field(default=(), compare=False)
    """What was asked for and makes no sense, each as `key=value`; its default holds instead."""


DEFAULTS = Overrides()


def parse(fragment: str) -> Overrides:
    """The overrides of a URL's fragment. What is unknown, malformed or out of range is ignored, and named."""
    if not fragment:
        return DEFAULTS
    asked: dict[str, object] = {}
    ignored = []
    for pair in fragment.split("&"):
        key, _, text = pair.partition("=")
        rule = _RULES.get(key)
        value = rule[1](text) if rule else None
        if rule is None or value is None:
            ignored.append(pair)
        else:
            asked[rule[0]] = value
    return Overrides(**asked, ignored=tuple(ignored))  # type: ignore[arg-type] # the table gives each field its type


def _whole(least: int, most: int) -> Callable[[str], int | None]:
    def read(text: str) -> int | None:
        if not (text.isascii() and text.isdecimal() and len(text) <= 6):
            return None
        number = int(text)
        return number if least <= number <= most else None

    return read


def _reasons(text: str) -> frozenset[str] | None:
    reasons = frozenset(text.lower().split(","))
    if "all" in reasons:
        reasons = (reasons - {"all"}) | RETRY_REASONS
    return reasons if reasons <= RETRY_REASONS else None


def _yes_or_no(text: str) -> bool | None:
    return {"y": True, "n": False}.get(text.lower())


def _edges(text: str) -> tuple[str, ...] | None:
    edges = tuple(text.lower().split(","))
    named = all(edge.isascii() and edge.replace("-", "").isalnum() for edge in edges)
    return edges if named and len(edges) <= _MOST_EDGES else None


_RULES: dict[str, tuple[str, Callable[[str], object | None]]] = {
    "ct": ("connect_timeout_ms", _whole(100, 10_000)),
    "rt": ("read_timeout_ms", _whole(100, 15_000)),
    "tt": ("total_timeout_ms", _whole(100, 15_000)),
    "rc": ("retries", _whole(0, 5)),
    "rp": ("retry_on", _reasons),
    "sni": ("server_name", _yes_or_no),
    "e": ("edges", _edges),
    "m": ("method", {"get": "GET", "post": "POST"}.get),
}
