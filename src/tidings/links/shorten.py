"""Which links in a text count, where each may lead, and the text with short ones in their places. Pure.

Twilio shortens every http and https URL of a body; nothing is shortened that names no scheme. A URL ends where the text
around it begins: at a blank, at a quotation mark, and before the punctuation and the brackets that close a sentence
rather than the URL.
"""

import ipaddress
import re
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from unicodedata import category
from urllib.parse import quote, urlsplit

import idna
import msgspec

from tidings.links.homograph import is_homograph
from tidings.links.month import ALPHABET, sign_of
from tidings.links.parameters import Parameters, with_parameters

CODE_LENGTH = 10
RUDE = ("btch", "cnt", "dck", "fck", "fgt", "kkk", "ngr", "pnts", "prn", "psn", "sht", "wtf", "xxx")
"""What reads as a rude word even without its vowels."""
LONGEST_DESTINATION = 4_000
"""Characters of a destination once it is ASCII."""

NO_PARAMETERS = Parameters()
NO_FIELDS: Mapping[str, str] = {}

_FAIR = 256 - 256 % len(ALPHABET)
_SIGN_OF_BYTE = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))
_UNFAIR = bytes(range(_FAIR, 256))
_RUDE = re.compile("|".join(RUDE))
_CANDIDATE = re.compile(
    r"(?<![A-Za-z0-9])https?://"
    r"(?:(?![,;|]https?://)[^\s\x00-\x1f\x7f<>\"`«»“”„‟‹›。、，！？；：（）【】「」『』《》])+",
    re.IGNORECASE,
)
_CLOSERS = {")": "(", "]": "[", "}": "{"}
_AT_THE_END = ".,;:!?'|…·¡¿’‘"
"""No dash, underscore or equals sign: a token may end in one, and cut short it would lead elsewhere."""
_PICTURES = ("So", "Sk")
"""Emoji and the colours of their skin, by Unicode's categories."""
_JOINERS = "\u200d\ufe0e\ufe0f\u20e3"
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII)
_OURS_ALONE = (".local", ".localhost", ".internal", ".intranet", ".lan", ".home.arpa", ".onion")
_SAFE = "%/:?#[]@!$&'()*+,;=-._~"
_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\ud800-\udfff]")
_PLAIN = re.compile(
    r"https?://([a-z0-9.-]+)(?:/[A-Za-z0-9%/:@!$&'()*+,;=._~-]*)?(?:\?[A-Za-z0-9%/:?@!$&'()*+,;=._~-]*)?"
)
"""A URL whose every part is written as a Location says it already, but for whether its host is a public one."""


class Link(msgspec.Struct, frozen=True):
    """A URL in a text, as it stands there, from `start` to before `end`."""

    start: int
    end: int
    url: str


class Minted(msgspec.Struct, frozen=True):
    """A code and the destination that it leads to, for ever the same."""

    code: str
    destination: str


class Shortened(msgspec.Struct, frozen=True):
    """A text with short links. `links` are in the order of the text, each destination once."""

    text: str
    links: tuple[Minted, ...]


class Unfit(msgspec.Struct, frozen=True):
    """A URL that no short link may lead to, and why."""

    url: str
    why: str


def links_in(text: str) -> tuple[Link, ...]:
    """The URLs of a text, in its order; those with no host after their scheme are none."""
    if "://" not in text:
        return ()
    found = []
    for match in _CANDIDATE.finditer(text):
        url = _without_what_follows(match[0])
        host = url.partition("://")[2]
        if host[:1].isalnum() or (host[:1] in "[_" and len(host) > 1) or "@" in host:
            found.append(Link(match.start(), match.start() + len(url), url))
    return tuple(found)


def _without_what_follows(url: str) -> str:
    """The URL without the sentence's own end: punctuation, brackets that were not opened in it, and pictures."""
    while True:
        end = url[-1]
        if (
            end in _AT_THE_END
            or (not end.isascii() and (end in _JOINERS or category(end) in _PICTURES))
            or end in _CLOSERS.values()
            or (end in _CLOSERS and url.count(end) > url.count(_CLOSERS[end]))
        ):
            url = url[:-1]
        else:
            break
    return url


def destination_of(url: str) -> str | Unfit:
    """The URL in ASCII, as an answer's Location may say it; or why no link of ours leads there.

    Unfit are: names and passwords before the host, which only deceive; addresses that are not of the public network, in
    any spelling; hosts without a dot, and those that may pass for others (`homograph.py`); control characters; what
    is longer than `LONGEST_DESTINATION`.
    """
    plain = _PLAIN.fullmatch(url)
    if plain is not None and len(url) <= LONGEST_DESTINATION and _host(plain[1]) == plain[1]:
        return url
    return _rewritten(url)


