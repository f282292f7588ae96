"""What the form of a create request asks for, or the refusal with its code. Pure.

Rules of Twilio's Messages resource, with these decisions of our own:
- A message without `MessageIntent` is transactional (priority 1). Twilio's traffic shaping puts it last;
  here that place belongs to marketing, and a plain API send is not marketing.
- After a crash that leaves it in doubt whether a message left, marketing gives up and everything else is
  sent again.
- Through a service its settings count where the request is silent: SmartEncoding, ValidityPeriod, StatusCallback, and
  its use case for the priority.
- An empty value is the same as an absent one. A number may carry blanks, dots, dashes and brackets, and a
  plus sign that was not percent-encoded (and so became a blank) is put back.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec

from tidings.kernel.codes import (
    BODY_REQUIRED,
    BODY_TOO_LONG,
    CODES,
    CONTENT_SID_REQUIRED,
    FROM_NOT_CAPABLE,
    FROM_REQUIRED,
    INVALID_ADDRESS_RETENTION,
    INVALID_CONTENT_RETENTION,
    INVALID_CONTENT_SID,
    INVALID_CONTENT_VARIABLES,
    INVALID_FROM,
    INVALID_MAX_PRICE,
    INVALID_MEDIA_URL,
    INVALID_SERVICE,
    INVALID_SID,
    INVALID_STATUS_CALLBACK,
    INVALID_TO,
    INVALID_VALIDITY_PERIOD,
    MIXED_CHANNELS,
    MMS_NOT_ENABLED,
    OPTED_OUT,
    QUEUE_FULL,
    REGION_NOT_ENABLED,
    TO_NOT_MOBILE,
    TO_NOT_REACHABLE,
    TO_REQUIRED,
    TOO_MANY_MEDIA,
    Code,
)
from tidings.kernel.instant import Instant
from tidings.kernel.outcomes import Refused
from tidings.kernel.phone_number import Address, LineType, PhoneNumber, ShortCode
from tidings.kernel.segments import MAX_BODY, Encoding, Measure, measure
from tidings.kernel.sid import Sid
from tidings.kernel.smart_encoding import smart
from tidings.links.domain import Domain
from tidings.links.month import month_of
from tidings.links.parameters import fields_of
from tidings.links.shorten import Minted, Unfit, shorten
from tidings.messages.draft import LONGEST_VALIDITY_SECONDS, Draft
from tidings.messages.schedule import PARAMETERS as SCHEDULING
from tidings.messages.schedule import schedule_of, whereabouts_of
from tidings.senders import Sender
from tidings.senders.services import Service, Usecase
from tidings.web.api.forms import boolean, invalid, truth, whole_number
from tidings.web.api.request import Form, last

LONGEST_URL = 4000
MOST_MEDIA = 10
MOST_TAGS = 10

PRIORITY_OF_INTENT: Mapping[str, int] = {
    "otp": 0,
    "notifications": 0,
    "fraud": 0,
    "security": 0,
    "customercare": 1,
    "delivery": 1,
    "education": 1,
    "events": 1,
    "polling": 2,
    "announcements": 2,
    "marketing": 2,
}
PRIORITY_WITHOUT_INTENT = 1
PRIORITY_OF_USECASE: Mapping[Usecase, int] = {
    Usecase.VERIFICATION: 0,
    Usecase.NOTIFICATIONS: 1,
    Usecase.DISCUSSION: 1,
    Usecase.UNDECLARED: 1,
    Usecase.POLL: 2,
    Usecase.MARKETING: 2,
}
"""What the use case of a service says of a message that has no intent of its own."""
MARKETING = 2

# Numbers that always give the same refusal, to every account, so that error paths can be tried out.
MAGIC_TO = {
    "+15005550001": INVALID_TO,
    "+15005550002": TO_NOT_REACHABLE,
    "+15005550003": REGION_NOT_ENABLED,
    "+15005550004": OPTED_OUT,
    "+15005550009": TO_NOT_MOBILE,
}
MAGIC_FROM = {
    "+15005550001": INVALID_FROM,
    "+15005550007": FROM_NOT_CAPABLE,
    "+15005550008": QUEUE_FULL,
}

_BASIC = frozenset({"To", "From", "Body"})
_NOT_SHORTENED = CODES[30103]
_DECORATION = str.maketrans("", "", " -().")
_CHANNEL = re.compile(r"([a-z]{2,20}):.+", re.ASCII)
_TAG_KEY = re.compile(r"[A-Za-z0-9._~ -]{1,128}", re.ASCII)
_TAG_VALUE = re.compile(r"[A-Za-z0-9._~ -]{0,256}", re.ASCII)
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_URL = re.compile(
    rf"https?://(?:[^\s/?#@\\]*@)?(?:{_LABEL}(?:\.{_LABEL})*\.?|\[[0-9A-Fa-f:.]+\])(?::([0-9]{{1,5}}))?(?:[/?#][^\s\x00-\x1f\x7f]*)?",
    re.IGNORECASE,
)
_DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?", re.ASCII)


class Composed(msgspec.Struct, frozen=True):
    """A message that the form allows. Whether the sender belongs to the account is not asked yet."""

    sender: str | None
    """The address it shall come from; None when a service shall choose."""
    recipient: PhoneNumber | ShortCode
    body: str
    """The final text, after smart encoding."""
    measure: Measure
    priority: int
    options: "Options"
    says_encoding: bool = False
    """Whether the request itself says if the text is to be made smart."""
    as_written: str | None = None
    """The text as it came, where its links are to be shortened: they lead where they led before smart encoding."""
    links: tuple[Minted, ...] = ()
    link_domain: UUID | None = None

    def shortened(
        self, domain: Domain, *, service: str, entropy: Callable[[int], bytes], now: Instant
    ) -> "Composed | Refused":
        """The same with short links, before its segments are counted for good. Where a link may not be shortened, the
        domain says whether the message goes as it is."""
        assert self.as_written is not None, "its links are to be shortened"
        short = shorten(
            self.as_written,
            base=domain.base,
            entropy=entropy,
            month=month_of(now),
            blocked=domain.blocked,
            parameters=domain.added,
            fields=fields_of(self.options.tags or {}, service=service),
        )
        if isinstance(short, Unfit):
            if domain.continue_on_failure:
                return self
            return Refused(_NOT_SHORTENED, f"Links not shortened: {short.url[:200]!r} {short.why}.")
        text = short.text if self.body == self.as_written else smart(short.text)
        if len(text) > MAX_BODY:
            return Refused.because(BODY_TOO_LONG)
        return msgspec.structs.replace(
            self, body=text, measure=measure(text), links=short.links, link_domain=domain.id
        )

    def told_by(self, callback: str | None) -> "Composed":
        """The same with the callback of an application that it names, where the request names none itself."""
        if self.options.status_callback is not None:
            return self
        options = msgspec.structs.replace(self.options, status_callback=callback)
        return msgspec.structs.replace(self, options=options)

    def through(self, service: Service) -> "Composed":
        """The same with the settings of the service that it goes through, where the request says nothing itself."""
        options, body, measured, priority = self.options, self.body, self.measure, self.priority
        if service.smart_encoding and not self.says_encoding and measured.encoding is Encoding.UCS2:
            body = smart(body)
            measured = measure(body)
        if options.intent is None:
            priority = PRIORITY_OF_USECASE[service.usecase]
        validity, callback = options.validity_seconds, options.status_callback
        options = msgspec.structs.replace(
            options,
            validity_seconds=service.validity_seconds if validity is None else validity,
            status_callback=service.status_callback if callback is None else callback,
        )
        return Composed(
            self.sender,
            self.recipient,
            body,
            measured,
            priority,
            options,
            self.says_encoding,
            self.as_written,
            self.links,
            self.link_domain,
        )

    def draft(self, account: UUID, *, sender: Sender | None) -> Draft:
        """`sender` None: the service that it goes through chooses one."""
        options = self.options
        recipient = self.recipient
        validity = options.validity_seconds
        return Draft(
            account=account,
            sender=None if sender is None else sender.address,
            sender_kind="" if sender is None else sender.kind.value,
            sender_mps=0.0 if sender is None else sender.mps,
            sender_queue_limit_seconds=None if sender is None else sender.queue_limit_seconds,
            sender_country="" if sender is None else sender.country,
            mps_granted=sender is None or sender.mps_granted,
            recipient=str(recipient),
            calling_code=str(recipient.calling_code) if isinstance(recipient, PhoneNumber) else "",
            country=recipient.region if isinstance(recipient, PhoneNumber) else "",
            body=self.body,
            ucs2=self.measure.encoding is Encoding.UCS2,
            segments=self.measure.segments,
            priority=self.priority,
            resend=self.priority != MARKETING,
            validity_seconds=LONGEST_VALIDITY_SECONDS if validity is None else validity,
            flow=(options.tags or {}).get("campaign", ""),
            status_callback=options.status_callback,
            application=options.application,
            service=options.service,
            provide_feedback=options.provide_feedback,
            intent=options.intent,
            discard_body=options.discard_body,
            obfuscate_to=options.obfuscate_to,
            tags=options.tags,
            send_at=options.send_at,
            whereabouts=options.whereabouts,
            links=self.links,
            link_domain=self.link_domain,
        )


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What the less used parameters say; its defaults are those of a form without them."""

    validity_seconds: int | None = None
    status_callback: str | None = None
    application: UUID | None = None
    provide_feedback: bool = False
    intent: str | None = None
    tags: dict[str, str] | None = None
    service: UUID | None = None
    send_at: Instant | None = None
    spread_seconds: int = 0
    whereabouts: dict[str, str] | None = None
    discard_body: bool = False
    obfuscate_to: bool = False
    shorten_urls: bool = False


