"""Opening the links of a text, as the person who got it or a link-preview bot would.

Only loopback and hosts that the personality names are ever asked, redirects included; what is asked
is bounded in number, time and size.
"""

import asyncio
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from ipaddress import ip_address

import aiohttp
from yarl import URL

from tidings.carriers.simulator.magic import Opener

USER_AGENTS = {
    Opener.PERSON: (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/17.5 Mobile/15E148 Safari/604.1"
    ),
    Opener.PREVIEW_BOT: "facebookexternalhit/1.1 Facebot Twitterbot/1.0",
}
"""The second is what Apple's Messages sends when it makes a link preview."""

MAX_LINKS_PER_TEXT = 10
MAX_WAITING = 10_000
MAX_REDIRECTS = 5
MAX_BODY_OCTETS = 65_536
OPENERS_AT_ONCE = 16
PATIENCE_SECONDS = 10.0

_LINK = re.compile(r"https?://[^\s<>\"'`{}|\\^]+", re.IGNORECASE)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


def links_in(text: str) -> list[str]:
    """The links of a text in order, without the punctuation that ends a sentence; at most ten."""
    return [match.rstrip(".,;:!?)]") for match in _LINK.findall(text)[:MAX_LINKS_PER_TEXT]]


def may_be_opened(link: URL, hosts: Collection[str]) -> bool:
    """Whether a link is to loopback or to one of `hosts` (lower case)."""
    host = (link.host or "").lower()
    if link.scheme not in ("http", "https") or not host:
        return False
    if host == "localhost" or host in hosts:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class _Opening:
    link: str
    opener: Opener


@dataclass(slots=True)
class VisitCounts:
    """`opened` were answered by the first host, whatever the status; `barred` are to other hosts."""

    opened: int = 0
    failed: int = 0
    barred: int = 0
    overflowed: int = 0


class Visitor:
    """Opens links in the background; `run` is its life."""

    def __init__(self, *, hosts: Callable[[], Collection[str]]) -> None:
        self.counts = VisitCounts()
        self._hosts = hosts
        self._waiting: asyncio.Queue[_Opening] = asyncio.Queue(MAX_WAITING)

    def visit(self, text: str, opener: Opener) -> None:
        """Let `opener` open every link of `text`, each once."""
        for link in links_in(text):
            try:
                self._waiting.put_nowait(_Opening(link, opener))
            except asyncio.QueueFull:
                self.counts.overflowed += 1

    async def run(self) -> None:
        """Open what is waiting, until cancelled."""
        timeout = aiohttp.ClientTimeout(total=PATIENCE_SECONDS)
        jar = aiohttp.DummyCookieJar()
        async with (
            aiohttp.ClientSession(timeout=timeout, cookie_jar=jar, trust_env=False) as client,
            asyncio.TaskGroup() as crew,
        ):
            for _ in range(OPENERS_AT_ONCE):
                crew.create_task(self._open_one_by_one(client))

    async def _open_one_by_one(self, client: aiohttp.ClientSession) -> None:
        while True:
            opening = await self._waiting.get()
            try:
                await self._open(client, opening)
            except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
                self.counts.failed += 1

    async def _open(self, client: aiohttp.ClientSession, opening: _Opening) -> None:
        link = URL(opening.link, encoded=True)
        headers = {
            "User-Agent": USER_AGENTS[opening.opener],
            "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
            "Accept-Language": "en-US,en;q=0.9",
        }
        for hop in range(MAX_REDIRECTS + 1):
            if not may_be_opened(link, self._hosts()):
                self.counts.barred += hop == 0
                return
            async with client.get(link, headers=headers, allow_redirects=False) as answer:
                self.counts.opened += hop == 0
                await answer.content.read(MAX_BODY_OCTETS)
                target = answer.headers.get("Location")
                if answer.status not in _REDIRECTS or not target:
                    return
                link = link.join(URL(target, encoded=True))
