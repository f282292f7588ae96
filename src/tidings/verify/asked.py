"""What a request to start a verification asks for, or the refusal with its code. Pure."""

import ipaddress
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from tidings.kernel.codes import CODES
from tidings.kernel.outcomes import Refused
from tidings.kernel.phone_number import LineType, PhoneNumber
from tidings.kernel.sid import Sid
from tidings.verify.code import LONGEST_CODE, SHORTEST_CODE
from tidings.verify.settings import Settings, domain_of, fault_of_name, invalid
from tidings.verify.verification import Channel
from tidings.web.api.request import Form, last

UNSUPPORTED = CODES[60204]
LANDLINE = CODES[60205]
PSD2_INCOMPLETE = CODES[60206]
CHANNEL_DISABLED = CODES[60223]
MOST_TAGS = 10
LONGEST_TAG = 128
LONGEST_PAYMENT = 64

_EMAIL = re.compile(
    r"(?=.{6,254}$)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]",
    re.ASCII,
)
_CODE = re.compile(rf"[A-Za-z0-9]{{{SHORTEST_CODE},{LONGEST_CODE}}}", re.ASCII)
_APP_HASH = re.compile(r"[A-Za-z0-9+/]{11}", re.ASCII)
_DIGITS = re.compile(r"[0-9#*wW]{1,32}", re.ASCII)
_LOCALE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,2}", re.ASCII)
_ONE_LINE = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A verification that the form and the service's settings allow. `number` None: it goes by e-mail."""

    to: str
    number: PhoneNumber | None
    channel: Channel
    name: str
    """Who sends the code, as the text says it."""
    custom_code: str | None = None
    locale: str | None = None
    amount: str | None = None
    payee: str | None = None
    template: str | None = None
    substitutions: Mapping[str, str] = {}
    app_hash: str | None = None
    web_otp_domain: str | None = None
    device_ip: str | None = None
    tags: str | None = None
    """JSON, as messages take them."""
    rate_limits: Mapping[str, str] = {}
    risk_check: bool = True
    send_digits: str | None = None
    """What a call dials once it is answered, such as an extension."""
    email_from: str | None = None
    email_from_name: str | None = None

    @property
    def country(self) -> str:
        """ISO 3166 code of the number's country, "" for an address of e-mail."""
        return "" if self.number is None else self.number.region


def asked_of(form: Form, settings: Settings) -> Asked | Refused:
    """The first thing wrong with the form decides."""
    channel = _channel(form)
    if isinstance(channel, Refused):
        return channel
    to = recipient_of(form, channel)
    if isinstance(to, Refused):
        return to
    for key in ("CustomMessage",):
        if last(form, key) is not None:
            return Refused(UNSUPPORTED, f"{UNSUPPORTED.text}: {key}. Use a template (TemplateSid).")
    name = last(form, "CustomFriendlyName")
    why = None if name is None else fault_of_name(name)
    if why is not None:
        return invalid("CustomFriendlyName", why)
    values: dict[str, Any] = {}
    for read in (_custom_code, _payment, _text, _context, _objects):
        found = read(form, settings)
        if isinstance(found, Refused):
            return found
        values |= found
    domain = values.pop("web_otp_domain", None) or settings.web_otp_domain
    if values.get("app_hash") and domain:
        domain = None  # both want to end the text; the hash was asked for by this request
    return Asked(
        to=str(to),
        number=to if isinstance(to, PhoneNumber) else None,
        channel=channel,
        name=name or settings.friendly_name,
        web_otp_domain=domain,
        **values,
    )


def recipient_of(form: Form, channel: Channel | None) -> PhoneNumber | str | Refused:
    """The number or the address that `To` writes. `channel` None: either will do."""
    text = last(form, "To")
    if text is None:
        return invalid("To", "is missing")
    if text[:1] == " " and text[1:2].isdigit():
        text = "+" + text[1:]  # a plus sign that was not percent-encoded
    if channel is Channel.EMAIL or (channel is None and "@" in text):
        if _EMAIL.fullmatch(text) is None:
            return invalid("To", "is no address of e-mail")
        return text.lower()
    number = PhoneNumber.parse(text)
    if number is None:
        return invalid("To", "is no phone number in E.164, such as +14155552671")
    if (
        channel not in (Channel.CALL, Channel.AUTO)
        and number.line_type is LineType.FIXED_LINE
        and channel is not None
    ):
        return Refused.because(LANDLINE)
    return number


def code_of(form: Form) -> str | Refused:
    """The code that somebody says."""
    code = last(form, "Code")
    if code is None:
        return invalid("Code", "is missing")
    code = code.strip()
    if _CODE.fullmatch(code) is None:
        return invalid("Code", f"has {SHORTEST_CODE} to {LONGEST_CODE} letters and digits")
    return code


def payment_of(form: Form) -> tuple[str | None, str | None] | Refused:
    """Amount and payee: both or none."""
    amount, payee = last(form, "Amount"), last(form, "Payee")
    if (amount is None) != (payee is None):
        return Refused.because(PSD2_INCOMPLETE)
    for key, value in (("Amount", amount), ("Payee", payee)):
        if value is not None and (len(value) > LONGEST_PAYMENT or _ONE_LINE.fullmatch(value) is None):
            return invalid(key, f"has at most {LONGEST_PAYMENT} characters, in one line")
    return amount, payee