PLAIN = Options()


def compose(form: Form, *, now: Instant) -> Composed | Refused:
    """The first thing wrong with the form decides: what is missing, then the addresses, the text, the
    rest."""
    to, sender = last(form, "To"), last(form, "From")
    missing = _missing(form, to, sender)
    if missing is not None:
        return missing
    recipient = _recipient(to or "", sender)
    if isinstance(recipient, Refused):
        return recipient
    origin = None if sender is None else _sender(sender)
    if isinstance(origin, Refused):
        return origin
    body = _body(form)
    if isinstance(body, Refused):
        return body
    options = _options(form, recipient, now=now) if not form.keys() <= _BASIC else PLAIN
    if isinstance(options, Refused):
        return options
    priority = PRIORITY_OF_INTENT[options.intent] if options.intent else PRIORITY_WITHOUT_INTENT
    as_written = last(form, "Body") if options.shorten_urls else None
    return Composed(
        origin, recipient, body, measure(body), priority, options, "SmartEncoded" in form, as_written
    )


def _missing(form: Form, to: str | None, sender: str | None) -> Refused | None:
    if to is None:
        return Refused.because(TO_REQUIRED)
    if sender is None and last(form, "MessagingServiceSid") is None:
        return Refused.because(FROM_REQUIRED)
    if last(form, "Body") is None and last(form, "ContentSid") is None and not any(form.get("MediaUrl", ())):
        return Refused.because(BODY_REQUIRED)
    return None