def _rewritten(url: str) -> str | Unfit:
    """`destination_of`, part by part."""
    if _CONTROL.search(url):
        return Unfit(url, "has a blank or a control character")
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        return Unfit(url, "cannot be read")
    if parts.scheme not in ("http", "https"):
        return Unfit(url, "is neither http nor https")
    if "@" in parts.netloc or "\\" in url:
        return Unfit(url, "has a user name before its host")
    if not host:
        return Unfit(url, "has no host")
    known = _host(host)
    if known is None:
        return Unfit(url, "leads to no public host")
    place = known if port is None else f"{known}:{port}"
    rest = quote(parts.path, safe=_SAFE)
    if parts.query or "?" in url.partition("#")[0]:
        rest += "?" + quote(parts.query, safe=_SAFE)
    if parts.fragment:
        rest += "#" + quote(parts.fragment, safe=_SAFE)
    ascii_url = f"{parts.scheme}://{place}{rest}"
    if len(ascii_url) > LONGEST_DESTINATION:
        return Unfit(url[:200], f"is longer than {LONGEST_DESTINATION} characters")
    return ascii_url


def is_blocked(destination: str, blocked: Collection[str]) -> bool:
    """Whether the host, or a domain that it lies in, is blocked."""
    name = urlsplit(destination).hostname or ""
    while name:
        if name in blocked:
            return True
        name = name.partition(".")[2]
    return False


@lru_cache(maxsize=16_384)
def _host(host: str) -> str | None:
    """A public host in ASCII; None for any other."""
    if ":" in host:
        return _public(host, "[{}]")
    try:
        name = (
            idna.encode(host.rstrip("."), uts46=True).decode()
            if not host.isascii()
            else host.rstrip(".").lower()
        )
    except idna.IDNAError:
        return None
    labels = name.split(".")
    if "xn--" in name and is_homograph(name):
        return None
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        return None
    if labels[-1][:1].isdigit():
        # A browser reads 127.1, 0x7f.1 and 2130706433 as addresses too: only the usual spelling is let through.
        return _public(name, "{}")
    if len(labels) < 2 or f".{name}".endswith(_OURS_ALONE):
        return None
    return name


def _public(address: str, shape: str) -> str | None:
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return None
    if isinstance(known, ipaddress.IPv6Address) and (known.ipv4_mapped or known.sixtofour or known.teredo):
        return None
    return shape.format(known) if known.is_global and not known.is_multicast else None


def new_code(entropy: Callable[[int], bytes], *, month: int) -> str:
    """A code of `CODE_LENGTH` signs: the first names the month (`month.py`), each other is as likely as any.
    `entropy(n)` gives n bytes of a secure source."""
    while True:
        code = sign_of(month)
        while len(code) < CODE_LENGTH:
            signs = entropy(CODE_LENGTH + 2).translate(_SIGN_OF_BYTE, _UNFAIR)
            code = (code + signs.decode("ascii"))[:CODE_LENGTH]
        if not _RUDE.search(code.lower()):
            return code


def is_code(text: str) -> bool:
    """Whether it could be a code at all."""
    return len(text) == CODE_LENGTH and not text.strip(ALPHABET)


def shorten(
    text: str,
    *,
    base: str,
    entropy: Callable[[int], bytes],
    month: int,
    blocked: Collection[str] = (),
    parameters: Parameters = NO_PARAMETERS,
    fields: Mapping[str, str] = NO_FIELDS,
) -> Shortened | Unfit:
    """The text with `base` and a code of the month in the place of each URL, the same code for the same destination;
    the first URL that may not be shortened otherwise. Each code is `CODE_LENGTH` long, so that the length never
    depends on chance.

    URLs that begin with `base` are short already, and stay. None leads to hosts that are `blocked`, nor below them.
    `parameters` are added to every destination, merged with `fields`.
    """
    codes: dict[str, str] = {}
    minted: list[Minted] = []
    pieces, at = [], 0
    for link in links_in(text):
        if link.url.startswith(base):
            continue
        destination = destination_of(link.url)
        if isinstance(destination, Unfit):
            return destination
        if blocked and is_blocked(destination, blocked):
            return Unfit(link.url, "leads to a host that the operator has blocked")
        if destination not in codes:
            code = new_code(entropy, month=month)
            while code in codes.values():  # by chance that of the text's link before it
                code = new_code(entropy, month=month)
            codes[destination] = code
        pieces += [text[at : link.start], base, codes[destination]]
        at = link.end
    pieces.append(text[at:])
    if parameters:
        for destination, code in codes.items():
            longer = with_parameters(destination, parameters, {**fields, "code": code})
            if len(longer) > LONGEST_DESTINATION:
                return Unfit(
                    destination[:200], f"is longer than {LONGEST_DESTINATION} characters with parameters"
                )
            minted.append(Minted(code, longer))
    else:
        minted = [Minted(code, destination) for destination, code in codes.items()]
    return Shortened("".join(pieces), tuple(minted))
