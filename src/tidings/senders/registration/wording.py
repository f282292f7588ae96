"""What a text is about, as far as a registry's rules go: words and patterns, no guessing. Pure."""

import re
from collections.abc import Mapping

SHORT_LINK_HOSTS = (
    "bit.ly",
    "buff.ly",
    "cutt.ly",
    "goo.gl",
    "is.gd",
    "ow.ly",
    "rb.gy",
    "rebrand.ly",
    "shorturl.at",
    "t.co",
    "t.ly",
    "tiny.cc",
    "tinyurl.com",
)
"""Short links that anybody may make: carriers filter them, and registries reject samples with them."""

_LINK = re.compile(
    r"https?://\S+|\bwww\.\S+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|io|co|edu|gov|info|biz|us|ca|uk|de|app|dev|shop|example)\b(?:/\S*)?",
    re.IGNORECASE,
)
_SHORT_LINK = re.compile(
    r"(?<![\w.-])(?:" + "|".join(map(re.escape, SHORT_LINK_HOSTS)) + r")(?=[/\s]|$)", re.IGNORECASE
)
_PHONE = re.compile(r"(?<![\w/])\+?\d(?:[\s().-]{0,2}\d){8,13}(?!\w)|\[\s*phone[^\]]*\]", re.IGNORECASE)
_OPT_OUT = re.compile(
    r"\b(?:reply|text|txt|send|respond|answer)\b\W+(?:\w+\W+){0,2}?(?:stop|stopall|unsubscribe|quit|end|cancel|revoke|optout)\b"
    r"|\b(?:stop|unsubscribe|quit|end|cancel)\b\W+to\b\W+(?:\w+\W+){0,2}?(?:end|cancel|unsubscribe|stop|quit|opt|leave)"
    r"|\bopt[\s-]?out\b|\bunsubscribe\b|\bstop2(?:end|quit)\b",
    re.IGNORECASE,
)
_CONSENT = re.compile(
    r"\bopt(?:s|ed|ing)?[\s-]?in\b|\bconsent|\bagree|\bsign(?:s|ed|ing)?[\s-]?up\b|\bsubscrib|\b(?:check|tick)(?:s|ed|ing)?\b.{0,30}\bbox"
    r"|\b(?:check|tick)box|\btext(?:s|ing)?\s+\"?\w+\"?\s+to\b|\benroll|\bverbal",
    re.IGNORECASE,
)
_SELLS = re.compile(
    r"\b\d{1,3}\s?%\s?off\b|\bsale\b|\bdiscount|\bcoupon|\bpromo(?:tion|tional|s)?\b"
    r"|\bspecial offer|\blimited[\s-]time|\bdeals?\b"
    r"|\bshop now\b|\bbuy (?:one|now)\b|\bfree gift|\bsave \$|\bblack friday\b"
    r"|\bbook (?:now|your)\b.{0,40}\b(?:only|just)\b",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"\b(?:code|passcode|otp|one[\s-]time|verif\w+|pin|password|log[\s-]?in|sign[\s-]?in|authenticat\w+)\b",
    re.IGNORECASE,
)
_TOPICS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "hate": r"\bhate speech\b|\bwhite power\b|\bracial (?:slur|supremacy)|\bsupremacist",
        "cannabis": r"\bcannabis\b|\bmarijuana\b|\bcbd\b|\bthc\b|\bdispensar(?:y|ies)\b|\bedibles\b|\bkratom\b",
        "firearms": r"\bfirearms?\b|\bhandguns?\b|\brifles?\b|\bammo\b|\bammunition\b|\bguns?\b",
        "tobacco": r"\btobacco\b|\bvap(?:e|es|ing)\b|\bcigar(?:s|ette|ettes)?\b|\be-?cig",
        "alcohol": r"\balcohol\b|\bbeers?\b|\bwines?\b|\bwhisk(?:e)?y\b|\bvodka\b|\bbrewer(?:y|ies)\b|\bhappy hour\b",
        "adult": r"\bxxx\b|\bporn|\bescorts?\b|\badult (?:content|entertainment)\b|\bnsfw\b",
        "gambling": r"\bcasinos?\b|\bgambl|\bsports? ?book\b|\bbetting\b|\bslot machines?\b|\bpoker\b",
        "high-risk lending": r"\b(?:payday|title) loans?\b|\bdebt (?:relief|consolidation|reduction|forgiveness)\b"
        r"|\bcredit repair\b",
        "lending": r"\bloans?\b|\bmortgages?\b|\bline of credit\b",
    }.items()
}


def has_link(text: str) -> bool:
    return _LINK.search(text) is not None or has_short_link(text)


def has_short_link(text: str) -> bool:
    """Whether it has a link of a shortener that anybody may use."""
    return _SHORT_LINK.search(text) is not None


def has_phone(text: str) -> bool:
    """A telephone number, or a place in brackets for one."""
    return _PHONE.search(text) is not None


def says_how_to_leave(text: str) -> bool:
    """Whether it tells people how to opt out."""
    return _OPT_OUT.search(text) is not None


def says_how_people_consent(text: str) -> bool:
    return _CONSENT.search(text) is not None


def sells(text: str) -> bool:
    return _SELLS.search(text) is not None


def is_about_a_code(text: str) -> bool:
    """One-time codes, passwords and signing in."""
    return _CODE.search(text) is not None


def topics(*texts: str) -> list[str]:
    """The delicate subjects that are named: SHAFT, cannabis, gambling and lending."""
    return [name for name, pattern in _TOPICS.items() if any(pattern.search(text) for text in texts)]