def _recipient(to: str, sender: str | None) -> PhoneNumber | ShortCode | Refused:
    text = _plain(to)
    magic = MAGIC_TO.get(text)
    if magic is not None:
        about = {"to": text, "sender": sender or ""}
        return Refused.because(magic, **{name: about[name] for name in magic.fields & about.keys()})
    number = PhoneNumber.parse(text) or ShortCode.parse(text)
    if number is not None:
        if isinstance(number, PhoneNumber) and number.line_type is LineType.FIXED_LINE:
            return Refused.because(TO_NOT_MOBILE, to=text)
        return number
    channel = _CHANNEL.fullmatch(to)
    if channel is not None and sender is not None:
        return _refused_channel(channel[1], sender)
    return Refused.because(INVALID_TO, to=to)


def _refused_channel(channel: str, sender: str) -> Refused:
    """Only SMS is spoken here: a channel of its own needs a sender of that channel, and no account has
    one."""
    if sender.startswith(f"{channel}:"):
        return Refused.because(FROM_NOT_CAPABLE, sender=sender)
    return Refused.because(MIXED_CHANNELS)


@lru_cache(maxsize=4096)
def _sender(sender: str) -> str | Refused:
    text = _plain(sender)
    magic = MAGIC_FROM.get(text)
    if magic is not None:
        return Refused.because(magic, sender=text)
    address = Address.parse(text) or Address.parse(sender)
    if address is not None:
        return str(address)
    if _CHANNEL.fullmatch(sender) is not None:
        return Refused.because(MIXED_CHANNELS)
    return Refused.because(INVALID_FROM, sender=sender)


