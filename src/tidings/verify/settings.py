"""What an account chooses for a verify service, with the range of each setting. Pure."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgspec

from tidings.kernel.codes import CODES
from tidings.kernel.instant import Instant
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid
from tidings.verify.code import LONGEST_CODE, SHORTEST_CODE
from tidings.verify.fraud.level import FraudGuard
from tidings.web.api.forms import truth, whole_number
from tidings.web.api.request import Form, last

INVALID = CODES[60200]
LONGEST_NAME = 32
MOST_DIGITS_OF_A_NAME = 4
"""Digits in a row: more would look like a code."""
LONGEST_TEXT = 255
TTL_SECONDS = 600
SHORTEST_FALLBACK_SECONDS, LONGEST_FALLBACK_SECONDS = 5, 300
SHORTEST_TTL_SECONDS, LONGEST_TTL_SECONDS = 120, 86_400

_DIGITS = re.compile(rf"[0-9]{{{MOST_DIGITS_OF_A_NAME + 1},}}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_DOMAIN = re.compile(
    r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]", re.ASCII
)


class Push(msgspec.Struct, frozen=True):
    include_date: bool = False
    apn_credential_sid: str | None = None
    fcm_credential_sid: str | None = None


class Totp(msgspec.Struct, frozen=True):
    """Of the factors of a service that choose nothing themselves. `time_step` in seconds; `skew`: how many steps a
    clock may be off."""

    issuer: str | None = None
    time_step: int = 30
    code_length: int = 6
    skew: int = 1


class Whatsapp(msgspec.Struct, frozen=True):
    msg_service_sid: str | None = None
    from_: str | None = msgspec.field(name="from", default=None)


class RelyingParty(msgspec.Struct, frozen=True):
    id: str | None = None
    name: str | None = None
    origins: list[str] | None = None


class Passkeys(msgspec.Struct, frozen=True):
    relying_party: RelyingParty = RelyingParty()
    authenticator_attachment: str | None = None
    discoverable_credentials: str | None = None
    user_verification: str | None = None


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """`push`, `whatsapp` and `passkeys` are kept for callers; nothing is sent over these channels."""

    friendly_name: str
    code_length: int = 6
    lookup_enabled: bool = False
    skip_sms_to_landlines: bool = False
    dtmf_input_required: bool = True
    tts_name: str | None = None
    psd2_enabled: bool = False
    do_not_share_warning_enabled: bool = False
    custom_code_enabled: bool = False
    push: Push = Push()
    totp: Totp = Totp()
    default_template_sid: str | None = None
    whatsapp: Whatsapp = Whatsapp()
    passkeys: Passkeys = Passkeys()
    verify_event_subscription_enabled: bool = False
    ttl_seconds: int = TTL_SECONDS
    """How long a code is good, from when it was first sent. Twilio has it set by its support; here by `CodeTtl`."""
    fraud_guard: FraudGuard = FraudGuard.STANDARD
    fraud_fails_open: bool = False
    """Whether a code is sent where the guard cannot know anything. Twilio has both of these in its console; here they
    are `FraudGuard` and `FraudFailsOpen`."""
    fallback_seconds: int = 0
    """After which a code by SMS that is not known to have arrived is said by a call; 0: never. `FallbackSeconds`, which
    Twilio does not have."""
    web_otp_domain: str | None = None
    """The site whose page may read the code by WebOTP: `WebOtpDomain`, which Twilio does not have."""


class VerifyService(msgspec.Struct, frozen=True):
    """A service as it is kept."""

    id: UUID
    account: UUID
    created_at: Instant
    updated_at: Instant
    settings: Settings
    told: bool = False
    """Whether webhooks hear of its verifications; known where verifications are made and checked."""


def changed(settings: Settings, form: Form) -> Settings | Refused:
    """The settings with what a form says of them, or the refusal (60200) of its first fault."""
    fields = _Fields(form)
    push, totp, whatsapp = settings.push, settings.totp, settings.whatsapp
    wanted = Settings(
        friendly_name=fields.name(settings.friendly_name),
        code_length=fields.whole("CodeLength", settings.code_length, SHORTEST_CODE, LONGEST_CODE),
        lookup_enabled=fields.switch("LookupEnabled", settings.lookup_enabled),
        skip_sms_to_landlines=fields.switch("SkipSmsToLandlines", settings.skip_sms_to_landlines),
        dtmf_input_required=fields.switch("DtmfInputRequired", settings.dtmf_input_required),
        tts_name=fields.text("TtsName", settings.tts_name),
        psd2_enabled=fields.switch("Psd2Enabled", settings.psd2_enabled),
        do_not_share_warning_enabled=fields.switch(
            "DoNotShareWarningEnabled", settings.do_not_share_warning_enabled
        ),
        custom_code_enabled=fields.switch("CustomCodeEnabled", settings.custom_code_enabled),
        push=Push(
            include_date=fields.switch("Push.IncludeDate", push.include_date),
            apn_credential_sid=fields.sid("Push.ApnCredentialSid", "CR", push.apn_credential_sid),
            fcm_credential_sid=fields.sid("Push.FcmCredentialSid", "CR", push.fcm_credential_sid),
        ),
        totp=Totp(
            issuer=fields.text("Totp.Issuer", totp.issuer),
            time_step=fields.whole("Totp.TimeStep", totp.time_step, 20, 60),
            code_length=fields.whole("Totp.CodeLength", totp.code_length, 3, 8),
            skew=fields.whole("Totp.Skew", totp.skew, 0, 2),
        ),
        default_template_sid=fields.sid("DefaultTemplateSid", "HJ", settings.default_template_sid),
        whatsapp=Whatsapp(
            msg_service_sid=fields.sid("Whatsapp.MsgServiceSid", "MG", whatsapp.msg_service_sid),
            from_=fields.text("Whatsapp.From", whatsapp.from_),
        ),
        passkeys=_passkeys(fields, settings.passkeys),
        verify_event_subscription_enabled=fields.switch(
            "VerifyEventSubscriptionEnabled", settings.verify_event_subscription_enabled
        ),
        ttl_seconds=fields.whole("CodeTtl", settings.ttl_seconds, SHORTEST_TTL_SECONDS, LONGEST_TTL_SECONDS),
        fraud_guard=fields.guard(settings.fraud_guard),
        fraud_fails_open=fields.switch("FraudFailsOpen", settings.fraud_fails_open),
        fallback_seconds=fields.seconds_or_never("FallbackSeconds", settings.fallback_seconds),
        web_otp_domain=fields.domain("WebOtpDomain", settings.web_otp_domain),
    )
    if wanted.skip_sms_to_landlines and not wanted.lookup_enabled:
        fields.refuse("SkipSmsToLandlines", "needs LookupEnabled")
    return fields.fault or wanted


def _passkeys(fields: "_Fields", present: Passkeys) -> Passkeys:
    party = present.relying_party
    return Passkeys(
        relying_party=RelyingParty(
            id=fields.text("Passkeys.RelyingParty.Id", party.id),
            name=fields.text("Passkeys.RelyingParty.Name", party.name),
            origins=fields.list("Passkeys.RelyingParty.Origins", party.origins),
        ),
        authenticator_attachment=fields.choice(
            "Passkeys.AuthenticatorAttachment",
            present.authenticator_attachment,
            ("platform", "cross-platform", "any"),
        ),
        discoverable_credentials=fields.choice(
            "Passkeys.DiscoverableCredentials",
            present.discoverable_credentials,
            ("required", "preferred", "discouraged"),
        ),
        user_verification=fields.choice(
            "Passkeys.UserVerification",
            present.user_verification,
            ("required", "preferred", "discouraged"),
        ),
    )


def invalid(parameter: str, why: str) -> Refused:
    """60200 of a parameter. The value is not told: it may be a code or a person's number."""
    return Refused(INVALID, f"Invalid parameter `{parameter}`: {why}.")


