"""What user agents say of who asks. Pure tables; the first that fits counts.

Sources: what the makers of previews, scanners and libraries document of their agents, and what Apple's Messages was
seen to send. That a name stands here is no blame: it only says that no person looks at the answer.
"""

import re
from collections.abc import Mapping

PREVIEWS = (
    "facebookexternalhit",  # also the end of the Safari-like agent of Apple's Messages
    "facebot",
    "twitterbot",
    "meta-externalagent",
    "meta-externalfetcher",
    "slackbot",
    "slack-imgproxy",
    "skypeuripreview",
    "microsoftpreview",
    "bingpreview",
    "telegrambot",
    "discordbot",
    "linkedinbot",
    "pinterestbot",
    "redditbot",
    "google-pagerenderer",
    "googleimageproxy",
    "google-read-aloud",
    "snap url preview",
    "kakaotalk-scrap",
    "linespider",
    "line-poker",
    "vkshare",
    "viberbot",
    "iframely",
    "embedly",
    "mattermost-bot",
    "yahoo link preview",
    "thirdlandingpagefeinfra",  # TikTok
    "applebot",
    "signal-link-preview",
    "rcs-preview",
)
SCANNERS = (
    "proofpoint",
    "mimecast",
    "barracuda",
    "safelinks",
    "urlscan",
    "virustotal",
    "safebrowsing",
    "symantec",
    "trendmicro",
    "forcepoint",
    "zscaler",
    "paloaltonetworks",
    "cortex-xpanse",
    "checkphish",
    "phishtank",
    "netcraft",
    "censysinspect",
    "expanse",
    "zgrab",
    "masscan",
    "nmap",
    "nuclei",
    "fortiguard",
    "sophos",
    "avast",
    "bitdefender",
)
AUTOMATONS = (
    "headlesschrome",
    "phantomjs",
    "puppeteer",
    "playwright",
    "selenium",
    "chrome-lighthouse",
    "electron-fetch",
)
TOOLS = (
    "curl/",
    "wget/",
    "python-requests",
    "python-urllib",
    "python/",
    "aiohttp",
    "httpx",
    "okhttp",
    "go-http-client",
    "java/",
    "apache-httpclient",
    "axios",
    "node-fetch",
    "undici",
    "libwww-perl",
    "ruby",
    "php/",
    "guzzlehttp",
    "postmanruntime",
    "insomnia",
    "dart:io",
    "winhttp",
    "restsharp",
    "scrapy",
    "httpclient",
    "cfnetwork",
    "nutch",
)

_CRAWLER = re.compile(r"(?<!cu)bot\b|crawler|spider|\bcrawl|\bscan(?:ner)?\b|\bfetcher\b|\bmonitor(?:ing)?\b")
"""Cubot makes phones."""
_WHATSAPP = re.compile(r"whatsapp/")
"""At the beginning it is the preview; its own browser names it, if at all, behind Mozilla."""
_LISTS: Mapping[str, re.Pattern[str]] = {
    reason: re.compile("|".join(map(re.escape, words)))
    for reason, words in (
        ("preview_agent", PREVIEWS),
        ("scanner_agent", SCANNERS),
        ("automaton_agent", AUTOMATONS),
    )
}
_TOOL = re.compile("|".join(map(re.escape, TOOLS)))
_PHONE = re.compile(r"iphone|ipad|ipod|android|mobile|kaios|silk/")
_BROWSER = re.compile(r"mozilla/|opera/|ucweb|nokia|samsung|dalvik")


def machine_named(agent: str) -> str | None:
    """The reason for which an agent is a machine's, by its own words; None when it does not say so."""
    low = agent.lower()
    if not low.strip():
        return "no_agent"
    if _WHATSAPP.match(low):
        return "preview_agent"
    for reason, pattern in _LISTS.items():
        if pattern.search(low):
            return reason
    if _CRAWLER.search(low):
        return "crawler_agent"
    if not low.startswith("mozilla/") and _TOOL.search(low):
        return "tool_agent"
    return None


def is_browser(agent: str) -> bool:
    """Whether it has the form of a browser's."""
    return _BROWSER.match(agent.lower()) is not None


def is_phone(agent: str) -> bool:
    """Whether it says that it runs on a phone or a tablet."""
    return _PHONE.search(agent.lower()) is not None