def _channel(form: Form) -> Channel | Refused:
    text = last(form, "Channel")
    if text is None:
        return invalid("Channel", "is missing")
    if text.lower() not in list(Channel):
        return invalid("Channel", f"is one of {', '.join(Channel)}")
    return Channel(text.lower())


def _custom_code(form: Form, settings: Settings) -> dict[str, Any] | Refused:
    code = last(form, "CustomCode")
    if code is None:
        return {}
    if not settings.custom_code_enabled:
        return Refused(UNSUPPORTED, f"{UNSUPPORTED.text}: CustomCode. Set CustomCodeEnabled.")
    if _CODE.fullmatch(code) is None:
        return invalid("CustomCode", f"has {SHORTEST_CODE} to {LONGEST_CODE} letters and digits")
    return {"custom_code": code}


def _payment(form: Form, settings: Settings) -> dict[str, Any] | Refused:
    found = payment_of(form)
    if isinstance(found, Refused):
        return found
    amount, payee = found
    if amount is None:
        return Refused.because(PSD2_INCOMPLETE) if settings.psd2_enabled else {}
    if not settings.psd2_enabled:
        return Refused(UNSUPPORTED, f"{UNSUPPORTED.text}: Amount and Payee. Set Psd2Enabled.")
    return {"amount": amount, "payee": payee}


def _text(form: Form, settings: Settings) -> dict[str, Any] | Refused:
    """What shapes the text."""
    values: dict[str, Any] = {}
    locale = last(form, "Locale")
    if locale is not None:
        if _LOCALE.fullmatch(locale) is None:
            return invalid("Locale", "is a language such as en or pt-BR")
        values["locale"] = locale.replace("_", "-")
    app_hash = last(form, "AppHash")
    if app_hash is not None:
        if _APP_HASH.fullmatch(app_hash) is None:
            return invalid("AppHash", "has 11 characters of base64")
        values["app_hash"] = app_hash
    digits = last(form, "SendDigits")
    if digits is not None:
        if _DIGITS.fullmatch(digits) is None:
            return invalid("SendDigits", "has up to 32 of 0-9, #, *, w and W")
        values["send_digits"] = digits
    template = last(form, "TemplateSid") or settings.default_template_sid
    if template is not None:
        sid = Sid.parse(template, "HJ")
        if sid is None:
            return invalid("TemplateSid", "is a SID that begins with HJ")
        values["template"] = str(sid)
    return values


def _context(form: Form, _settings: Settings) -> dict[str, Any] | Refused:
    """What is known of who asks."""
    values: dict[str, Any] = {}
    address = last(form, "DeviceIp")
    if address is not None:
        try:
            values["device_ip"] = str(ipaddress.ip_address(address))
        except ValueError:
            return invalid("DeviceIp", "is an IPv4 or IPv6 address")
    risk = last(form, "RiskCheck")
    if risk is not None:
        if risk.lower() not in ("enable", "disable"):
            return invalid("RiskCheck", "is enable or disable")
        values["risk_check"] = risk.lower() == "enable"
    return values


def _objects(form: Form, _settings: Settings) -> dict[str, Any] | Refused:
    """The parameters that are JSON objects."""
    values: dict[str, Any] = {}
    for key, field, most in (
        ("Tags", "tags", MOST_TAGS),
        ("RateLimits", "rate_limits", 20),
        ("TemplateCustomSubstitutions", "substitutions", 20),
    ):
        text = last(form, key)
        if text is None:
            continue
        found = _object(text, most)
        if found is None:
            return invalid(
                key, f"is a JSON object of at most {most} texts, each key and value of at most 128 characters"
            )
        values[field] = text if field == "tags" else found
    channel = last(form, "ChannelConfiguration")
    if channel is not None:
        found = _object(channel, 20)
        if found is None:
            return invalid("ChannelConfiguration", "is a JSON object of texts")
        said = _channel_values(found)
        return said if isinstance(said, Refused) else values | said
    return values


def _channel_values(said: Mapping[str, str]) -> dict[str, Any] | Refused:
    values: dict[str, Any] = {}
    if said.get("from"):
        if _EMAIL.fullmatch(said["from"]) is None:
            return invalid("ChannelConfiguration", "has a `from` that is no address of e-mail")
        values["email_from"] = said["from"]
    if said.get("from_name"):
        if _ONE_LINE.fullmatch(said["from_name"]) is None:
            return invalid("ChannelConfiguration", "has a `from_name` that is more than one line")
        values["email_from_name"] = said["from_name"]
    if said.get("web_otp_domain"):
        domain = domain_of(said["web_otp_domain"])
        if domain is None:
            return invalid("ChannelConfiguration", "has a `web_otp_domain` that is no host name")
        values["web_otp_domain"] = domain
    return values


def _object(text: str, most: int) -> dict[str, str] | None:
    """Texts, and numbers as texts; None for what is no such object."""
    try:
        found = msgspec.json.decode(text, type=dict[str, str | int | float | bool])
    except (msgspec.DecodeError, RecursionError):
        return None
    told = {key: value if isinstance(value, str) else str(value) for key, value in found.items()}
    if len(told) > most or any(
        not 1 <= len(key) <= LONGEST_TAG or len(value) > LONGEST_TAG or "\0" in key + value
        for key, value in told.items()
    ):
        return None
    return told
