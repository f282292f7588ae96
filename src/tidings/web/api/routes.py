"""The table of paths that raw handlers answer.

A pattern is a path whose segments may be names in braces, with a suffix or without:
`/2010-04-01/Accounts/{AccountSid}/Messages/{Sid}.json`, `/messaging/v1/Services/{Sid}`. A literal segment wins
over a name. The paths of Twilio's products begin with the product's name (`products.py`) and have no suffix.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from tidings.web.api.request import Request, Response

MOST_REMEMBERED = 10_000
LONGEST_REMEMBERED = 100
"""Paths that are kept, and the characters of the longest of them: callers choose what they ask for."""

_NAME = re.compile(r"\{(\w+)\}")

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    pattern: str
    handler: Handler
    account_may_be_suspended: bool = False
    """Whether it answers for an account that is not active: its parent must be able to see and wake it."""
    public: bool = False
    """Whether it asks for no credential. Its handler proves by itself who asks, by a signature for instance;
    the request's caller is `NOBODY`, and its body is left as it came."""
    json: bool = False
    """Whether its body is JSON rather than a form, and so is left as it came."""


class Found(msgspec.Struct, frozen=True):
    route: Route
    params: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class WrongMethod:
    """The path exists, for these methods."""

    allowed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoSuchPath:
    with_json: bool
    """Whether the path would have been found with `.json` at its end."""


@dataclass(slots=True)
class _Node:
    literal: dict[str, "_Node"] = field(default_factory=dict)
    named: list[tuple[str, "_Node"]] = field(default_factory=list)
    """Suffix and what follows, the longest suffix first. Each route has its own names for what stands there."""
    routes: dict[str, Route] = field(default_factory=dict)


class Routes:
    """All routes as a tree of segments. Two routes for one method and path are a fault of the composition."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.all = tuple(routes)
        self._root = _Node()
        self._names = {route.pattern: _NAME.findall(route.pattern) for route in self.all}
        self._known: dict[tuple[str, str], Found] = {}
        """Lists and creates come again and again, one path an account."""
        for route in self.all:
            self._plant(route)

    def find(self, method: str, path: str) -> Found | WrongMethod | NoSuchPath:
        """The route of a request. HEAD is answered by what answers GET."""
        known = self._known.get((method, path))
        if known is not None:
            return known
        values: list[str] = []
        node = self._walk(path.split("/"), values)
        if node is None:
            with_json = not path.endswith(".json") and self._walk(f"{path}.json".split("/"), []) is not None
            return NoSuchPath(with_json=with_json)
        route = node.routes.get(method)
        if route is None and method == "HEAD":
            route = node.routes.get("GET")
        if route is None:
            return WrongMethod(tuple(sorted(node.routes)))
        found = Found(route, dict(zip(self._names[route.pattern], values, strict=True)))
        if len(values) <= 1 and len(path) <= LONGEST_REMEMBERED:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            self._known[method, path] = found
        return found

    def _walk(self, segments: list[str], values: list[str]) -> _Node | None:
        node = self._root
        for segment in segments:
            literal = node.literal.get(segment)
            if literal is not None:
                node = literal
                continue
            for suffix, following in node.named:
                if segment.endswith(suffix) and len(segment) > len(suffix):
                    values.append(segment.removesuffix(suffix))
                    node = following
                    break
            else:
                return None
        return node if node.routes else None

    def _plant(self, route: Route) -> None:
        node = self._root
        for segment in route.pattern.split("/"):
            node = _below(node, segment)
        if route.method in node.routes:
            raise ValueError(f"two routes for {route.method} {route.pattern}")
        node.routes[route.method] = route


def _below(node: _Node, segment: str) -> _Node:
    if not segment.startswith("{"):
        return node.literal.setdefault(segment, _Node())
    suffix = segment.partition("}")[2]
    for known, following in node.named:
        if known == suffix:
            return following
    following = _Node()
    node.named.append((suffix, following))
    node.named.sort(key=lambda place: -len(place[0]))
    return following