def _plain(number: str) -> str:
    """A phone number without its decoration; any other text as it is."""
    if number[:1] == "+" and number[1:].isdigit():
        return number
    if number[:1] == " " and number[1:2].isdigit():
        number = "+" + number[1:]
    return number.translate(_DECORATION) if number[:1] == "+" else number


def _body(form: Form) -> str | Refused:
    """The final text. Media and templates are refused: there is no carrier for the one and no store of the
    other."""
    if "MediaUrl" in form or "ContentSid" in form or "ContentVariables" in form or "SendAsMms" in form:
        refused = _refused_content(form)
        if refused is not None:
            return refused
    body = last(form, "Body") or ""
    if len(body) > MAX_BODY:
        return Refused.because(BODY_TOO_LONG)
    if "SmartEncoded" in form:
        smart_encoded = boolean(form, "SmartEncoded", default=False)
        if isinstance(smart_encoded, Refused):
            return smart_encoded
        if smart_encoded:
            return smart(body)
    return body


def _refused_content(form: Form) -> Refused | None:
    content = last(form, "ContentSid")
    variables = last(form, "ContentVariables")
    if variables is not None and not _is_json_object(variables):
        return Refused.because(INVALID_CONTENT_VARIABLES)
    if content is not None:
        return Refused.because(INVALID_CONTENT_SID)
    if variables is not None:
        return Refused.because(CONTENT_SID_REQUIRED)
    media = [url for url in form.get("MediaUrl", ()) if url]
    if len(media) > MOST_MEDIA:
        return Refused.because(TOO_MANY_MEDIA)
    if not all(is_url(url) for url in media):
        return Refused.because(INVALID_MEDIA_URL)
    as_mms = boolean(form, "SendAsMms", default=False)
    if isinstance(as_mms, Refused):
        return as_mms
    return Refused.because(MMS_NOT_ENABLED) if media or as_mms else None


def _options(form: Form, recipient: PhoneNumber | ShortCode, *, now: Instant) -> Options | Refused:
    values: dict[str, Any] = {}
    for parameter, given in form.items():
        reader = _READERS.get(parameter)
        if reader is None or not given[-1]:
            continue
        field, read = reader
        value = read(given[-1])
        if isinstance(value, Refused):
            return value
        if field:
            values[field] = value
    if not SCHEDULING.isdisjoint(form):
        schedule = schedule_of(form, recipient, now=now)
        if isinstance(schedule, Refused):
            return schedule
        if schedule is not None:
            values["send_at"], values["spread_seconds"] = schedule.send_at, schedule.spread_seconds
        whereabouts = whereabouts_of(form, recipient)
        if isinstance(whereabouts, Refused):
            return whereabouts
        values["whereabouts"] = whereabouts
    return Options(**values)


def _service(text: str) -> UUID | Refused:
    sid = Sid.parse(text, "MG")
    return Refused.because(INVALID_SERVICE) if sid is None else sid.uuid


def _application(text: str) -> UUID | Refused:
    sid = Sid.parse(text, "AP")
    return Refused.because(INVALID_SID, sid=text) if sid is None else sid.uuid