def fault_of_name(name: str) -> str | None:
    """Why it cannot stand in a text as who sends the code; None for one that can."""
    if not name.strip() or len(name) > LONGEST_NAME:
        return f"is 1 to {LONGEST_NAME} characters long"
    if _DIGITS.search(name):
        return f"has no more than {MOST_DIGITS_OF_A_NAME} digits in a row, which would look like a code"
    if _CONTROL.search(name):
        return "has no control characters and line breaks"
    return None


def domain_of(text: str) -> str | None:
    """A host name in small ASCII letters, with a dot; None for anything else."""
    return text.lower() if _DOMAIN.fullmatch(text.lower()) else None


class _Fields:
    """A form read field by field, each with the value that it has now; `fault` is the refusal of the first at fault."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self.fault: Refused | None = None

    def refuse(self, key: str, why: str) -> None:
        self.fault = self.fault or invalid(key, why)

    def name(self, present: str) -> str:
        asked = last(self._form, "FriendlyName")
        if asked is None:
            if not present or "FriendlyName" in self._form:
                self.refuse("FriendlyName", "is missing")
            return present
        why = fault_of_name(asked)
        if why is not None:
            self.refuse("FriendlyName", why)
        return asked

    def switch(self, key: str, present: bool) -> bool:
        asked = last(self._form, key)
        value = present if asked is None else truth(asked)
        if value is None:
            self.refuse(key, "is true or false")
            return present
        return value

    def whole(self, key: str, present: int, least: int, most: int) -> int:
        asked = last(self._form, key)
        if asked is None:
            return present
        number = whole_number(asked)
        if number is None or not least <= number <= most:
            self.refuse(key, f"is a whole number from {least} to {most}")
            return present
        return number

    def seconds_or_never(self, key: str, present: int) -> int:
        least, most = SHORTEST_FALLBACK_SECONDS, LONGEST_FALLBACK_SECONDS
        asked = last(self._form, key)
        number = present if asked is None else whole_number(asked)
        if number is None or (number and not least <= number <= most):
            self.refuse(key, f"is 0, or a whole number from {least} to {most}")
            return present
        return number

    def text(self, key: str, present: str | None) -> str | None:
        def read(asked: str) -> str | None:
            return asked if len(asked) <= LONGEST_TEXT and not _CONTROL.search(asked) else None

        return self._read(key, present, read, f"has at most {LONGEST_TEXT} characters, in one line")

    def sid(self, key: str, prefix: str, present: str | None) -> str | None:
        def read(asked: str) -> str | None:
            sid = Sid.parse(asked, prefix)
            return None if sid is None else str(sid)

        return self._read(key, present, read, f"is a SID that begins with {prefix}")

    def choice(self, key: str, present: str | None, words: tuple[str, ...]) -> str | None:
        return self._read(
            key, present, lambda asked: asked if asked in words else None, f"is one of {', '.join(words)}"
        )

    def guard(self, present: FraudGuard) -> FraudGuard:
        asked = (last(self._form, "FraudGuard") or present.value).lower()
        if asked not in list(FraudGuard):
            self.refuse("FraudGuard", f"is one of {', '.join(FraudGuard)}")
            return present
        return FraudGuard(asked)

    def domain(self, key: str, present: str | None) -> str | None:
        return self._read(key, present, domain_of, "is a host name such as shop.example.com")

    def list(self, key: str, present: list[str] | None) -> list[str] | None:
        asked = self._form.get(key)
        if asked is None:
            return present
        return [one.strip() for value in asked for one in value.split(",") if one.strip()][:20] or None

    def _read(self, key: str, present: Any, read: Callable[[str], str | None], why: str) -> str | None:
        """An empty value takes away what there is."""
        if key not in self._form:
            return present  # type: ignore[no-any-return]  # what the field has now
        asked = last(self._form, key)
        if asked is None:
            return None
        value = read(asked)
        if value is None:
            self.refuse(key, why)
        return value
