"""What the answer to the webhook of an inbound message asks for. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin

from tidings.kernel.callback_url import is_callback_url
from tidings.kernel.codes import (
    INVALID_STATUS_CALLBACK,
    MMS_NOT_ENABLED,
    REPLY_BODY_INVALID,
    REPLY_FROM_NOT_CAPABLE,
    REPLY_TO_INVALID,
)
from tidings.kernel.phone_number import Address, PhoneNumber, ShortCode
from tidings.kernel.segments import MAX_BODY
from tidings.webhooks.inbound.twiml import Document, Message, NotTwiml, Redirect, Warned, read_twiml
from tidings.webhooks.retry import Failure

_XML = frozenset({"text/xml", "application/xml", "text/html"})
_PLAIN = "text/plain"
_CHARSET = re.compile(r""";\s*charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE | re.ASCII)
_CHARSETS = frozenset({"utf-8", "utf-16", "iso-8859-1", "us-ascii", "windows-1252"})
"""What a plain text may be written in; anything else is read as UTF-8."""
_DECORATION = str.maketrans("", "", " -().")


@dataclass(frozen=True, slots=True)
class Text:
    """A reply. `to` and `sender` are None for the person who wrote, and the number that was written to."""

    body: str
    to: str | None = None
    sender: str | None = None
    status_callback: str | None = None


@dataclass(frozen=True, slots=True)
class Understood:
    texts: tuple[Text, ...] = ()
    redirect: Redirect | None = None
    """Where to ask on, as an absolute URL."""
    warnings: tuple[Warned, ...] = ()
    """What is not done as it was asked for, and why."""


@dataclass(frozen=True, slots=True)
class Misunderstood:
    """Nothing of the answer holds."""

    failure: Failure
    text: str


def read_answer(content_type: str | None, body: bytes, *, url: str) -> Understood | Misunderstood:
    """An empty body asks for nothing, whatever its type. `url` is what relative URLs in it are seen from."""
    if not body.strip():
        return Understood()
    kind = (content_type or "").partition(";")[0].strip().lower()
    found = _CHARSET.search(content_type or "")
    charset = found[1].lower() if found is not None else None
    if kind == _PLAIN:
        return _plain(body, charset)
    if kind not in _XML:
        return Misunderstood(Failure.ANSWER_TYPE, f"the Content-Type is {(content_type or 'missing')[:100]}")
    try:
        return _understand(read_twiml(body, charset=charset), url)
    except NotTwiml as fault:
        return Misunderstood(Failure.ANSWER_NOT_XML, str(fault))


def _plain(body: bytes, charset: str | None) -> Understood:
    known = charset if charset in _CHARSETS else "utf-8"
    text = body.decode(known, "replace").replace("\0", "\N{REPLACEMENT CHARACTER}").strip()
    fault = _fault_of(text)
    return Understood(warnings=(fault,)) if fault is not None else Understood((Text(text),))


def _understand(document: Document, url: str) -> Understood:
    texts: list[Text] = []
    warnings = list(document.warnings)
    for message in document.messages:
        read = _text(message, url)
        if isinstance(read, Warned):
            warnings.append(read)
            continue
        if message.action and read.status_callback is None:
            warnings.append(
                Warned(INVALID_STATUS_CALLBACK, f"{message.action[:100]!r} is no URL to call back")
            )
        texts.append(read)
    redirect = document.redirect
    if redirect is not None:
        redirect = Redirect(_joined(url, redirect.url), redirect.method)
    return Understood(tuple(texts), redirect, tuple(warnings))


def _text(message: Message, url: str) -> Text | Warned:
    """The reply that a Message asks for, or why it is none."""
    if message.has_media:
        return Warned(MMS_NOT_ENABLED, "media cannot be sent: the whole Message is left out")
    fault = _fault_of(message.body)
    if fault is not None:
        return fault
    to = sender = None
    if message.to is not None:
        number = _plain_number(message.to)
        found = PhoneNumber.parse(number) or ShortCode.parse(number)
        if found is None:
            return Warned(REPLY_TO_INVALID, f"{message.to[:40]!r} is no number that a text can go to")
        to = str(found)
    if message.sender is not None:
        address = Address.parse(_plain_number(message.sender))
        if address is None:
            return Warned(REPLY_FROM_NOT_CAPABLE, f"{message.sender[:40]!r} is no sender")
        sender = str(address)
    return Text(message.body, to, sender, _action(message, url))


def _action(message: Message, url: str) -> str | None:
    if not message.action:
        return None
    action = _joined(url, message.action)
    if message.method == "GET":
        action += ("&" if "#" in action else "#") + "m=get"
    return action if is_callback_url(action) else None


def _fault_of(text: str) -> Warned | None:
    if not text:
        return Warned(REPLY_BODY_INVALID, "a Message without a text")
    if len(text) > MAX_BODY:
        return Warned(REPLY_BODY_INVALID, f"a text of {len(text)} characters; {MAX_BODY} are the most")
    return None


def _joined(url: str, relative: str) -> str:
    try:
        return urljoin(url, relative.strip())
    except ValueError:
        return ""


def _plain_number(text: str) -> str:
    """A number without its decoration; a name of letters as it stands."""
    text = text.strip()
    return text.translate(_DECORATION) if text[:1] == "+" or text[:1].isdigit() else text
