"""Where a URL leads in the end: each hop of its redirects judged as a destination is, and whether anything answers
there. Asked before a text is sent, not while it is."""

from collections.abc import Collection
from urllib.parse import urljoin, urlsplit

import msgspec

from tidings.links.shorten import Unfit, destination_of, is_blocked
from tidings.runtime.http import REDIRECTS, HttpClient, HttpFailure, Kind, Patience

MOST_HOPS = 10
PATIENCE = Patience(connect=5.0, read=10.0, total=15.0)
LARGEST_ANSWER = 2 * 1024 * 1024
AGENT = "Mozilla/5.0 (compatible; Tidings link check)"
_BUSY = (403, 405, 429, 503)
"""Answers by which sites keep programs away: a person may well see the page."""


class Hop(msgspec.Struct, frozen=True):
    """One request. `status` None: there was no answer, or nobody asked for one. `fault` None: nothing speaks against
    it."""

    url: str
    status: int | None
    fault: str | None


async def chain_of(url: str, *, http: HttpClient, blocked: Collection[str] = ()) -> tuple[Hop, ...]:
    """The hops from a URL on, up to the first with a fault or the page at the end."""
    hops: list[Hop] = []
    while True:
        hop, leads_to = await _hop(url, seen=hops, http=http, blocked=blocked)
        hops.append(hop)
        if leads_to is None:
            return tuple(hops)
        url = leads_to


async def _hop(
    url: str, *, seen: Collection[Hop], http: HttpClient, blocked: Collection[str]
) -> tuple[Hop, str | None]:
    """What one URL answers, and where it sends those who ask."""
    destination = destination_of(url)
    if isinstance(destination, Unfit):
        return Hop(url, None, destination.why), None
    fault = _fault_of(destination, [one.url for one in seen], blocked)
    if fault is not None:
        return Hop(destination, None, fault), None
    answer = await http.send(
        "GET",
        destination,
        headers={"User-Agent": AGENT, "Accept": "text/html,*/*"},
        patience=PATIENCE,
        largest_answer_bytes=LARGEST_ANSWER,
    )
    if isinstance(answer, HttpFailure):
        return Hop(destination, None, None if answer.kind is Kind.TOO_LARGE else answer.kind.value), None
    location = answer.headers.get("Location")
    if answer.status in REDIRECTS and location is not None:
        return Hop(destination, answer.status, None), urljoin(destination, location)
    dead = answer.status >= 400 and answer.status not in _BUSY
    return Hop(destination, answer.status, f"answers {answer.status}" if dead else None), None


def _fault_of(url: str, before: list[str], blocked: Collection[str]) -> str | None:
    if is_blocked(url, blocked):
        return "is blocked by the operator"
    if url in before:
        return "leads back to where it came from"
    if len(before) >= MOST_HOPS:
        return f"is behind more than {MOST_HOPS} redirects"
    if before and urlsplit(before[-1]).scheme == "https" and urlsplit(url).scheme == "http":
        return "leaves https"
    return None
