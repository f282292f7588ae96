"""Who followed a link: a person, a machine, or nobody can say; with the reason. Pure.

A click is judged by itself first: by its method, what its headers say it is for, and its agent. What passes is
judged in the company of the other clicks on the same message, leaving aside those that are machines' by their own
words: scanners have agents of real browsers, but open a link sooner than a phone can ring, open every link of a
message at once, or come from another network seconds before the person does.

Whoever changes what comes out raises VERSION: then history is judged anew, as far back as its evidence is kept.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from tidings.kernel.instant import Instant
from tidings.links.believe.agents import is_browser, is_phone, machine_named

VERSION = 1

TOO_SOON = timedelta(seconds=0.5)
"""After the carrier took the message nobody can have read it yet."""
SOON = timedelta(seconds=12)
"""Scanners come within this time after the receipt; so does a quick person."""
TOGETHER = timedelta(seconds=12)
"""Two networks on one code within this time: a scanner and a person, more often than one person moving."""
ALL_LINKS_TOGETHER = timedelta(seconds=10)
PAIR_TOGETHER = timedelta(seconds=2)
CROWD = 100
"""More clicks than that on one message within seconds are nobody's in particular."""


class Verdict(StrEnum):
    PERSON = "person"
    MACHINE = "machine"
    UNSURE = "unsure"


REASONS: Mapping[str, tuple[Verdict, str]] = {
    "method": (Verdict.MACHINE, "It asked with HEAD: only what lies behind the link, not for the page."),
    "prefetch": (Verdict.MACHINE, "Its headers say that it prefetches or previews."),
    "not_a_visit": (
        Verdict.MACHINE,
        "Its headers say that a page is not opened, but something loaded into one.",
    ),
    "preview_agent": (Verdict.MACHINE, "Its agent makes link previews."),
    "scanner_agent": (Verdict.MACHINE, "Its agent looks for dangerous pages."),
    "automaton_agent": (Verdict.MACHINE, "Its agent is a browser that a program drives."),
    "crawler_agent": (Verdict.MACHINE, "Its agent says that it crawls."),
    "tool_agent": (Verdict.MACHINE, "Its agent is a library for programs."),
    "no_agent": (Verdict.MACHINE, "It names no agent, as every browser does."),
    "too_soon": (Verdict.MACHINE, "It came within half a second after the carrier took the message."),
    "all_links": (Verdict.MACHINE, "One network opened every link of the message within ten seconds."),
    "scanned_first": (
        Verdict.MACHINE,
        "Another agent on another network opened the same link within twelve seconds after it, just after the receipt.",
    ),
    "both_links": (Verdict.UNSURE, "One network opened both links of the message within two seconds."),
    "two_networks": (
        Verdict.UNSURE,
        "Two agents on two networks opened the same link within twelve seconds: one may be a scanner.",
    ),
    "crowd": (Verdict.UNSURE, "There were more than a hundred clicks on the message within seconds of it."),
    "soon_on_a_desk": (
        Verdict.UNSURE,
        "It came within twelve seconds after the receipt, from no phone or tablet.",
    ),
    "unknown_agent": (Verdict.UNSURE, "Its agent is not of a browser's form."),
    "browser": (Verdict.PERSON, "A browser opened it, and nothing speaks against a person."),
}
"""Each reason with its verdict and what it says."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of one click. `hints`: headers by name in small letters, their values as they came."""

    id: UUID
    code: str
    at: Instant
    method: str
    agent: str
    network: str
    hints: Mapping[str, str] = {}


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the message whose links are clicked. `links`: how many it has."""

    links: int = 1
    sent_at: Instant | None = None
    delivered_at: Instant | None = None

    def since(self, at: Instant) -> timedelta | None:
        """Time since the receipt; since the carrier took it, while there is no receipt; None while neither is known."""
        known = [one for one in (self.delivered_at, self.sent_at) if one is not None and one <= at]
        return at - known[0] if known else None


def reasons_for(sending: Sending, clicks: Sequence[Evidence]) -> list[str]:
    """The reason for each click on one message, in the order given; REASONS has the verdicts."""
    alone = [alone_says(one) for one in clicks]
    company = [one for one, reason in zip(clicks, alone, strict=True) if reason is None]
    return [
        reason if reason is not None else _in_company(sending, one, company)
        for one, reason in zip(clicks, alone, strict=True)
    ]


def alone_says(click: Evidence) -> str | None:
    """The reason for which a click is a machine's whatever else happened; None when it could be a person's."""
    if click.method != "GET":
        return "method"
    purposes = " ".join(
        click.hints.get(name, "") for name in ("purpose", "sec-purpose", "x-purpose", "x-moz")
    ).lower()
    if "prefetch" in purposes or "preview" in purposes or "prerender" in purposes:
        return "prefetch"
    named = machine_named(click.agent)
    if named is not None:
        return named
    mode, dest = click.hints.get("sec-fetch-mode"), click.hints.get("sec-fetch-dest")
    if (mode or "navigate") != "navigate" or (dest or "document") not in ("document", "iframe"):
        return "not_a_visit"
    return None


def _in_company(sending: Sending, click: Evidence, company: Sequence[Evidence]) -> str:
    """`company` are the clicks that could be a person's, this one among them."""
    if sending.sent_at is not None and abs(click.at - sending.sent_at) < TOO_SOON:
        return "too_soon"
    if len(company) > CROWD:
        return "crowd"
    opened = {
        other.code: other
        for other in company
        if other.network == click.network and abs(other.at - click.at) <= ALL_LINKS_TOGETHER
    }
    if sending.links > 2 and len(opened) >= sending.links:
        return "all_links"
    if sending.links == 2 and any(
        other.code != click.code and abs(other.at - click.at) <= PAIR_TOGETHER for other in opened.values()
    ):
        return "both_links"
    since = sending.since(click.at)
    soon = since is not None and since <= SOON
    others = [
        other
        for other in company
        if other.code == click.code
        and other.network != click.network
        and other.agent != click.agent
        and abs(other.at - click.at) <= TOGETHER
    ]
    if others:
        if soon and any(other.at > click.at for other in others):
            return "scanned_first"
        return "two_networks"
    if not is_browser(click.agent):
        return "unknown_agent"
    if soon and not is_phone(click.agent):
        return "soon_on_a_desk"
    return "browser"


def hints_of(kept: str) -> dict[str, str]:
    """The headers that a click was kept with, by name."""
    return dict(line.split(": ", 1) for line in kept.split("\n") if ": " in line)