def _tags(text: str) -> dict[str, str] | Refused:
    try:
        tags = msgspec.json.decode(text, type=dict[str, str])
    except (msgspec.DecodeError, RecursionError):
        return invalid("Tags", "must be a JSON object of texts")
    if len(tags) > MOST_TAGS:
        return invalid("Tags", f"has more than {MOST_TAGS} pairs")
    for key, value in tags.items():
        if _TAG_KEY.fullmatch(key) is None or _TAG_VALUE.fullmatch(value) is None:
            return invalid(
                "Tags", "has a key or value that is too long or holds other characters than A-Za-z0-9._~-"
            )
    return tags


def _status_callback(url: str) -> str | Refused:
    return url if is_url(url) else Refused.because(INVALID_STATUS_CALLBACK, url=url[:200])


@lru_cache(maxsize=4096)
def is_url(text: str) -> bool:
    """Whether it is an absolute HTTP URL with a host name of letters, digits and dashes, at most 4,000
    characters."""
    if len(text) > LONGEST_URL:
        return False
    match = _URL.fullmatch(text)
    return match is not None and (match[1] is None or 0 < int(match[1]) <= 65_535)


def _validity(text: str) -> int | Refused:
    seconds = whole_number(text)
    if seconds is None or not 1 <= seconds <= LONGEST_VALIDITY_SECONDS:
        return Refused.because(INVALID_VALIDITY_PERIOD, value=text[:40], maximum=LONGEST_VALIDITY_SECONDS)
    return seconds


def _max_price(text: str) -> Refused | None:
    """Twilio ignores it since June 2024; only what could never have been a price is refused."""
    return None if _DECIMAL.fullmatch(text) else Refused.because(INVALID_MAX_PRICE)


def _attempt(text: str) -> Refused | None:
    attempt = whole_number(text)
    return invalid("Attempt", "must be 1 or more") if attempt is None or attempt < 1 else None


def _intent(text: str) -> str | Refused:
    intent = text.lower()
    if intent in PRIORITY_OF_INTENT:
        return intent
    return invalid("MessageIntent", "must be one of " + ", ".join(PRIORITY_OF_INTENT))


def _switch(parameter: str) -> Callable[[str], bool | Refused]:
    def read(text: str) -> bool | Refused:
        value = truth(text)
        return invalid(parameter, "must be true or false") if value is None else value

    return read


def _one_of(*offered: str, otherwise: Refused) -> Callable[[str], Refused | None]:
    def read(text: str) -> Refused | None:
        return None if text.lower() in offered else otherwise

    return read


def _either(no: str, yes: str, code: Code) -> Callable[[str], Refused | bool]:
    def read(text: str) -> Refused | bool:
        word = text.lower()
        return word == yes if word in (no, yes) else Refused.because(code)

    return read


def _is_json_object(text: str) -> bool:
    try:
        return isinstance(msgspec.json.decode(text), dict)
    except (msgspec.DecodeError, RecursionError):
        return False


_READERS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "StatusCallback": ("status_callback", _status_callback),
    "MessagingServiceSid": ("service", _service),
    "ApplicationSid": ("application", _application),
    "ValidityPeriod": ("validity_seconds", _validity),
    "ProvideFeedback": ("provide_feedback", _switch("ProvideFeedback")),
    "MessageIntent": ("intent", _intent),
    "Tags": ("tags", _tags),
    "MaxPrice": ("", _max_price),
    "Attempt": ("", _attempt),
    "ForceDelivery": ("", _switch("ForceDelivery")),
    "ShortenUrls": ("shorten_urls", _switch("ShortenUrls")),
    "ContentRetention": ("discard_body", _either("retain", "discard", INVALID_CONTENT_RETENTION)),
    "AddressRetention": ("obfuscate_to", _either("retain", "obfuscate", INVALID_ADDRESS_RETENTION)),
    "RiskCheck": (
        "",
        _one_of("enable", "disable", otherwise=invalid("RiskCheck", "must be enable or disable")),
    ),
    "TrafficType": ("", _one_of("free", otherwise=invalid("TrafficType", "must be free"))),
}
"""Where the value of a parameter goes (nowhere, when it is only checked), and what reads it."""
